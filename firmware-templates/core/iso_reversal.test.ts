import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../codegen/testing/random.js';

import { buildReversal } from './test-harness/reversal.js';
import { all, type EightLeads } from './test-harness/signal.js';

const { judge, features } = buildReversal();
const random = seededRandom(3);
/** Each lead a mixture of three sources, as leads are. */
const mixed: EightLeads[] = Array.from({ length: 1000 }, (_, t) => {
  const sources = [1, 2, 3].map((k) => 500 * Math.sin((t * k) / (5 + k)) + 100 * random());
  return Array.from({ length: 8 }, (_v, lead) =>
    Math.round(sources.reduce((sum, s, k) => sum + s * Math.cos(lead * (k + 1) + k), 40)),
  );
});

/** The features as the header describes them, in real numbers. */
function plainFeatures(samples: readonly EightLeads[]): number[] {
  const describe = (rows: readonly EightLeads[]): number[] => {
    const leads = Array.from({ length: 8 }, (_, lead) => rows.map((row) => row[lead] ?? NaN));
    const centred = leads.map((values) => {
      const mean = values.reduce((a, b) => a + b) / values.length;
      return values.map((value) => value - mean);
    });
    const product = (a: number, b: number): number =>
      (centred[a] ?? []).reduce((sum, value, t) => sum + value * (centred[b]?.[t] ?? NaN), 0);
    const root = leads.map((_, lead) => Math.sqrt(product(lead, lead)));
    const mean = Math.sqrt(root.reduce((sum, r) => sum + r * r, 0) / 8);
    const pairs: number[] = [];
    for (let a = 0; a < 8; a++)
      for (let b = a + 1; b < 8; b++)
        pairs.push(product(a, b) / ((root[a] ?? NaN) * (root[b] ?? NaN)));
    return [...pairs, ...root.map((r) => r / mean)];
  };
  const slopes = samples
    .slice(1)
    .map((row, t) => row.map((value, lead) => value - (samples[t]?.[lead] ?? NaN)));
  return [...describe(samples), ...describe(slopes)];
}

describe('iso_reversal', () => {
  it('sees how the leads go together', () => {
    const ours = features(mixed);
    plainFeatures(mixed).forEach((value, i) =>
      expect(Math.abs((ours[i] ?? NaN) / 4096 - value)).toBeLessThan(0.002),
    );
  });

  it.each([
    ['49 samples', mixed.slice(0, 49)],
    ['more samples than it takes', [...mixed, ...mixed.slice(0, 25)]],
    ['a lead without signal', mixed.map((row) => row.map((v, lead) => (lead === 4 ? 0 : v)))],
    ['leads that stand still', mixed.map(() => all(500))],
  ])('does not judge %s', (_, samples) => {
    expect(judge([samples])).toEqual([{ judged: false }]);
  });

  it('stands the largest values', () => {
    const wild = Array.from({ length: 1024 }, (_, t) =>
      Array.from({ length: 8 }, (_v, lead) => ((t >> lead) & 1 ? 32767 : -32768)),
    );
    expect(judge([wild])[0]?.judged).toBe(true);
  });
});

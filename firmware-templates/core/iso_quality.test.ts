import { describe, expect, it } from 'vitest';

import { Rows, buildDriver } from './test-harness/rows.js';
import { syntheticEcg } from './test-harness/synthetic-ecg.js';
import type { EightLeads } from './test-harness/signal.js';

const run = buildDriver('quality', ['iso_quality']);
const [FLAT, RESTLESS, WANDER] = [1, 2, 4];
const LEAD = 3;

function verdicts(rows: Rows): readonly { known: boolean; reasons: readonly number[] }[] {
  return run(rows).map(({ kind, values }) => ({ known: kind === 1, reasons: values }));
}

function push(rows: Rows, samples: readonly EightLeads[], first = 0): Rows {
  samples.forEach((sample, i) => rows.push(0, first + i, sample));
  return rows;
}

/** Lead 3 of ten seconds of a clean signal, changed. */
function reasonsWith(change: (value: number, t: number) => number): readonly number[] {
  const samples = syntheticEcg({ seconds: 10 }).map((row, t) =>
    row.map((value, lead) => (lead === LEAD ? Math.round(change(value, t)) : value)),
  );
  const [verdict] = verdicts(push(new Rows(), samples).push(2, 0));
  expect(verdict?.known).toBe(true);
  return verdict?.reasons ?? [];
}

const only = (reason: number): readonly number[] =>
  Array.from({ length: 8 }, (_, lead) => (lead === LEAD ? reason : 0));

describe('iso_quality', () => {
  it('lets a clean signal pass, with a tall T, a pacer spike or a slow wander', () => {
    expect(reasonsWith((value) => value)).toEqual(only(0));
    expect(reasonsWith((value, t) => value + (t === 2500 ? 30_000 : 0))).toEqual(only(0));
    expect(reasonsWith((value, t) => value + 1000 * Math.sin(t / 800))).toEqual(only(0));
  });

  it.each([
    ['an open input', FLAT, (): number => 0],
    [
      'two seconds without a signal',
      FLAT,
      (v: number, t: number): number => (t < 3000 && t > 1900 ? 0 : v),
    ],
    ['a signal too small to read', FLAT, (v: number): number => v / 40],
    [
      'an electrode that is moved about',
      RESTLESS,
      (v: number, t: number): number => v + (t % 1000 < 400 ? 2000 : 0),
    ],
    ['a baseline that walks off', WANDER, (v: number, t: number): number => v + t],
  ])('names %s', (_, reason, change) => {
    expect(reasonsWith(change)).toEqual(only(reason));
  });

  it('knows nothing before ten gapless seconds, nor after a gap, told or seen', () => {
    const samples = syntheticEcg({ seconds: 11 });
    const rows = push(new Rows(), samples.slice(0, 4999)).push(2, 0);
    push(rows, samples.slice(4999, 5100), 4999).push(2, 0).push(1, 7).push(2, 0);
    push(rows, samples.slice(0, 5000), 5107).push(2, 0);
    push(rows, samples.slice(0, 10), 20_000).push(2, 0);
    expect(verdicts(rows).map(({ known }) => known)).toEqual([false, true, false, true, false]);
  });

  it('forgives what is more than ten seconds ago, at the right moment of a long record', () => {
    const samples = syntheticEcg({ seconds: 40 }).map((row, t) =>
      t >= 5000 && t < 6000 ? row.map(() => 0) : row,
    );
    const rows = new Rows();
    for (let t = 0; t < samples.length; t++) {
      rows.push(0, t, samples[t] ?? []);
      if (t % 250 === 249) rows.push(2, 0);
    }
    const bad = verdicts(rows).flatMap(({ known, reasons }, i) =>
      known && reasons[0] !== 0 ? [250 * (i + 1)] : [],
    );
    // Three of the four flat half-seconds must be among the last ten seconds.
    expect([bad[0], bad[bad.length - 1], bad.length]).toEqual([5750, 10_250, 19]);
  });
});

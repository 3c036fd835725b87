import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../codegen/package-root.js';

/** Estimate, low and high end of its 95 % interval. */
type Interval = readonly [number, number, number];
interface Comparison {
  readonly arms: Record<
    'leads' | 'cineecg',
    Record<'meanOfSeeds' | 'coherence', Record<string, Interval>>
  >;
  readonly leadsMinusCineecg: Record<string, Interval>;
}

it('the model card quotes the comparison with CineECG as it was measured', () => {
  const read = (file: string): string => readFileSync(join(packageRoot(), 'models', file), 'utf8');
  const { arms, leadsMinusCineecg } = JSON.parse(read('cineecg/comparison.json')) as Comparison;
  const card = read('README.md').replace(/ +/g, ' ');
  const words = ([estimate, low, high]: Interval): string =>
    `${estimate.toFixed(4)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  for (const part of ['meanOfSeeds', 'coherence'] as const) {
    for (const [name, ofLeads] of Object.entries(arms.leads[part])) {
      const ofPaths = arms.cineecg[part][name];
      expect(ofPaths, name).toBeDefined();
      expect(card).toContain(`| ${words(ofLeads)} | ${words(ofPaths ?? [NaN, NaN, NaN])} |`);
    }
  }
  for (const difference of Object.values(leadsMinusCineecg)) {
    expect(card).toContain(words(difference));
  }
});

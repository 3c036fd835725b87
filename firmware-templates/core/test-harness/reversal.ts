/** iso_reversal, compiled for this machine, and the exchanges of electrodes that it knows. */
import { Rows, buildDriver } from './rows.js';
import type { EightLeads } from './signal.js';

/** Leads I II V1 … V6 as they come out when two electrodes have changed places; order of iso_reversal.h. */
const at = (sample: EightLeads, lead: number): number => sample[lead] ?? NaN;
const limb =
  (one: (i: number, ii: number) => number, two: (i: number, ii: number) => number) =>
  (sample: EightLeads): EightLeads => [
    one(at(sample, 0), at(sample, 1)),
    two(at(sample, 0), at(sample, 1)),
    ...sample.slice(2),
  ];
const chest =
  (...order: readonly number[]) =>
  (sample: EightLeads): EightLeads => [
    at(sample, 0),
    at(sample, 1),
    ...order.map((electrode) => at(sample, electrode + 1)),
  ];

export const EXCHANGES: readonly {
  readonly name: string;
  readonly apply: (sample: EightLeads) => EightLeads;
}[] = [
  {
    name: 'RA/LA',
    apply: limb(
      (i) => -i,
      (i, ii) => ii - i,
    ),
  },
  {
    name: 'LA/LL',
    apply: limb(
      (_i, ii) => ii,
      (i) => i,
    ),
  },
  {
    name: 'RA/LL',
    apply: limb(
      (i, ii) => i - ii,
      (_i, ii) => -ii,
    ),
  },
  { name: 'V1/V2', apply: chest(2, 1, 3, 4, 5, 6) },
  { name: 'V2/V3', apply: chest(1, 3, 2, 4, 5, 6) },
  { name: 'V3/V4', apply: chest(1, 2, 4, 3, 5, 6) },
  { name: 'V4/V5', apply: chest(1, 2, 3, 5, 4, 6) },
  { name: 'V5/V6', apply: chest(1, 2, 3, 4, 6, 5) },
  { name: 'V1/V3', apply: chest(3, 2, 1, 4, 5, 6) },
  { name: 'V1 to V6', apply: chest(6, 5, 4, 3, 2, 1) },
];
export const LIMB_EXCHANGES = 3;

export interface ReversalJudgement {
  readonly judged: boolean;
  /** Names of EXCHANGES. */
  readonly limb?: string;
  readonly chest?: string;
}

/** @returns one judgement for each run of samples (100 Hz, baseline removed, microvolt) */
export function buildReversal(): {
  readonly judge: (runs: readonly (readonly EightLeads[])[]) => readonly ReversalJudgement[];
  readonly features: (samples: readonly EightLeads[]) => readonly number[];
} {
  const run = buildDriver('reversal', ['iso_reversal', 'iso_reversal_weights']);
  const push = (rows: Rows, samples: readonly EightLeads[]): void => {
    for (const sample of samples) rows.push(0, 0, sample);
  };
  const named = (key: 'limb' | 'chest', index: number): Partial<ReversalJudgement> => {
    const exchange = EXCHANGES[index];
    return exchange === undefined ? {} : { [key]: exchange.name };
  };
  return {
    judge: (runs) => {
      const rows = new Rows();
      for (const samples of runs) {
        push(rows, samples);
        rows.push(2, 0);
      }
      return run(rows).map(({ kind, first, values }) => ({
        judged: kind === 1,
        ...named('limb', first),
        ...named('chest', values[0] ?? NaN),
      }));
    },
    features: (samples) => {
      const rows = new Rows();
      push(rows, samples);
      return run(rows.push(3, 0)).flatMap(({ values }) => values);
    },
  };
}

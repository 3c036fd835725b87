/** When and in which lead: maps over `[lead 12][80]` of one beat, and their overlap with what the lesion changed. */
import { adjoint, dowerForward, expandLeads, toFrank } from '../cineecg/leads.js';
import { column, foldedGradient, type BeatEvidence } from '../cineecg/mapping/beat-evidence.js';
import { asShares, type TemplateSet } from '../cineecg/mapping/pull-back.js';
import { MEDIAN_BEAT_SAMPLES } from '../records/synthetic/median-beat.js';
import { chanceDice, diceAtTruthCoverage, ranking } from './metrics.js';

const LEADS = 12;

export const TIME_ARMS = {
  plain: '|attribution| of each lead and sample',
  'leads averaged': 'mean |attribution| of the leads, the same in each: paper-like',
  'dipolar part': 'attribution of what Dower’s view shows, by lead',
  mapped: 'Σ_s share_s |D_s|: the map over the heart, seen from the leads again',
  random: 'scores drawn anew',
} as const;
export type TimeArmName = keyof typeof TIME_ARMS;

export interface TimeScores {
  /** Dice at the truth's coverage, mean over leads that changed. */
  readonly perLead: number;
  /** … over all leads and samples together. */
  readonly pooled: number;
  /** Whether the one largest value lies in a changed sample. */
  readonly pointing: number;
}

export interface TimeTruth {
  /** `[lead 12][80]`. */
  readonly changed: readonly (readonly boolean[])[];
  readonly chancePerLead: number;
  readonly chancePooled: number;
}

/** undefined when nothing changed enough to be seen. */
export function timeTruth(changed: readonly (readonly boolean[])[]): TimeTruth | undefined {
  const share = (row: readonly boolean[]): number => row.filter(Boolean).length / row.length;
  const coverages = changed.map(share).filter((coverage) => coverage > 0);
  if (coverages.length === 0) return undefined;
  const pooled = share(changed.flat());
  return {
    changed,
    chancePerLead:
      coverages.reduce((sum, coverage) => sum + chanceDice(coverage, coverage), 0) /
      coverages.length,
    chancePooled: chanceDice(pooled, pooled),
  };
}

export function scoreTime(map: Float64Array, { changed }: TimeTruth): TimeScores {
  const row = (lead: number): Float64Array =>
    map.subarray(lead * MEDIAN_BEAT_SAMPLES, (lead + 1) * MEDIAN_BEAT_SAMPLES);
  const perLead = changed.flatMap((own, lead) =>
    own.some(Boolean) ? [diceAtTruthCoverage(row(lead), own)] : [],
  );
  const flat = changed.flat();
  return {
    perLead: perLead.reduce((a, b) => a + b, 0) / perLead.length,
    pooled: diceAtTruthCoverage(map, flat),
    pointing: flat[ranking(map)[0] ?? 0] === true ? 1 : 0,
  };
}

export function plainTime({ attribution }: BeatEvidence): Float64Array {
  return attribution.map(Math.abs);
}

export function averagedTime({ attribution }: BeatEvidence): Float64Array {
  const map = new Float64Array(attribution.length);
  for (let t = 0; t < MEDIAN_BEAT_SAMPLES; t += 1) {
    const moment = column(attribution, MEDIAN_BEAT_SAMPLES, LEADS, t);
    const mean = moment.reduce((sum, value) => sum + Math.abs(value), 0) / LEADS;
    for (let lead = 0; lead < LEADS; lead += 1) map[lead * MEDIAN_BEAT_SAMPLES + t] = mean;
  }
  return map;
}

/** The gradient pulled back to the dipole and out again, times the departure as Dower's view shows it. */
export function dipolarTime(evidence: BeatEvidence, departure: Float64Array): Float64Array {
  const map = new Float64Array(evidence.attribution.length);
  const folded = foldedGradient(evidence);
  for (let t = 0; t < MEDIAN_BEAT_SAMPLES; t += 1) {
    const gradient = column(folded, MEDIAN_BEAT_SAMPLES, 8, t);
    const shown = dowerForward(
      toFrank('inverse-dower', column(departure, MEDIAN_BEAT_SAMPLES, 8, t)),
    );
    const smooth = dowerForward(adjoint(gradient));
    const twelve = expandLeads(shown);
    const weights = expandLeads(smooth);
    for (let lead = 0; lead < LEADS; lead += 1) {
      map[lead * MEDIAN_BEAT_SAMPLES + t] = Math.abs((twelve[lead] ?? 0) * (weights[lead] ?? 0));
    }
  }
  return map;
}

/** @param scores one a template */
export function mappedTime(templates: TemplateSet, scores: readonly number[]): Float64Array {
  const map = new Float64Array(LEADS * MEDIAN_BEAT_SAMPLES);
  const shares = asShares(scores) ?? scores.map(() => 1 / scores.length);
  const mixed = new Float64Array(templates.normal.length);
  for (const [s, { difference }] of templates.templates.entries()) {
    const share = shares[s] ?? 0;
    if (share === 0) continue;
    for (let i = 0; i < mixed.length; i += 1)
      mixed[i] = (mixed[i] ?? 0) + share * (difference[i] ?? 0);
  }
  for (let t = 0; t < MEDIAN_BEAT_SAMPLES; t += 1) {
    const twelve = expandLeads(column(mixed, MEDIAN_BEAT_SAMPLES, 8, t));
    for (const [lead, value] of twelve.entries())
      map[lead * MEDIAN_BEAT_SAMPLES + t] = Math.abs(value);
  }
  return map;
}

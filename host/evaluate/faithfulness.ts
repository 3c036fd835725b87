/**
 * Deletion and insertion: is what a map points at what the network looks at? The filler is the mean normal beat, not zero: a beat
 * without voltage is no normal beat.
 */
import type { Question } from './explanations.js';
import { twelveLeadInput } from './explanations.js';
import type { Random } from '../records/synthetic/random.js';
import { ranking } from './metrics.js';

const STEPS = 10;

export interface Faithfulness {
  /** Mean answer while the highest-ranked samples are replaced by normal ones, as a share of the way from normal (0) to the beat (1). Low is good. */
  readonly deletion: number;
  /** Mean answer while they are put into the normal beat. High is good. */
  readonly insertion: number;
}

/** @param map `[lead 12][80]`. undefined when the answer to the beat is no higher than to the normal one. */
export function deletionInsertion(
  { answer }: Question,
  millivolt: Float64Array,
  normal: Float64Array,
  map: Float64Array,
): Faithfulness | undefined {
  const [beat, filler] = [twelveLeadInput(millivolt), twelveLeadInput(normal)];
  const [full, none] = [answer(beat), answer(filler)];
  if (full <= none) return undefined;
  const order = ranking(map);
  const [deleted, inserted] = [Float32Array.from(beat), Float32Array.from(filler)];
  let [deletion, insertion] = [0, 0];
  for (let step = 1; step < STEPS; step += 1) {
    const from = Math.round(((step - 1) * order.length) / STEPS);
    const to = Math.round((step * order.length) / STEPS);
    for (const index of order.slice(from, to)) {
      deleted[index] = filler[index] ?? 0;
      inserted[index] = beat[index] ?? 0;
    }
    deletion += (answer(deleted) - none) / (full - none) / (STEPS - 1);
    insertion += (answer(inserted) - none) / (full - none) / (STEPS - 1);
  }
  return { deletion, insertion };
}

const BLOCKS = 16;
const MOST_BLOCK_LEADS = 4;
const BLOCK_SAMPLES = { least: 5, spread: 20 } as const;
const LEADS = 12;

/**
 * Infidelity (Yeh 2019): parts of some leads are put back to normal, and the change of the answer compared with what each map has
 * there. Maps have scales of their own, so each is given the scale that suits it best: 0 when map and answer change in proportion,
 * 1 when they have nothing to do with each other.
 * @param maps `[lead 12][80]`, signed where the map has signs
 */
export function infidelities<Name extends string>(
  { answer }: Question,
  millivolt: Float64Array,
  normal: Float64Array,
  maps: Readonly<Partial<Record<Name, Float64Array>>>,
  random: Random,
): Partial<Record<Name, number>> {
  const [beat, filler] = [twelveLeadInput(millivolt), twelveLeadInput(normal)];
  const samples = beat.length / LEADS;
  const full = answer(beat);
  const blocks = Array.from({ length: BLOCKS }, () => {
    const leads = 1 + Math.floor(random.uniform() * MOST_BLOCK_LEADS);
    const count = Math.round(BLOCK_SAMPLES.least + BLOCK_SAMPLES.spread * random.uniform());
    const begin = Math.floor(random.uniform() * (samples - count));
    const inside = Array.from({ length: leads }, () => {
      const lead = Math.floor(random.uniform() * LEADS);
      return Array.from({ length: count }, (_, k) => lead * samples + begin + k);
    }).flat();
    const changed = Float32Array.from(beat);
    for (const index of inside) changed[index] = filler[index] ?? 0;
    return { inside: new Set(inside), drop: full - answer(changed) };
  });
  const dropped = blocks.reduce((sum, { drop }) => sum + drop * drop, 0);
  const result: Partial<Record<Name, number>> = {};
  for (const [name, map] of Object.entries(maps) as [Name, Float64Array][]) {
    let [together, own] = [0, 0];
    for (const { inside, drop } of blocks) {
      let mass = 0;
      for (const index of inside) mass += map[index] ?? 0;
      together += mass * drop;
      own += mass * mass;
    }
    result[name] = own * dropped > 0 ? 1 - together ** 2 / (own * dropped) : 1;
  }
  return result;
}

/** |Σ attribution − (F(x) − F(b))| / |F(x) − F(b)|: what the steps of integrated gradients have lost. */
export function completenessGap(
  { answer }: Question,
  millivolt: Float64Array,
  normal: Float64Array,
  attribution: Float64Array,
): number {
  const change = answer(twelveLeadInput(millivolt)) - answer(twelveLeadInput(normal));
  const sum = attribution.reduce((a, b) => a + b, 0);
  return Math.abs(sum - change) / Math.abs(change);
}

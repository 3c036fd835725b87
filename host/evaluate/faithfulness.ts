/**
 * Deletion and insertion: is what a map points at what the network looks at? The filler is the mean normal beat, not zero: a beat
 * without voltage is no normal beat.
 */
import type { Question } from './explanations.js';
import { twelveLeadInput } from './explanations.js';
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
  { network, weights }: Question,
  millivolt: Float64Array,
  normal: Float64Array,
  map: Float64Array,
): Faithfulness | undefined {
  const [beat, filler] = [twelveLeadInput(millivolt), twelveLeadInput(normal)];
  const answer = (input: Float32Array): number =>
    network.logits(input).reduce((sum, logit, index) => sum + logit * (weights[index] ?? 0), 0);
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

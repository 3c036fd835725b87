/** Golden model of iso_attribution_occlusion.c: what the answer loses without a part of the input. */
import type { SignalArray } from '../../codegen/integer/program.js';
import { inputCodes, type AttributionNetwork } from './network.js';

/** Samples [begin, end) of a part; a part may have many (a wave of every beat). */
export interface OccludedRange {
  readonly begin: number;
  readonly end: number;
  readonly part: number;
}

export interface OcclusionOptions {
  readonly ranges: readonly OccludedRange[];
  readonly parts: number;
  /** Each lead by itself, or all leads together. */
  readonly byLead: boolean;
  /** What stands where a part is taken away, in the input's shape; 0 V without. */
  readonly baseline?: SignalArray;
}

/** @returns [part][lead], or [part] of all leads together: logit with the part minus logit without, in logit steps */
export function occlusion(
  network: AttributionNetwork,
  input: SignalArray,
  classIndex: number,
  { ranges, parts, byLead, baseline }: OcclusionOptions,
): Int32Array {
  const logit = (codes: SignalArray): number => network.forward(codes)[classIndex] ?? 0;
  const reference = logit(input);
  const groups = byLead ? network.leads : 1;
  return Int32Array.from({ length: parts * groups }, (_, at) => {
    const own = ranges.filter(({ part }) => part === Math.floor(at / groups));
    const taken = (i: number): boolean => {
      const [t, lead] = [Math.floor(i / network.leads), i % network.leads];
      return (
        (!byLead || lead === at % groups) && own.some(({ begin, end }) => begin <= t && t < end)
      );
    };
    const without = inputCodes(network, input.length, (i) =>
      taken(i) ? (baseline?.[i] ?? network.zeroPoint) : (input[i] ?? 0),
    );
    return reference - logit(without);
  });
}

/**
 * Golden model of iso_attribution.c: integrated gradients and SmoothGrad, means of the gradient over many inputs. Whole
 * numbers, and the same ones.
 */
import { IsochroneError } from '../../codegen/errors.js';
import { MOST_STEPS } from '../../codegen/explain/methods.js';
import type { SignalArray } from '../../codegen/integer/program.js';
import { inputCodes, type AttributionNetwork } from './network.js';

/** Sum of four uniform bytes: its mean; 2^28 / (256 · its standard deviation, √(4 · (256² − 1) / 12) = 147.8). */
const NOISE_MEAN = 510;
const NOISE_MULTIPLIER = 7094;
const NOISE_SHIFT = 28;

export interface MeanGradient {
  /** In steps of the network's gradient. */
  readonly gradient: Int16Array;
  readonly saturations: number;
}

/**
 * Integrated gradients (Sundararajan 2017): the mean gradient over the straight path from the baseline to the input, at the
 * middle of each step. The attribution is gradient × (input − baseline).
 * @param baseline codes in the input's shape; 0 V without
 */
export function integratedGradients(
  network: AttributionNetwork,
  input: SignalArray,
  classIndex: number,
  options: { readonly steps: number; readonly baseline?: SignalArray },
): MeanGradient {
  const { steps, baseline } = options;
  return meanGradient(network, classIndex, steps, (step) =>
    pathPoint(network, input, { steps, step, ...(baseline === undefined ? {} : { baseline }) }),
  );
}

/** The input at the middle of a step from the baseline, codes rounded. */
export function pathPoint(
  network: Pick<AttributionNetwork, 'width' | 'zeroPoint'>,
  input: SignalArray,
  at: { readonly steps: number; readonly step: number; readonly baseline?: SignalArray },
): SignalArray {
  return inputCodes(network, input.length, (i) => {
    const from = at.baseline?.[i] ?? network.zeroPoint;
    const way = (input[i] ?? 0) - from;
    return from + Math.floor((way * (2 * at.step + 1) + at.steps) / (2 * at.steps));
  });
}

/**
 * SmoothGrad (Smilkov 2017): the mean gradient over noisy copies of the input. The attribution is gradient × input.
 * @param options.seed of the generator, not 0
 * @param options.noise256ths standard deviation in 1/256 of an input code
 */
export function smoothGrad(
  network: AttributionNetwork,
  input: SignalArray,
  classIndex: number,
  options: { readonly draws: number; readonly seed: number; readonly noise256ths: number },
): MeanGradient {
  const noise = noiseSource(options.seed, options.noise256ths);
  return meanGradient(network, classIndex, options.draws, () =>
    inputCodes(network, input.length, (i) => (input[i] ?? 0) + noise()),
  );
}

/** Close to normal, at most 3.5 standard deviations; Marsaglia's xorshift, 13 17 5. */
export function noiseSource(seed: number, noise256ths: number): () => number {
  let word = seed >>> 0;
  return () => {
    word ^= word << 13;
    word ^= word >>> 17;
    word = (word ^ (word << 5)) >>> 0;
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
    const scaled = (sum - NOISE_MEAN) * noise256ths * NOISE_MULTIPLIER;
    return Math.floor((scaled + 2 ** (NOISE_SHIFT - 1)) / 2 ** NOISE_SHIFT);
  };
}

function meanGradient(
  network: AttributionNetwork,
  classIndex: number,
  steps: number,
  point: (step: number) => SignalArray,
): MeanGradient {
  if (!Number.isInteger(steps) || steps < 1 || steps > MOST_STEPS) {
    throw new IsochroneError('EXPLAIN_STEPS', `${steps} steps of an explanation`, {
      hint: `Ask for 1 to ${MOST_STEPS}.`,
      where: { steps },
    });
  }
  let sums = new Int32Array(0);
  let saturations = 0;
  for (let step = 0; step < steps; step += 1) {
    network.forward(point(step));
    const found = network.explain(classIndex);
    if (step === 0) sums = new Int32Array(found.gradient.length);
    found.gradient.forEach((value, i) => {
      sums[i] = (sums[i] ?? 0) + value;
    });
    saturations += found.saturations;
  }
  const half = Math.floor(steps / 2);
  return {
    gradient: Int16Array.from(sums, (sum) => Math.floor((sum + half) / steps)),
    saturations,
  };
}

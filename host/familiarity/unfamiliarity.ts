/** How unlike the training data a window is: golden model of `iso_unfamiliarity`, equal to the last bit. */
import type { Familiarity } from '../../codegen/quantize/familiarity.js';
import type { WindowDescription } from './describe.js';

export const UNFAMILIARITY_ONE = 256;
export const UNFAMILIARITY_MOST = 65_535;
const INT16_MAX = 32_767;

/** Above 1 the window is unlike them; a window with a lead without signal is as unlike as can be. */
export function unfamiliarity(trained: Familiarity, window: WindowDescription | undefined): number {
  return unfamiliarityIn256ths(trained, window) / UNFAMILIARITY_ONE;
}

export function unfamiliarityIn256ths(
  trained: Familiarity,
  window: WindowDescription | undefined,
): number {
  if (window === undefined) return UNFAMILIARITY_MOST;
  const shares = Array.from(window.measures, (measure, i) =>
    Math.floor(
      (Math.abs(measure - (trained.middle[i] ?? 0)) * UNFAMILIARITY_ONE) /
        (trained.halfWidth[i] ?? 1),
    ),
  );
  const distance = Number(
    (squaredDistance(trained, window.features) * BigInt(UNFAMILIARITY_ONE)) / BigInt(trained.limit),
  );
  return Math.min(UNFAMILIARITY_MOST, Math.max(distance, ...shares));
}

/** 16 fraction bits. */
export function squaredDistance(
  trained: Pick<Familiarity, 'mean' | 'gain' | 'directions' | 'forgiven'>,
  features: ArrayLike<number>,
): bigint {
  const standard = trained.mean.map((mean, i) => {
    const away = held(features[i] ?? 0) - mean;
    return held(Math.floor((away * (trained.gain[i] ?? 0)) / 4096));
  });
  let sum = BigInt(standard.reduce((total, value) => total + value * value, 0));
  trained.directions.forEach((direction, k) => {
    const inner = direction.reduce((total, value, i) => total + value * (standard[i] ?? 0), 0);
    const along = BigInt(Math.floor(inner / 128));
    sum -= (along * along * BigInt(trained.forgiven[k] ?? 0)) >> 8n;
  });
  return sum < 0n ? 0n : sum;
}

function held(value: number): number {
  return Math.max(-INT16_MAX, Math.min(INT16_MAX, value));
}

/** From a clipping range to scale and zero point. */

/** Values may grow beyond what calibration saw; int16 has the room. */
const INT16_HEADROOM = 1.5;

/** Codes are symmetric. */
export const INT16_MOST = 32_767;

/** A tensor that is always zero still needs a step. */
const LEAST_SCALE = 1e-9;

/** Asymmetric int8 over a range that contains zero. */
export function int8Range(
  range: { readonly low: number; readonly high: number },
  relu: boolean,
): { readonly scale: number; readonly zeroPoint: number } {
  const low = relu ? 0 : Math.min(0, range.low);
  const high = Math.max(0, range.high);
  const scale = Math.max(LEAST_SCALE, (high - low) / 255);
  return { scale, zeroPoint: Math.round(-128 - low / scale) };
}

/** Symmetric int8, for the network's input: the zero of a signal is the zero of its code. */
export function symmetricInt8(range: { readonly low: number; readonly high: number }): {
  readonly scale: number;
  readonly zeroPoint: number;
} {
  return { scale: Math.max(LEAST_SCALE, Math.max(-range.low, range.high) / 127), zeroPoint: 0 };
}

/** Symmetric int16 with headroom. */
export function int16Range(
  range: { readonly low: number; readonly high: number },
  limit = INT16_MOST,
): {
  readonly scale: number;
  readonly zeroPoint: number;
} {
  const reach = Math.max(-range.low, range.high) * INT16_HEADROOM;
  return { scale: Math.max(LEAST_SCALE, reach / limit), zeroPoint: 0 };
}

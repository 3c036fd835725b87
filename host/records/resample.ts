/**
 * Rational resampling by a linear-phase polyphase filter: a Kaiser-windowed sinc evaluated at the output instants.
 * Output sample n stands at the time n / outputRate of the input's own axis: no delay, the first samples coincide.
 */
import { IsochroneError } from '../../codegen/errors.js';

/**
 * Passband to 0.4 and stopband from 0.5 of the lower rate, 80 dB: at 500 Hz flat to 200 Hz, above the diagnostic band (150 Hz).
 * Kaiser's formulas (Kaiser 1974; Oppenheim and Schafer 7.5.3): β = 0.1102 (A − 8.7), order = (A − 7.95) / (14.36 Δf).
 */
const STOPBAND_DB = 80;
const PASSBAND_EDGE = 0.4;
const STOPBAND_EDGE = 0.5;
const KAISER_BETA = 0.1102 * (STOPBAND_DB - 8.7);
const HALF_WIDTH_LOW_RATE_SAMPLES = Math.ceil(
  (STOPBAND_DB - 7.95) / (14.36 * (STOPBAND_EDGE - PASSBAND_EDGE)) / 2,
);

/** Rates such as 128.5 or 359.98 Hz are taken as whole thousandths of a hertz. */
const RATE_STEPS_PER_HZ = 1000;

export interface Ratio {
  /** Output samples … */
  readonly up: number;
  /** … per so many input samples. */
  readonly down: number;
}

/** @throws {IsochroneError} RECORD_RATE_INVALID */
export function resampleRatio(inputRateHz: number, outputRateHz: number): Ratio {
  for (const rate of [inputRateHz, outputRateHz]) {
    if (!Number.isFinite(rate) || rate * RATE_STEPS_PER_HZ < 1 || rate > 1e6) {
      throw new IsochroneError('RECORD_RATE_INVALID', `sampling rate ${rate} Hz cannot be used`, {
        hint: 'Give a rate between 0.001 Hz and 1 MHz.',
      });
    }
  }
  const up = Math.round(outputRateHz * RATE_STEPS_PER_HZ);
  const down = Math.round(inputRateHz * RATE_STEPS_PER_HZ);
  const divisor = greatestCommonDivisor(up, down);
  return { up: up / divisor, down: down / divisor };
}

/** Number of output samples that lie within the input's span. */
export function resampledLength(inputLength: number, ratio: Ratio): number {
  return inputLength === 0 ? 0 : Math.floor(((inputLength - 1) * ratio.up) / ratio.down) + 1;
}

/**
 * Resamples one lead. Beyond its ends the first and last value are repeated. The input must hold no NaN
 * (fill gaps first: one NaN would spread over the filter's length).
 */
export function resample(
  input: Float64Array,
  inputRateHz: number,
  outputRateHz: number,
): Float64Array {
  const ratio = resampleRatio(inputRateHz, outputRateHz);
  if (ratio.up === ratio.down) return input.slice();
  const { up, down } = ratio;
  const outputLength = resampledLength(input.length, ratio);
  const output = new Float64Array(outputLength);
  const bank = new PolyphaseBank(ratio);
  const last = input.length - 1;
  for (let n = 0; n < outputLength; n += 1) {
    const position = n * down;
    const centre = Math.floor(position / up);
    const taps = bank.phase(position - centre * up);
    const first = centre - bank.halfWidth + 1;
    let sum = 0;
    for (let k = 0; k < taps.length; k += 1) {
      const index = Math.min(Math.max(first + k, 0), last);
      sum += (taps[k] ?? 0) * (input[index] ?? 0);
    }
    output[n] = sum;
  }
  return output;
}

/** The filter's taps for each fractional position, computed when first needed. */
class PolyphaseBank {
  /** Taps reach from `centre − halfWidth + 1` to `centre + halfWidth`, in input samples. */
  readonly halfWidth: number;
  readonly #up: number;
  readonly #cutoff: number;
  readonly #phases = new Map<number, Float64Array>();

  constructor(ratio: Ratio) {
    this.#up = ratio.up;
    const lowRateInInputSamples = Math.min(1, ratio.up / ratio.down);
    this.halfWidth = Math.ceil(HALF_WIDTH_LOW_RATE_SAMPLES / lowRateInInputSamples);
    this.#cutoff = ((PASSBAND_EDGE + STOPBAND_EDGE) / 2) * lowRateInInputSamples;
  }

  phase(step: number): Float64Array {
    const known = this.#phases.get(step);
    if (known !== undefined) return known;
    const taps = new Float64Array(2 * this.halfWidth);
    let total = 0;
    for (let k = 0; k < taps.length; k += 1) {
      const distance = k - this.halfWidth + 1 - step / this.#up;
      const tap =
        2 * this.#cutoff * sinc(2 * this.#cutoff * distance) * kaiser(distance / this.halfWidth);
      taps[k] = tap;
      total += tap;
    }
    // Unit gain at 0 Hz in every phase: otherwise a constant input would ripple with the phase.
    for (let k = 0; k < taps.length; k += 1) taps[k] = (taps[k] ?? 0) / total;
    this.#phases.set(step, taps);
    return taps;
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  // Open at both ends: a phase of 0 has a tap at +1 and none at −1.
  return Math.abs(x) >= 1
    ? 0
    : besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / besselI0(KAISER_BETA);
}

function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-16; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

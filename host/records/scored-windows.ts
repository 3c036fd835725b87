/**
 * Records as an ECG network takes them that wants its leads band-passed and as z-scores: 0.5 to 40 Hz, Butterworth of order
 * 4, run forwards and backwards so that nothing is delayed, at 100 Hz, in windows that half overlap.
 */
import { TWELVE_LEAD_NAMES, type EcgRecord } from './record.js';

const LOW_HZ = 0.5;
const HIGH_HZ = 40;
const NETWORK_RATE_HZ = 100;
/** Q of the two second-order sections of a Butterworth filter of order 4: 1 / (2 cos(π/8)), 1 / (2 cos(3π/8)). */
const SECTION_Q = [0.541196, 1.306563];
/** Odd reflection at both ends, 27 samples of 100 Hz: the usual pad of a zero-phase filter of this order. */
const PAD_S = 0.27;

export interface LeadStatistics {
  /** Millivolt, by lead. */
  readonly mean: ArrayLike<number>;
  readonly deviation: ArrayLike<number>;
}

/** @returns windows [12][samples] of z-scores */
export function scoredWindows(
  record: EcgRecord,
  statistics: LeadStatistics,
  samples: number,
): readonly Float32Array[] {
  const step = record.sampleRateHz / NETWORK_RATE_HZ;
  const leads = TWELVE_LEAD_NAMES.map((name, index) => {
    const lead = record.leads.find((one) => one.name.toLowerCase() === name.toLowerCase());
    const passed = bandPass(lead?.microvolt ?? new Float64Array(0), record.sampleRateHz);
    return Float64Array.from({ length: Math.floor(passed.length / step) }, (_, i) => {
      const millivolt = (passed[Math.round(i * step)] ?? 0) / 1000;
      return (millivolt - (statistics.mean[index] ?? 0)) / (statistics.deviation[index] ?? 1);
    });
  });
  const length = leads[0]?.length ?? 0;
  const windows: Float32Array[] = [];
  for (let start = 0; start + samples <= length; start += Math.max(1, samples >> 1)) {
    const window = new Float32Array(leads.length * samples);
    leads.forEach((lead, index) => {
      window.set(lead.subarray(start, start + samples), index * samples);
    });
    windows.push(window);
  }
  return windows;
}

function bandPass(signal: Float64Array, rateHz: number): Float64Array {
  const pad = Math.min(signal.length - 1, Math.round(PAD_S * rateHz));
  const last = signal.length - 1;
  let padded = Float64Array.from({ length: signal.length + 2 * pad }, (_, i) => {
    const at = i - pad;
    if (at < 0) return 2 * (signal[0] ?? 0) - (signal[-at] ?? 0);
    if (at > last) return 2 * (signal[last] ?? 0) - (signal[2 * last - at] ?? 0);
    return signal[at] ?? 0;
  });
  for (let pass = 0; pass < 2; pass += 1) {
    // The high pass takes a constant away: starting from zero is starting settled.
    const first = padded[0] ?? 0;
    let values = padded.map((value) => value - first);
    for (const q of SECTION_Q) {
      values = section(values, LOW_HZ / rateHz, q, true);
      values = section(values, HIGH_HZ / rateHz, q, false);
    }
    padded = values.reverse();
  }
  return padded.slice(pad, pad + signal.length);
}

/** Second-order high or low pass by the bilinear transform (R. Bristow-Johnson, Audio EQ Cookbook). */
function section(
  signal: Float64Array,
  frequency: number,
  q: number,
  high: boolean,
): Float64Array<ArrayBuffer> {
  const w = 2 * Math.PI * frequency;
  const alpha = Math.sin(w) / (2 * q);
  const cos = Math.cos(w);
  const a0 = 1 + alpha;
  const edge = (high ? 1 + cos : 1 - cos) / 2 / a0;
  const [a1, a2, b1] = [(-2 * cos) / a0, (1 - alpha) / a0, (high ? -2 : 2) * edge];
  const output = new Float64Array(signal.length);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  signal.forEach((x, i) => {
    const y = edge * (x + x2) + b1 * x1 - a1 * y1 - a2 * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    output[i] = y;
  });
  return output;
}

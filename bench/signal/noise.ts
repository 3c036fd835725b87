/**
 * Noise that is hard for a beat detector, made here because no recorded noise comes with the project: wander and steps below 10 Hz as
 * restless electrodes give, in bursts of a second, and muscle noise. Independent on each lead, which is the worst case for
 * a detector that listens to eight.
 */
import { seededRandom } from '../../host/records/synthetic/random.js';

const LEADS = 8;
/** One-pole corners of the electrode noise. */
const LOW_HZ = 0.5;
const HIGH_HZ = 10;
/** Electrode noise while an electrode is at rest, and what a burst adds to it. */
const REST = 0.3;
const BURST = 1;
const BURST_SHARE = 0.5;
/** Muscle noise beside it: the first difference of white noise. */
const MUSCLE = 0.3;
const SETTLE_SAMPLES = 2000;

/**
 * A copy of the record with noise at a signal-to-noise ratio as the WFDB tool `nstdbgen` defines it: signal power is an eighth of the
 * squared median peak-to-peak height of QRS, noise power the mean square; each lead by itself.
 * @param rows microvolt [sample][lead] @param beats sample index of each QRS
 */
export function withNoise(
  rows: readonly (readonly number[])[],
  beats: readonly number[],
  { snrDb, sampleRateHz, seed }: Readonly<Record<'snrDb' | 'sampleRateHz' | 'seed', number>>,
): readonly (readonly number[])[] {
  const noise = Array.from({ length: LEADS }, (_, lead) => {
    const unit = unitNoise(rows.length, sampleRateHz, seed * LEADS + lead);
    const power = qrsHeight(rows, beats, lead, sampleRateHz) ** 2 / 8 / 10 ** (snrDb / 10);
    return unit.map((value) => value * Math.sqrt(power));
  });
  return rows.map((row, t) =>
    row.map((value, lead) => Math.round(value + (noise[lead]?.[t] ?? 0))),
  );
}

function qrsHeight(
  rows: readonly (readonly number[])[],
  beats: readonly number[],
  lead: number,
  sampleRateHz: number,
): number {
  const reach = Math.round(0.05 * sampleRateHz);
  const heights = beats.map((at) => {
    const values = rows.slice(Math.max(0, at - reach), at + reach).map((row) => row[lead] ?? 0);
    return Math.max(...values) - Math.min(...values);
  });
  heights.sort((a, b) => a - b);
  return heights[heights.length >> 1] ?? 0;
}

/** Mean square 1. */
function unitNoise(length: number, sampleRateHz: number, seed: number): Float64Array {
  const random = seededRandom(seed, 'detector noise');
  const low = Math.exp((-2 * Math.PI * LOW_HZ) / sampleRateHz);
  const high = Math.exp((-2 * Math.PI * HIGH_HZ) / sampleRateHz);
  const values = new Float64Array(length);
  const muscle = new Float64Array(length);
  let [slow, fast, smooth, before, burst] = [0, 0, 0, 0, 0];
  for (let t = -SETTLE_SAMPLES; t < length; t += 1) {
    if (t % sampleRateHz === 0) burst = random.uniform() < BURST_SHARE ? BURST : 0;
    fast = high * fast + (1 - high) * random.normal();
    smooth = high * smooth + (1 - high) * fast;
    slow = low * slow + (1 - low) * smooth;
    const white = random.normal();
    if (t >= 0) {
      values[t] = (smooth - slow) * (REST + burst);
      muscle[t] = white - before;
    }
    before = white;
  }
  const scaled = (row: Float64Array, to: number): Float64Array => {
    const rms = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / row.length);
    return row.map((value) => (to * value) / rms);
  };
  const electrode = scaled(values, 1);
  const emg = scaled(muscle, MUSCLE);
  return scaled(
    electrode.map((value, t) => value + (emg[t] ?? 0)),
    1,
  );
}

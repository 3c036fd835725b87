/**
 * The conditioner on the synthetic signals by which electrocardiographs and monitors are tested: after IEC 60601-2-25, IEC 60601-2-27
 * and ANSI/AAMI EC13 practice, limits from memory of them, so no claim of conformity.
 */
import {
  CONDITIONER_DELAY,
  ConditionerScript,
  buildConditioner,
  type Band,
  type Conditioned,
} from '../../firmware-templates/core/test-harness/conditioner.js';
import { all, type EightLeads } from '../../firmware-templates/core/test-harness/signal.js';
import {
  addMains,
  addPulses,
  spikeMicrovolt,
  syntheticEcg,
} from '../../firmware-templates/core/test-harness/synthetic-ecg.js';
import { atMost, type ConformanceResult } from './conformance.js';

const HZ = 500;
const LEAD_II = 1;
/** A spike that a converter shows smaller than this on its best lead may pass unmarked: no filter rings on it visibly. */
const VISIBLE_SPIKE_MICROVOLT = 900;
/** Samples within which a mark must lie of its pulse: 4 ms. */
const MARK_REACH = 2;

type Run = (samples: readonly EightLeads[]) => Conditioned;

export function measureConformanceFilters(): readonly ConformanceResult[] {
  const conditioner = buildConditioner();
  return (['diagnostic', 'monitor'] as const).flatMap((band) => {
    const run: Run = (samples) =>
      conditioner(new ConditionerScript().record(samples, 0, CONDITIONER_DELAY[band]), band);
    return [
      ...(band === 'diagnostic' ? impulse(run) : []),
      calibration(run),
      ...response(run, band),
      offset(run),
      ...mains(run),
      ...pacer(run),
      noPacer(run),
      saturation(run),
      gap(conditioner, band),
    ].map((row) => ({ ...row, signal: `${band}: ${row.signal}` }));
  });
}

function between(
  signal: string,
  figure: number,
  [least, most]: readonly [number, number],
  unit: string,
): ConformanceResult {
  const pass = figure >= least && figure <= most;
  return { signal, figure, unit, limit: `${least} to ${most}`, pass };
}

const lead = ({ samples }: Conditioned, index: number): number[] =>
  samples.map(({ microvolt }) => microvolt[index] ?? NaN);
const flat = (seconds: number, value: (t: number) => number): EightLeads[] =>
  Array.from({ length: HZ * seconds }, (_, t) => all(value(t)));

/** Largest difference of any lead from sample `from` on to `end`. */
function largestDifference(a: Conditioned, b: Conditioned, from: number, end: number): number {
  let worst = 0;
  for (let t = from; t < end; t++) {
    a.samples[t]?.microvolt.forEach((value, index) => {
      worst = Math.max(worst, Math.abs(value - (b.samples[t]?.microvolt[index] ?? NaN)));
    });
  }
  return worst;
}

/** 3 mV of 100 ms: how far the baseline is off afterwards, and how fast it comes back. */
function impulse(run: Run): ConformanceResult[] {
  const end = 1050;
  const out = lead(run(flat(12, (t) => (t >= end - 50 && t < end ? 3000 : 0))), 0);
  // From 100 ms after it, when the low-pass has rung out.
  const after = out.slice(end + 50, 5500);
  const shift = Math.max(...after.map(Math.abs));
  // Whole microvolt show a slope over 0.2 s.
  const slope = Math.max(...after.slice(100).map((v, i) => 5 * Math.abs(v - (after[i] ?? NaN))));
  return [
    atMost('impulse 3 mV, 100 ms: shift', shift, 100, 'µV'),
    atMost('impulse 3 mV, 100 ms: slope', slope, 300, 'µV/s'),
  ];
}

function calibration(run: Run): ConformanceResult {
  const out = lead(run(flat(12, (t) => (t >= 3000 && t < 3100 ? 1000 : 0))), 0);
  const mean = (from: number, end: number): number =>
    out.slice(from, end).reduce((sum, value) => sum + value, 0) / (end - from);
  const height = mean(3035, 3065) - (mean(2920, 2960) + mean(3140, 3180)) / 2;
  return between('calibration 1 mV, 200 ms: height', height, [950, 1050], 'µV');
}

function amplitude(values: readonly number[], hz: number): number {
  let re = 0;
  let im = 0;
  values.forEach((value, t) => {
    re += value * Math.cos((2 * Math.PI * hz * t) / HZ);
    im += value * Math.sin((2 * Math.PI * hz * t) / HZ);
  });
  return (2 * Math.hypot(re, im)) / values.length;
}

/** −3 dB at most at both edges of the band, 10 % at most inside. */
function response(run: Run, band: Band): ConformanceResult[] {
  const points =
    band === 'diagnostic'
      ? [
          [0.05, -3.1, 0.5] as const,
          [0.67, -0.9, 0.9] as const,
          [40, -0.9, 0.9] as const,
          [150, -3, 0.5] as const,
        ]
      : [
          [0.5, -3.1, 0.5] as const,
          [0.67, -3, 0.5] as const,
          [10, -0.9, 0.9] as const,
          [40, -3, 0.5] as const,
        ];
  return points.map(([hz, least, most]) => {
    const out = lead(
      run(flat(60, (t) => Math.round(5000 * Math.sin((2 * Math.PI * hz * t) / HZ)))),
      0,
    );
    // 40 s: whole periods of every frequency here but 0.67 Hz, which has 26.8.
    const gain = 20 * Math.log10(amplitude(out.slice(5000, 25_000), hz) / 5000);
    return between(`sine ${hz} Hz: gain`, gain, [least, most], 'dB');
  });
}

const ecg = (seconds: number): EightLeads[] => syntheticEcg({ seconds, noiseMicrovolt: 2 });

function offset(run: Run): ConformanceResult {
  const record = ecg(12);
  const reference = run(record);
  const worst = Math.max(
    ...[300_000, -300_000].map((by) =>
      largestDifference(
        run(record.map((sample) => sample.map((value) => value + by))),
        reference,
        0,
        record.length,
      ),
    ),
  );
  return atMost('electrode offset ±300 mV: change', worst, 5, 'µV');
}

/** It sets in at 5 s: what is left of it 5 s later. */
function mains(run: Run): ConformanceResult[] {
  const record = ecg(20);
  const reference = run(record);
  return [49.5, 50, 50.5, 59.5, 60, 60.5].map((hz) => {
    const hum = addMains(record, 500, (t) => (hz * t) / HZ);
    const out = run(record.map((sample, t) => (t < 5 * HZ ? sample : (hum[t] ?? sample))));
    // To before what the held last value reaches.
    const left = largestDifference(out, reference, 10 * HZ, 17 * HZ);
    return atMost(`mains ${hz} Hz, 1 mV peak to peak: left after 5 s`, left, 10, 'µV');
  });
}

/** Pulses that the converter shows must be marked, the others must at least leave no more than their spike. */
function pacer(run: Run): ConformanceResult[] {
  const record = ecg(12);
  const reference = run(record);
  return [2, 20, 200, 700].flatMap((height) =>
    [0.1, 0.5, 1, 2].flatMap((milliseconds) => {
      let marked = 0;
      let invented = 0;
      let left = 0;
      let pulses = 0;
      for (const millivolt of [height, -height]) {
        // Before each P wave, a tenth of a sample later each time.
        const wanted = Array.from({ length: 13 }, (_, beat) => ({
          at: 400 * (beat + 1) + 60 + beat / 10,
          millivolt,
          milliseconds,
        }));
        const out = run(addPulses(record, wanted));
        const near = (mark: number): boolean =>
          wanted.some(({ at }) => Math.abs(at - mark) <= MARK_REACH);
        pulses += wanted.length;
        marked += wanted.filter(({ at }) =>
          out.spikes.some((mark) => Math.abs(at - mark) <= MARK_REACH),
        ).length;
        invented += out.spikes.filter((mark) => !near(mark)).length;
        left = Math.max(left, largestDifference(out, reference, 0, record.length));
      }
      const seen = spikeMicrovolt({ at: 0, millivolt: height, milliseconds });
      const visible = seen >= VISIBLE_SPIKE_MICROVOLT;
      const wrong = invented + (visible ? pulses - marked : 0);
      const name = `pacer ±${height} mV, ${milliseconds} ms, ${(seen / 1000).toFixed(2)} mV at 500 Hz`;
      return [
        atMost(`${name}: marks ${visible ? 'missing or ' : ''}invented`, wrong, 0, ''),
        atMost(`${name}: left`, left, visible ? 50 : Math.ceil(seen), 'µV'),
      ];
    }),
  );
}

function noPacer(run: Run): ConformanceResult {
  const count = [500, 5000].flatMap(
    (rMicrovolt) => run(syntheticEcg({ seconds: 30, rMicrovolt })).spikes,
  ).length;
  return atMost('beats of 0.5 and 5 mV: pacer marks', count, 0, '');
}

/** Ten seconds at the converter's rail; back within 0.5 mV of what it would have been. */
function saturation(run: Run): ConformanceResult {
  const record = ecg(30);
  const [from, end] = [5000, 10_000];
  const reference = run(record);
  const out = run(record.map((sample, t) => (t >= from && t < end ? all(400_000) : sample)));
  let last = end;
  for (let t = end; t < record.length; t++) {
    if (largestDifference(out, reference, t, t + 1) > 500) last = t;
  }
  const seconds = (last + 1 - end) / HZ;
  const marked = out.samples.slice(from, end).every(({ saturated }) => saturated === (1 << 8) - 1);
  const back = atMost('saturation of 10 s: back within 0.5 mV', seconds, 3, 's');
  // Not back at all if nobody is told that it was away.
  return { ...back, pass: back.pass && marked };
}

/** What the last beat of a long record loses in time when samples are lost before it. */
function gap(conditioner: ReturnType<typeof buildConditioner>, band: Band): ConformanceResult {
  const record = ecg(60);
  const from = 10_003;
  const lost = 1237;
  const script = new ConditionerScript()
    .record(record.slice(0, from))
    .gap(lost)
    .record(record.slice(from + lost), from + lost, CONDITIONER_DELAY[band]);
  const { samples } = conditioner(script, band);
  const tail = samples.filter(({ sampleIndex }) => sampleIndex >= record.length - 500);
  const values = tail.map(({ microvolt }) => microvolt[LEAD_II] ?? NaN);
  const found = tail[values.indexOf(Math.max(...values))]?.sampleIndex ?? NaN;
  // The first R wave lies at 200, the others 400 apart.
  const drawn = 200 + 400 * Math.floor((record.length - 1 - 200) / 400);
  return atMost(
    `${lost} samples lost: shift of the last beat`,
    Math.abs(found - drawn),
    1,
    'samples',
  );
}

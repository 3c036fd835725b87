/**
 * Made signals for what a monitor's heart rate must stand, after the practice of IEC 60601-2-27 and ANSI/AAMI EC13 (from memory of
 * standards that are not public; ../shared names the figures that monitors meet): QRS sizes and widths, rates, tall T waves, bigeminy,
 * steps of the rate, ventricular tachycardia at half, normal and double gain. The device finds beats in two ways, and each has to stand
 * them: behind the conditioner (iso_measure), and, on boards without the memory for it, on the network's own chain. The rate is the
 * one that the terminal and the page show.
 */
import { seededRandom } from '../../codegen/testing/random.js';
import { buildMeasure } from '../../firmware-templates/core/test-harness/measure.js';
import { Rows } from '../../firmware-templates/core/test-harness/rows.js';
import {
  SignalScript,
  buildSignalHarness,
  type EightLeads,
} from '../../firmware-templates/core/test-harness/signal.js';
import {
  addPulses,
  type PacerPulse,
} from '../../firmware-templates/core/test-harness/synthetic-ecg.js';
import { HeartRateMeter } from '../../host/stream/heart-rate.js';
import { atMost, type ConformanceResult } from './conformance.js';
import { scoreBeats } from './score.js';

const HZ = 500;
const HOLD_SAMPLES = 800;
const NOISE_MICROVOLT = 10;
/** Of the same wave on I II V1…V6: some small, some upside down. */
const LEAD_GAINS = [0.6, 1, -0.7, -0.4, 0.3, 1.2, 1.1, 0.8];
/** A rhythm is judged once the detector has learned it. */
const LEARNING_S = 4;

interface MadeBeat {
  readonly atS: number;
  readonly heightMicrovolt: number;
  readonly widthMs: number;
  readonly tMicrovolt: number;
}

const NARROW = { heightMicrovolt: 1000, widthMs: 80, tMicrovolt: 200 };
/** A premature ventricular beat: broad, larger, its T against the QRS. */
const ECTOPIC = { heightMicrovolt: 1600, widthMs: 150, tMicrovolt: -400 };
/** Begins with its pulse. */
const PACED = { heightMicrovolt: 1500, widthMs: 160, tMicrovolt: -300 };
const T_AFTER_MS = 280;
const T_WIDTH_MS = 180;

function* beatsEvery(
  periodsS: readonly number[],
  shapes: readonly Omit<MadeBeat, 'atS'>[],
  fromS: number,
  toS: number,
): Generator<MadeBeat> {
  let atS = fromS;
  for (let i = 0; atS < toS; i += 1) {
    yield { ...(shapes[i % shapes.length] ?? NARROW), atS };
    atS += periodsS[i % periodsS.length] ?? 1;
  }
}

/** R up and down as triangles, S a third of it, T half a sine. */
function made(beats: readonly MadeBeat[], seconds: number): EightLeads[] {
  const wave = new Float64Array(seconds * HZ);
  const add = (fromS: number, widthS: number, shape: (share: number) => number): void => {
    for (let t = Math.max(0, Math.ceil(fromS * HZ)); t < (fromS + widthS) * HZ; t += 1) {
      wave[t] = (wave[t] ?? 0) + shape((t / HZ - fromS) / widthS);
    }
  };
  for (const { atS, heightMicrovolt, widthMs, tMicrovolt } of beats) {
    const width = widthMs / 1000;
    const triangle = (share: number): number => 1 - Math.abs(2 * share - 1);
    add(atS - width / 3, (2 * width) / 3, (share) => heightMicrovolt * triangle(share));
    add(atS + width / 3, width / 3, (share) => (-heightMicrovolt / 3) * triangle(share));
    add(
      atS + (T_AFTER_MS - T_WIDTH_MS / 2) / 1000,
      T_WIDTH_MS / 1000,
      (share) => tMicrovolt * Math.sin(Math.PI * share),
    );
  }
  const random = seededRandom(7);
  return Array.from(wave, (value) =>
    LEAD_GAINS.map((gain) => Math.round(gain * value + NOISE_MICROVOLT * (2 * random() - 1))),
  );
}

interface Beat {
  readonly sampleIndex: number;
  readonly rrMs: number;
}

type Run = (beats: readonly MadeBeat[], seconds: number) => readonly Beat[];

interface Path {
  readonly name: string;
  /** Besides what the chain and the detector take, samples. */
  readonly delaySamples: number;
  readonly run: (samples: readonly EightLeads[]) => readonly Beat[];
}

/** As in iso_conditioner.h, diagnostic band. */
const CONDITIONER_DELAY_SAMPLES = 48;

function paths(): readonly [chain: Path, conditioned: Path] {
  const harness = buildSignalHarness('bench-conformance');
  const measure = buildMeasure();
  return [
    {
      name: 'chain',
      delaySamples: 0,
      run: (samples) => harness(new SignalScript().record(samples, 0, HOLD_SAMPLES)).beats,
    },
    {
      name: 'conditioned',
      delaySamples: CONDITIONER_DELAY_SAMPLES,
      run: (samples) => {
        const rows = new Rows();
        const last = samples[samples.length - 1] ?? [];
        for (let t = 0; t < samples.length + HOLD_SAMPLES; t += 1) {
          rows.push(0, t, samples[t] ?? last);
        }
        return measure(rows).beats;
      },
    },
  ];
}

/** Missed and invented, once learned, of which the signal holds so many. */
function wrongBeats(run: Run, beats: readonly MadeBeat[], seconds: number): number {
  const judged = ({ atS }: { readonly atS: number }): boolean =>
    atS > LEARNING_S && atS < seconds - 1;
  const marks = beats.filter(judged).map(({ atS }) => atS * HZ);
  const found = run(beats, seconds).map(({ sampleIndex }) => sampleIndex);
  const { missed, invented } = scoreBeats(marks, found, HZ);
  return missed + invented;
}

/** Largest error of the shown rate, percent, over the last half of the signal. */
function rateErrorPercent(found: readonly Beat[], bpm: number, seconds: number): number {
  const meter = new HeartRateMeter();
  const errors = found.flatMap(({ rrMs, sampleIndex }) => {
    meter.add(rrMs);
    const shown = meter.bpm();
    return sampleIndex < (seconds * HZ) / 2 ? [] : [Math.abs(100 * ((shown ?? 0) / bpm - 1))];
  });
  return errors.length === 0 ? 100 : Math.max(...errors);
}

/** Seconds from a change of the rhythm until the shown rate stays within 10 % of the new one; of device time, detector's delay included. */
function secondsToFollow(
  found: readonly Beat[],
  changeS: number,
  bpm: number,
  delayS: number,
): number {
  const meter = new HeartRateMeter();
  let since = Number.POSITIVE_INFINITY;
  for (const { rrMs, sampleIndex } of found) {
    meter.add(rrMs);
    const at = sampleIndex / HZ - changeS;
    if (at < 0) continue;
    const near = Math.abs((meter.bpm() ?? 0) / bpm - 1) <= 0.1;
    if (!near) since = Number.POSITIVE_INFINITY;
    else since = Math.min(since, at + delayS);
  }
  return since;
}
/** The chain's delay of 525 samples, and what the detector waits to see whether a peak is the largest around. */
const DELAY_S = 1.05 + 0.25;

/** Heights of pacemaker pulses, millivolt, from the least to the largest that a monitor must stand. */
const PULSES = [2, 20, 200, 700];

/** @param pulseMillivolt heights of pacemaker pulses to try, both signs and four widths each */
export function measureRhythmConformance(
  pulseMillivolt: readonly number[] = PULSES,
): readonly ConformanceResult[] {
  const [chain, conditioned] = paths();
  return [
    ...rhythm(chain),
    ...rhythm(conditioned),
    ...pacedRhythm(conditioned.run, pulseMillivolt),
  ];
}

const steady = (shape: Omit<MadeBeat, 'atS'>, bpm: number, seconds = 30): readonly MadeBeat[] => [
  ...beatsEvery([60 / bpm], [shape], 0.5, seconds),
];

function rhythm(path: Path): readonly ConformanceResult[] {
  const run: Run = (beats, seconds) => path.run(made(beats, seconds));
  const delayS = DELAY_S + path.delaySamples / HZ;
  const results: ConformanceResult[] = [];
  for (const bpm of [30, 60, 120, 180, 240, 300]) {
    // The faster the heart, the shorter its T: at 300 none is left.
    const beats = steady(
      { ...NARROW, widthMs: bpm > 200 ? 60 : 80, tMicrovolt: bpm > 150 ? 0 : 200 },
      bpm,
    );
    const error = rateErrorPercent(run(beats, 30), bpm, 30);
    results.push(atMost(`rate shown at ${bpm}/min`, error, 1, '% off'));
  }
  for (const heightMicrovolt of [500, 1000, 2000, 5000]) {
    for (const widthMs of [40, 70, 120]) {
      const shape = { heightMicrovolt, widthMs, tMicrovolt: heightMicrovolt / 5 };
      const wrong = wrongBeats(run, steady(shape, 80), 30);
      results.push(
        atMost(`QRS of ${heightMicrovolt / 1000} mV and ${widthMs} ms`, wrong, 0, 'beats'),
      );
    }
  }
  for (const tMicrovolt of [400, 800, 1200]) {
    const wrong = wrongBeats(run, steady({ ...NARROW, tMicrovolt }, 80), 30);
    results.push(atMost(`T of ${tMicrovolt / 1000} mV beside a QRS of 1 mV`, wrong, 0, 'beats'));
  }
  const rhythms: readonly (readonly [
    string,
    readonly number[],
    readonly Omit<MadeBeat, 'atS'>[],
  ])[] = [
    ['bigeminy at 80/min', [0.55, 0.95], [NARROW, ECTOPIC]],
    ['slow alternating bigeminy at 60/min', [0.6, 1.4], [NARROW, ECTOPIC]],
    ['rapid alternating bigeminy at 120/min', [0.4, 0.6], [NARROW, ECTOPIC]],
    [
      'beats up and down in turns at 90/min',
      [60 / 90],
      [NARROW, { ...NARROW, heightMicrovolt: -1000, tMicrovolt: -200 }],
    ],
  ];
  for (const [name, periods, shapes] of rhythms) {
    const beats = [...beatsEvery(periods, shapes, 0.5, 40)];
    results.push(atMost(name, wrongBeats(run, beats, 40), 0, 'beats'));
  }
  for (const [from, to] of [
    [80, 120],
    [80, 40],
  ] as const) {
    const before = [...beatsEvery([60 / from], [NARROW], 0.5, 20)];
    const after = [...beatsEvery([60 / to], [NARROW], 20 + 60 / to, 50)];
    const seconds = secondsToFollow(run([...before, ...after], 50), 20, to, delayS);
    // IEC 60601-2-27 asks a manufacturer to state it; monitors take up to 8 s upwards, 12 s downwards to few beats.
    results.push(
      atMost(`step from ${from} to ${to}/min followed`, seconds, to > from ? 8 : 14, 's'),
    );
  }
  for (const [name, gain] of [
    ['half', 0.5],
    ['normal', 1],
    ['double', 2],
  ] as const) {
    const sinus = [...beatsEvery([0.75], [NARROW], 0.5, 20)];
    const tachycardia = { heightMicrovolt: 1500 * gain, widthMs: 180, tMicrovolt: 0 };
    const beats = [...sinus, ...beatsEvery([60 / 195], [tachycardia], 20.4, 45)];
    const seconds = secondsToFollow(run(beats, 45), 20.4, 195, delayS);
    results.push(
      atMost(`ventricular tachycardia of 195/min at ${name} gain followed`, seconds, 10, 's'),
    );
  }
  const silent = [...beatsEvery([0.75], [NARROW], 0.5, 20)];
  const late = run(silent, 40).filter(({ sampleIndex }) => sampleIndex > 20.5 * HZ).length;
  results.push(atMost('beats invented in twenty seconds of asystole', late, 0, 'beats'));
  return results.map((row) => ({ ...row, signal: `${path.name}: ${row.signal}` }));
}

/** A pacemaker beside a rhythm: what its pulses do to the beats that are found. */
function pacedRhythm(
  find: Path['run'],
  pulseMillivolt: readonly number[],
): readonly ConformanceResult[] {
  const seconds = 20;
  const shapes = pulseMillivolt.flatMap((height) =>
    [0.1, 0.5, 1, 2].flatMap((milliseconds) =>
      [height, -height].map((millivolt) => ({ millivolt, milliseconds })),
    ),
  );
  const pulses = (atS: readonly number[], shape: (typeof shapes)[number]): PacerPulse[] =>
    atS.map((at, i) => ({ at: at * HZ + i / 10, ...shape }));
  const sinus = steady(NARROW, 75, seconds);
  const paced = steady(PACED, 75, seconds);
  const every = (periodS: number): number[] =>
    Array.from({ length: Math.floor(seconds / periodS) }, (_, i) => 0.3 + i * periodS);
  const cases: readonly (readonly [string, readonly MadeBeat[], readonly number[]])[] = [
    ['before each P', sinus, sinus.map(({ atS }) => atS - 0.2)],
    ['before each paced QRS', paced, paced.map(({ atS }) => atS - 0.08)],
    ['of an ineffective pacemaker', sinus, every(60 / 87)],
    ['without a beat', [], every(60 / 75)],
  ];
  return cases.map(([name, beats, atS]) => {
    const wrong = shapes.map((shape) =>
      wrongBeats((all, s) => find(addPulses(made(all, s), pulses(atS, shape))), beats, seconds),
    );
    const most = Math.max(...wrong);
    return atMost(
      `conditioned: pacemaker pulses of ±${pulseMillivolt.join(', ')} mV ${name}`,
      most,
      0,
      'beats',
    );
  });
}

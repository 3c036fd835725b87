/**
 * Made-up events of the right shape, for tests of what shows them: a beat-like curve, an explanation that points at the
 * anteroseptal wall. Not an ECG simulator: amplitudes are chosen to be told apart on a screen, nothing more.
 */
import { SEGMENT_NAMES } from '../cineecg/geometry.js';
import {
  INDEPENDENT_LEADS,
  TWELVE_LEADS,
  type BeatEvent,
  type Contact,
  type ExplanationEvent,
  type HelloEvent,
  type LinkStatisticsEvent,
  type MeasurementEvent,
  type MedianBeatEvent,
  type Phase,
  type ResultEvent,
  type SamplesEvent,
  type SignalEvent,
  type WithheldEvent,
  type WithheldReason,
} from '../stream/events.js';

const BEAT_SAMPLES = 400;
const CLASS_NAMES = ['NORM', 'MI', 'STTC', 'CD', 'HYP'] as const;
/** MI and STTC of `result` are called, the others are not. */
const OPERATING_POINTS = [0.5, 0.3, 0.25, 0.2, 0.15] as const;

/** Waves as [centre in seconds from R, width in seconds, amplitude in microvolt for lead II]. */
const WAVES: readonly (readonly [number, number, number])[] = [
  [-0.16, 0.022, 140],
  [-0.022, 0.008, -120],
  [0, 0.011, 1100],
  [0.026, 0.009, -260],
  [0.26, 0.05, 300],
];
/** Amplitude of each wave per lead, relative to lead II; V1–V3 with a deep S and little R. */
const LEAD_GAINS: readonly (readonly number[])[] = [
  [0.7, 0.8, 0.6, 0.3, 0.7],
  [1, 1, 1, 1, 1],
  [0.4, 0, 0.15, 3.2, -0.3],
  [0.5, 0, 0.2, 5, 1.6],
  [0.5, 0.3, 0.3, 4.2, 1.9],
  [0.5, 0.8, 0.9, 2.6, 1.5],
  [0.5, 1, 1.1, 1.2, 1.1],
  [0.5, 0.9, 0.9, 0.6, 0.8],
];

function microvoltAt(lead: number, secondsFromR: number): number {
  return WAVES.reduce((sum, [centre, width, amplitude], wave) => {
    const gain = LEAD_GAINS[lead]?.[wave] ?? 0;
    return sum + gain * amplitude * Math.exp(-0.5 * ((secondsFromR - centre) / width) ** 2);
  }, 0);
}

function samples(firstSampleIndex: number, count: number): SamplesEvent {
  return {
    kind: 'samples',
    firstSampleIndex,
    microvolt: INDEPENDENT_LEADS.map((_name, lead) =>
      Array.from({ length: count }, (_unused, i) => {
        const inBeat = (firstSampleIndex + i) % BEAT_SAMPLES;
        return Math.round(microvoltAt(lead, (inBeat - BEAT_SAMPLES / 2) / 500));
      }),
    ),
  };
}

function hello(): HelloEvent {
  return {
    kind: 'hello',
    boardName: 'mps2-an386',
    modelName: 'isochrone-default',
    modelHash: 0x1badcafe,
    buildId: 1,
    bootId: 1,
    sampleRateHz: 500,
    networkRateHz: 100,
    classNames: CLASS_NAMES,
    operatingPoints: OPERATING_POINTS,
    methods: ['gradient_x_input'],
    ticksPerSecond: 25_000_000,
    resetCause: 'power_on',
    startState: 'passed',
    startFaults: [],
  };
}

function beat(number: number): BeatEvent {
  const sampleIndex = number * BEAT_SAMPLES + BEAT_SAMPLES / 2;
  return { kind: 'beat', sampleIndex, rrMs: number === 0 ? 0 : BEAT_SAMPLES * 2, noisePercent: 2 };
}

function result(resultId: number): ResultEvent {
  return {
    kind: 'result',
    resultId,
    windowFirstSampleIndex: 1250 + 2500 * resultId,
    windowSampleCount: 5000,
    classNames: CLASS_NAMES,
    probabilities: [0.03, 0.87, 0.41, 0.1, 0.05],
    logits: [-3.5, 1.9, -0.4, -2.2, -2.9],
    winner: 1,
    networkMicroseconds: 182_000,
    explainMicroseconds: 231_000,
    operatingPoints: OPERATING_POINTS,
  };
}

/** A window that the device does not answer for. */
function unanswered(resultId: number, reason: WithheldReason): WithheldEvent {
  const { windowFirstSampleIndex, windowSampleCount } = result(resultId);
  return {
    kind: 'withheld',
    resultId,
    reason,
    unanswered: { windowFirstSampleIndex, windowSampleCount },
  };
}

function explanation(resultId: number): ExplanationEvent {
  const leadEvidence = TWELVE_LEADS.map(() => [0.01, 0.02, -0.02]);
  leadEvidence[7] = [0.01, 0.41, 0.12];
  leadEvidence[8] = [0, 0.33, 0.18];
  leadEvidence[10] = [-0.02, -0.19, 0.04];
  const raw = SEGMENT_NAMES.map((): number => 0.015);
  [0.06, 0.15, 0.04].forEach((score, i) => (raw[i] = score));
  raw[6] = 0.08;
  raw[7] = 0.21;
  raw[13] = 0.13;
  const total = raw.reduce((sum, score) => sum + score, 0);
  const segmentScores = raw.map((score) => score / total);
  return {
    kind: 'explanation',
    resultId,
    classIndex: 1,
    className: 'MI',
    method: 'gradient_x_input',
    mapping: 'adjoint_direction',
    transform: 'kors',
    beatCount: 11,
    leadEvidence,
    residualShare: 0.12,
    meanQrsMicrovolt: [420, 310, -160],
    segmentScores,
    segmentSpread: segmentScores.map((score) => 0.2 * score),
    segmentNames: SEGMENT_NAMES,
    topSegment: 7,
    meanBeat: meanBeat(),
    path: path(),
  };
}

function meanBeat(): ExplanationEvent['meanBeat'] {
  const rIndex = 30;
  const times = Array.from({ length: 80 }, (_unused, t) => (t - rIndex) / 100);
  return {
    rateHz: 100,
    rIndex,
    microvolt: INDEPENDENT_LEADS.map((_name, lead) => times.map((t) => microvoltAt(lead, t))),
    attribution: TWELVE_LEADS.map((_name, lead) =>
      times.map((t) => {
        const side = lead === 7 || lead === 8 ? 1 : lead === 10 ? -0.6 : 0.12;
        const qrs = Math.exp(-0.5 * ((t - 0.01) / 0.025) ** 2);
        const st = Math.exp(-0.5 * ((t - 0.24) / 0.06) ** 2);
        return 0.08 * side * (qrs + 0.35 * st - 0.1 * Math.sin(40 * t));
      }),
    ),
    fiducials: { pOnset: 9, pEnd: 19, qrsOnset: 26, jPoint: 35, tPeak: 56, tEnd: 67 },
  };
}

function path(): ExplanationEvent['path'] {
  return Array.from({ length: 60 }, (_unused, i) => {
    const phase: Phase = i < 10 ? 'P' : i < 25 ? 'QRS' : 'ST-T';
    const turn = (2 * Math.PI * (i - (i < 10 ? 0 : i < 25 ? 10 : 25))) / (i < 10 ? 14 : 22);
    const size = phase === 'P' ? 8 : phase === 'QRS' ? 26 : 15;
    return {
      frankMm: [
        size * Math.sin(turn) + 4,
        0.7 * size * (1 - Math.cos(turn)) - 6,
        0.6 * size * Math.sin(turn + 1.1) - 4,
      ] as const,
      phase,
      evidence: phase === 'QRS' ? 0.04 + 0.02 * Math.sin(turn) : 0.01,
    };
  });
}

/** All well, but for what is given. */
function signal(changes: Partial<SignalEvent> = {}): SignalEvent {
  const on: Contact = 'on';
  return {
    kind: 'signal',
    sampleIndex: 5000,
    measuresBeats: true,
    electrodes: { RA: on, LA: on, LL: on, V1: on, V2: on, V3: on, V4: on, V5: on, V6: on },
    quality: 'readable',
    leadReasons: INDEPENDENT_LEADS.map(() => []),
    reversal: { limb: null, chest: null },
    mainsHz: 50.02,
    ...changes,
  };
}

function measurement(number: number): MeasurementEvent {
  const sampleIndex = number * BEAT_SAMPLES + BEAT_SAMPLES / 2;
  return {
    kind: 'measurement',
    sampleIndex,
    beatCount: Math.min(8, number + 1),
    marks: {
      pOnset: sampleIndex - 105,
      pEnd: sampleIndex - 55,
      qrsOnset: sampleIndex - 22,
      qrsEnd: sampleIndex + 24,
      tPeak: sampleIndex + 130,
      tEnd: sampleIndex + 180,
    },
    heartRatePerMin: 75,
    prMs: 166,
    qrsMs: 92,
    qtMs: 404,
    qtcFridericiaMs: 435,
    qtcBazettMs: 451,
  };
}

function medianBeat(number: number): MedianBeatEvent {
  const centreIndex = 58;
  return {
    kind: 'median-beat',
    sampleIndex: number * BEAT_SAMPLES + BEAT_SAMPLES / 2,
    rateHz: 125,
    centreIndex,
    microvolt: INDEPENDENT_LEADS.map((_name, lead) =>
      Array.from({ length: 148 }, (_unused, t) =>
        Math.round(microvoltAt(lead, (t - centreIndex) / 125)),
      ),
    ),
  };
}

function linkStatistics(): LinkStatisticsEvent {
  return {
    kind: 'link-statistics',
    bytesPerS: 12_300,
    samplesPerS: 500,
    samplesDelivered: 5490,
    samplesLostOnLink: 10,
    samplesDroppedByDevice: 0,
    crcErrors: 1,
    damagedFrames: 1,
    resyncs: 1,
    driftPpm: 12.5,
    driftBoundPpm: 0.4,
    roundTripMs: 2.1,
    lineShare: 0.58,
  };
}

export const synthetic = {
  ...{ hello, samples, beat, result, unanswered, explanation },
  ...{ signal, measurement, medianBeat, linkStatistics },
} as const;

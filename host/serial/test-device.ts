/** What a device would say, for the tests of this folder. */
import { PROTOCOL_VERSION, SCHEMA_HASH } from '../protocol/frame.js';
import {
  DUTY_VALUES,
  type DeviceMessage,
  type ExplanationState,
  type HelloMessage,
  type ResultMessage,
  type SamplesMessage,
  type StatusMessage,
} from '../protocol/messages.js';
import { INDEPENDENT_LEADS, TWELVE_LEADS } from '../stream/events.js';

export const SEGMENT_NAMES: readonly string[] = Array.from(
  { length: 21 },
  (_, i) => `segment ${i}`,
);

export const helloMessage = (bootId = 1): HelloMessage => ({
  kind: 'HELLO',
  protocolVersion: PROTOCOL_VERSION,
  schemaHash: SCHEMA_HASH,
  boardName: 'bench',
  modelName: 'tiny',
  modelHash: 0xabcdef01,
  buildId: 7,
  bootId,
  uniqueId: [1, 2, 3],
  sampleRateHz: 500,
  networkRateHz: 100,
  lsbNanovolt: 1000,
  leadCount: 8,
  ticksPerSecond: 1_000_000,
  windowSamples: 5000,
  classNames: ['NORM', 'MI'],
  operatingPoints: [0.5, 0.25],
  methods: [0],
  resetCause: 'power_on',
  startState: 'passed',
  startFaults: 0,
});

export const samplesMessage = (
  firstSampleIndex: number,
  count = 10,
  samplesDropped = 0,
): SamplesMessage => ({
  kind: 'SAMPLES',
  firstSampleIndex,
  deviceTick: (firstSampleIndex * 2000) >>> 0,
  samplesDropped,
  microvolt: Array.from(
    { length: count * INDEPENDENT_LEADS.length },
    (_, i) => (firstSampleIndex % 1000) + Math.floor(i / 8) + 1000 * (i % 8),
  ),
});

export const statusMessage = (samplesDropped = 0): StatusMessage => ({
  kind: 'STATUS',
  uptimeMs: 1000,
  deviceTick: 5,
  samplesReceived: 500,
  samplesDropped,
  framesDropped: 0,
  receiveErrors: 0,
  transmitHighWater: 100,
  receiveHighWater: 200,
  cpuLoadPermille: 400,
  stackHighWaterBytes: 2048,
  gradientSaturations: 0,
  injectCredit: 100,
  loopWorstTicks: 9000,
  interruptWorstTicks: 12,
  dutyWorstTicks: DUTY_VALUES.map((_, index) => 1000 * index),
});

export const resultMessage = (resultId: number): ResultMessage => ({
  kind: 'RESULT',
  resultId,
  windowFirstSampleIndex: 0,
  windowSampleCount: 5000,
  winner: 1,
  networkMicroseconds: 10,
  explainMicroseconds: 20,
  unfamiliarity: 0.5,
  probabilities: [0.25, 0.75],
  logits: [-1, 1],
});

/** A window that the device does not answer for. */
export const unansweredMessages = (
  resultId: number,
  explanation: ExplanationState,
): DeviceMessage[] => [
  {
    ...resultMessage(resultId),
    winner: 0,
    networkMicroseconds: 0,
    explainMicroseconds: 0,
    unfamiliarity: 2.5,
    probabilities: [],
    logits: [],
  },
  { kind: 'RESULT_END', resultId, explanation },
];

/** An explanation in full, two parts of path, then its end. */
export function explanationMessages(resultId: number): DeviceMessage[] {
  const beat = 40;
  return [
    {
      kind: 'EXPLANATION',
      resultId,
      classIndex: 1,
      method: 'gradient_x_input',
      mapping: 'adjoint_direction',
      transform: 'kors',
      beatCount: 11,
      residualShare: 0.125,
      meanQrsMicrovolt: [400, 300, -125],
      topSegment: 3,
      leadEvidence: Array.from({ length: 36 }, (_, i) => i / 4),
      segmentScores: Array.from({ length: 21 }, (_, i) => i / 256),
      segmentSpread: new Array<number>(21).fill(0.5),
    },
    ...INDEPENDENT_LEADS.map((_lead, leadIndex): DeviceMessage => ({
      kind: 'BEAT_LEAD',
      resultId,
      leadIndex,
      rateHz: 100,
      rIndex: 15,
      microvolt: Array.from({ length: beat }, (_unused, t) => leadIndex * 100 + t),
    })),
    ...TWELVE_LEADS.map((_lead, leadIndex): DeviceMessage => ({
      kind: 'BEAT_ATTRIBUTION',
      resultId,
      leadIndex,
      scale: 0.5,
      steps: new Array<number>(beat).fill(leadIndex - 6),
    })),
    {
      kind: 'BEAT_FIDUCIALS',
      resultId,
      pOnset: -1,
      pEnd: -1,
      qrsOnset: 10,
      jPoint: 20,
      tPeak: 30,
      tEnd: 38,
    },
    ...[0, 1].map((partIndex): DeviceMessage => ({
      kind: 'PATH',
      resultId,
      partIndex,
      partCount: 2,
      points: [
        {
          xHundredthMm: 100 + partIndex,
          yHundredthMm: -250,
          zHundredthMm: 0,
          phase: partIndex === 0 ? 'QRS' : 'ST-T',
          evidence: 0.25,
        },
      ],
    })),
    { kind: 'RESULT_END', resultId, explanation: 'sent' },
  ];
}

import { describe, expect, it } from 'vitest';
import type { MedianLeadMessage, SignalStateMessage } from '../protocol/messages.js';
import { MedianAssembler, toMeasurementEvent, toSignalEvent } from './signal-translator.js';

const STATE: SignalStateMessage = {
  kind: 'SIGNAL_STATE',
  sampleIndex: 7,
  stages: 'measure',
  source: 'electrodes',
  contactRa: 'on',
  contactLa: 'off',
  contactLl: 'unknown',
  contactV1: 'on',
  contactV2: 'on',
  contactV3: 'on',
  contactV4: 'on',
  contactV5: 'on',
  contactV6: 'off',
  quality: 'poor',
  leadReasons: [0, 1, 2, 4, 6, 0, 0, 0],
  limbReversal: 'ra_la',
  chestReversal: 'v1_to_v6',
  mains: 'hz_60',
  mainsMillihertz: 59_980,
};

describe('SIGNAL_STATE', () => {
  it('is told with electrodes by name, reasons by lead and frequencies in hertz', () => {
    expect(toSignalEvent(STATE)).toMatchObject({
      measuresBeats: true,
      electrodes: { RA: 'on', LA: 'off', LL: 'unknown', V5: 'on', V6: 'off' },
      leadReasons: [[], ['flat'], ['restless'], ['wander'], ['restless', 'wander'], [], [], []],
      reversal: { limb: 'RA/LA', chest: 'V1 to V6' },
      mainsHz: 59.98,
    });
  });

  it('tells a test signal, and nothing of one where there is none', () => {
    expect(toSignalEvent({ ...STATE, source: 'test_signal' })).toHaveProperty('testSignal', true);
    expect(toSignalEvent(STATE)).not.toHaveProperty('testSignal');
  });

  it('leaves out what was not looked at', () => {
    const event = toSignalEvent({
      ...STATE,
      stages: 'watch',
      limbReversal: 'not_judged',
      chestReversal: 'not_judged',
      mains: 'not_watched',
    });
    expect(event).not.toHaveProperty('reversal');
    expect(event).not.toHaveProperty('mainsHz');
    expect(toSignalEvent({ ...STATE, limbReversal: 'none', mains: 'none' })).toMatchObject({
      reversal: { limb: null, chest: 'V1 to V6' },
      mainsHz: null,
    });
  });
});

it('BEAT_MEASUREMENT has its marks on the axis of samples, and null for what is not there', () => {
  const event = toMeasurementEvent({
    kind: 'BEAT_MEASUREMENT',
    sampleIndex: 1000,
    beatCount: 8,
    ...{ pOnset: -32768, pEnd: -32768, qrsOnset: -20, qrsEnd: 22, tPeak: 130, tEnd: 180 },
    ...{ heartRatePerMin: 75, meanRrMs: 800, prMs: 0, qrsMs: 84, qtMs: 400 },
    ...{ qtcFridericiaMs: 431, qtcBazettMs: 447 },
  });
  const { pOnset, qrsOnset, tEnd } = event.marks;
  expect([pOnset, qrsOnset, tEnd, event.prMs, event.qtMs]).toEqual([null, 980, 1180, null, 400]);
});

describe('MEDIAN_LEAD', () => {
  const lead = (sampleIndex: number, leadIndex: number): MedianLeadMessage => ({
    kind: 'MEDIAN_LEAD',
    ...{ sampleIndex, leadIndex, rateHz: 125, centreIndex: 1, microvolt: [leadIndex, 0, 0] },
  });

  it('makes a beat of eight leads of the same beat, in any order', () => {
    const median = new MedianAssembler();
    const told = [3, 1, 2, 0, 7, 6, 5, 4].map((l) => median.add(lead(500, l)));
    expect(told.filter((event) => event !== undefined)).toHaveLength(1);
    expect(told[7]?.microvolt.map(([first]) => first)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('leaves out one of which a lead was lost', () => {
    const median = new MedianAssembler();
    for (let l = 0; l < 7; l += 1) expect(median.add(lead(500, l))).toBeUndefined();
    expect(median.add(lead(900, 7))).toBeUndefined();
    for (let l = 0; l < 6; l += 1) expect(median.add(lead(900, l))).toBeUndefined();
    expect(median.add(lead(900, 6))?.sampleIndex).toBe(900);
  });
});

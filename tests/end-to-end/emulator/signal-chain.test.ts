/**
 * The signal chain in the application: what a patient whose truth is known gives on the wire, with electrodes that come off,
 * pacemaker spikes and lost samples.
 */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import {
  injectRecord,
  NOT_MEASURED,
  socketWriter,
  type FrameContact,
} from '../../../host/flash/injector.js';
import { FrameEncoder } from '../../../host/protocol/frame.js';
import { toAcquisition } from '../../../host/records/acquisition.js';
import { synthesizePatient, type PatientTruth } from '../../../host/records/synthetic/patient.js';
import type { StreamEvent } from '../../../host/stream/events.js';
import { loadBoard } from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import { connect, type ConnectedDevice } from './emulated-device.js';
import { NETWORK } from './fixture-network.js';

const SPEED = 8;
const WAIT_MS = 60_000;
const ALL_MEASURED = 0x1ff;
const V2_BIT = 1 << 4;
const FRAME_SAMPLES = 20;

let connected: ConnectedDevice | undefined;
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
});

async function start(boardName: string): Promise<ConnectedDevice> {
  const board = await loadBoard(boardName);
  const outDir = join(packageRoot(), 'build', 'test', 'emulator', `signal-${boardName}`);
  const { elfPath } = await buildFirmware({
    board,
    networkDir: NETWORK,
    image: 'app',
    frontEnd: 'uart',
    outDir,
  });
  connected = await connect({ board, elfPath });
  return connected;
}

function patient(durationS: number): { microvolt: Int16Array; truth: PatientTruth } {
  const options = { seed: 5, durationS, heartRateBpm: 72, lesion: { kind: 'none', segments: [] } };
  const { record, truth } = synthesizePatient(options as Parameters<typeof synthesizePatient>[0]);
  return { microvolt: Int16Array.from(toAcquisition(record).microvolt), truth };
}

async function send(
  device: ConnectedDevice,
  microvolt: Int16Array,
  contactAt: (sampleIndex: number) => FrameContact = () => NOT_MEASURED,
): Promise<void> {
  await injectRecord({
    write: socketWriter(device.device.inject),
    ...{ microvolt, sampleCount: microvolt.length / 8, speed: SPEED, contactAt },
  });
  await device.waitFor('end', WAIT_MS);
}

type EventOf<Kind extends StreamEvent['kind']> = Extract<StreamEvent, { kind: Kind }>;
function eventsOf<Kind extends StreamEvent['kind']>(
  device: ConnectedDevice,
  kind: Kind,
): EventOf<Kind>[] {
  return device.events.filter((event): event is EventOf<Kind> => event.kind === kind);
}

/** Beats of the truth, of those from `first` on, that have none of `found` within 20 ms. */
function missed(truth: PatientTruth, found: readonly { sampleIndex: number }[], first = 0): number {
  return truth.rSampleIndices.filter(
    (r) => r >= first && !found.some(({ sampleIndex }) => Math.abs(sampleIndex - r) <= 10),
  ).length;
}

describe('a patient whose truth is known', () => {
  it('gives rate, intervals and marks within bounds, and each pacemaker spike as a spike', async () => {
    const device = await start('mps2-an386');
    const { microvolt, truth } = patient(20);
    // From 12 s on 4 mV in one sample of all leads before each P wave, as far from it as from the T wave before.
    const spikes = truth.rSampleIndices.filter((r) => r > 6000).map((r) => r - 130);
    for (const at of spikes) {
      for (let i = 8 * at; i < 8 * (at + 1); i += 1) microvolt[i] = (microvolt[i] ?? 0) + 4000;
    }
    await send(device, microvolt);
    expect(eventsOf(device, 'pacer').map(({ sampleIndex }) => sampleIndex)).toEqual(spikes);

    // The two beats at the ends are not whole, and the first one opens the detector's first interval.
    const beats = eventsOf(device, 'beat');
    expect(missed(truth, beats)).toBeLessThanOrEqual(2);
    expect(beats.length).toBeLessThanOrEqual(truth.rSampleIndices.length);
    const measured = eventsOf(device, 'measurement');
    expect(missed(truth, measured)).toBeLessThanOrEqual(5);

    if (truth.fiducials === null) throw new Error('a record of a heart has fiducials');
    const { pOnset, pEnd, qrsOnset, jPoint, tEnd } = truth.fiducials;
    for (const { sampleIndex, marks, ...intervals } of measured.slice(4)) {
      // The rhythm breathes by 3 %; the eight intervals of a mean hardly do.
      expect(Math.abs((intervals.heartRatePerMin ?? 0) - truth.heartRateBpm)).toBeLessThan(4);
      const r = truth.rSampleIndices.find((at) => Math.abs(at - sampleIndex) <= 10) ?? Number.NaN;
      const away = (mark: number | null, offset: number | null): number =>
        2 * Math.abs((mark ?? Number.NaN) - r - (offset ?? Number.NaN));
      // Twice the CSE working party's 2-sigma tolerances, in milliseconds: its marks are people's, the truth is the model's.
      expect(away(marks.pOnset, pOnset)).toBeLessThan(20.4);
      expect(away(marks.pEnd, pEnd)).toBeLessThan(25.4);
      expect(away(marks.qrsOnset, qrsOnset)).toBeLessThan(13);
      expect(away(marks.qrsEnd, jPoint)).toBeLessThan(23.2);
      expect(away(marks.tEnd, tEnd)).toBeLessThan(61.2);
      expect(intervals.qrsMs).toBe(2 * ((marks.qrsEnd ?? 0) - (marks.qrsOnset ?? 0)));
    }
    const median = eventsOf(device, 'median-beat').at(-1);
    expect(median?.microvolt).toHaveLength(8);
    expect(measured.map(({ sampleIndex }) => sampleIndex)).toContain(median?.sampleIndex);
  });
});

describe('an electrode that comes off', () => {
  it('is told, and no window that it was off in is answered', async () => {
    // A board that watches the signal and does not measure it.
    const device = await start('mps2-an385');
    const { microvolt } = patient(32);
    const [from, end] = [7000, 8000];
    await send(device, microvolt, (at) => ({
      contactMeasured: ALL_MEASURED,
      contactOff: at >= from && at < end ? V2_BIT : 0,
    }));
    const states = eventsOf(device, 'signal');
    expect(states.some(({ measuresBeats }) => measuresBeats)).toBe(false);
    const changes = states.filter(
      ({ electrodes }, i) => electrodes.V2 !== states[i - 1]?.electrodes.V2,
    );
    expect(changes.map(({ sampleIndex, electrodes }) => [sampleIndex, electrodes.V2])).toEqual([
      [expect.any(Number), 'unknown'],
      [expect.any(Number), 'on'],
      // After 0.2 s, and 1 s after it is back.
      [from + 99, 'off'],
      [end + 499, 'on'],
    ]);
    const { RA, LA, LL, V1, V3 } = states.at(-1)?.electrodes ?? {};
    expect([RA, LA, LL, V1, V3]).toEqual(['on', 'on', 'on', 'on', 'on']);

    const explained = new Set(eventsOf(device, 'explanation').map(({ resultId }) => resultId));
    const answered = eventsOf(device, 'result').map((result) => ({ ...result, given: true }));
    const unanswered = eventsOf(device, 'withheld').flatMap((event) =>
      event.unanswered === undefined
        ? []
        : [{ ...event.unanswered, resultId: event.resultId, given: false }],
    );
    const windows = [...answered, ...unanswered];
    expect(windows.length).toBeGreaterThan(8);
    for (const { resultId, windowFirstSampleIndex: first, given } of windows) {
      // Answered a second after its window; known to be off 0.2 s after it was.
      const wasOff = first + 5000 + 525 > from + 99 && first < end + 499;
      expect([resultId, given, explained.has(resultId)]).toEqual([resultId, !wasOff, !wasOff]);
    }
    expect(unanswered.length).toBeGreaterThan(2);
    expect(eventsOf(device, 'withheld').every(({ reason }) => reason === 'lead_off')).toBe(true);
  });
});

describe('lost samples', () => {
  it('are a gap in time and not a shift of it: marks, intervals and electrodes come back', async () => {
    const device = await start('mps2-an386');
    const { microvolt, truth } = patient(24);
    // V6 is without contact from the start: what is known of it must survive the gap.
    const contact = { contactMeasured: ALL_MEASURED, contactOff: 1 << 8 };
    const write = socketWriter(device.device.inject);
    const encoder = new FrameEncoder();
    const [lostFrom, lostEnd] = [4000, 5240];
    for (let at = 0; at < microvolt.length / 8; at += FRAME_SAMPLES) {
      if (at >= lostFrom && at < lostEnd) continue;
      const values = Array.from(microvolt.subarray(8 * at, 8 * (at + FRAME_SAMPLES)));
      await write(
        encoder.encode({ kind: 'INJECT', firstSampleIndex: at, ...contact, microvolt: values }),
      );
    }
    await write(encoder.encode({ kind: 'END_OF_RECORD', sampleCount: microvolt.length / 8 }));
    await device.waitFor('end', WAIT_MS);

    const beats = eventsOf(device, 'beat');
    // Once the detector has seen a second of signal again; the last beat of the record keeps its time.
    expect(missed(truth, beats, lostEnd + 500)).toBe(0);
    const measured = eventsOf(device, 'measurement');
    const after = measured.filter(({ sampleIndex }) => sampleIndex > lostEnd);
    expect(missed(truth, after, lostEnd + 500)).toBe(0);
    expect(measured.some(({ sampleIndex: at }) => at >= lostFrom - 200 && at < lostEnd)).toBe(
      false,
    );
    // The median beat is kept, and the interval across the gap is not one of the heart's.
    const [first] = after;
    expect(first?.beatCount).toBe(8);
    expect(Math.abs((first?.heartRatePerMin ?? 0) - truth.heartRateBpm)).toBeLessThan(4);
    expect(Math.abs((after.at(-1)?.qtMs ?? 0) - (measured[5]?.qtMs ?? 0))).toBeLessThanOrEqual(10);
    const late = eventsOf(device, 'signal').filter(({ sampleIndex }) => sampleIndex > 500);
    expect(new Set(late.map(({ electrodes }) => electrodes.V6))).toEqual(new Set(['off']));
    expect(eventsOf(device, 'signal').at(-1)?.quality).toBe('readable');
  });
});

/** Samples come back as they went in, at their rate, with the beats that are in them. */
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { toAcquisition } from '../../../host/records/acquisition.js';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

const SECONDS = { short: 12, long: 600 };
/** What goes into the place of a front end is paced by a host that does other things too. */
const INJECTED_TOLERANCE_HZ = 100;
/** The window within which a beat counts as found: 150 ms, as bxb has it (ANSI/AAMI EC57). */
const BEAT_WINDOW_SAMPLES = 75;
/** The detector learns its thresholds on the first beats, and needs what follows a beat to be sure of it. */
const LEARNING_SAMPLES = 1500;
const TAIL_SAMPLES = 500;

export function acquisitionTests(bench: Bench): void {
  const seconds = bench.settings.long ? SECONDS.long : SECONDS.short;
  const options = { needs: ['inject'], limitMs: (seconds + 120) * 1000 } as const;
  hil(
    bench,
    `acquires ${seconds} s in real time, every sample and every beat`,
    options,
    async (device) => {
      const { record, truth } = synthesizePatient({ ...DEFAULT_PATIENT, durationS: seconds });
      const { microvolt } = toAcquisition(record);
      await device.restart();
      const books = await device.inject({ microvolt, speed: 1 });
      const lost = books.lostOnLink + books.droppedByDevice;
      device.records.measure('samples lost', lost, 'samples', { most: 0 });
      device.expectRate(500, INJECTED_TOLERANCE_HZ);
      const found = device.eventsOf('beat').map(({ sampleIndex }) => sampleIndex);
      const { missed, surplus } = matchBeats(truth.rSampleIndices, found, microvolt.length / 8);
      device.records.measure('beats missed', missed, 'beats', { most: 0 });
      device.records.measure('beats too many', surplus, 'beats', { most: 0 });
      const windows = 1 + Math.floor((seconds - 10) / 2.5);
      device.records.measure('results', device.eventsOf('result').length, 'results', {
        least: windows,
      });
      const status = device.eventsOf('status').at(-1);
      device.records.measure('receive errors', status?.receiveErrors ?? NaN, 'frames', { most: 0 });
      device.records.measure('stack high-water mark', status?.stackHighWaterBytes ?? NaN, 'bytes', {
        least: 1,
        most: bench.board.stackBytes / 2,
      });
      device.records.measure('load', status?.cpuLoadPermille ?? NaN, 'permille', { most: 1000 });
    },
  );
}

/** Each beat that is there is found once; one that is found twice is one too many. */
function matchBeats(
  truth: readonly number[],
  found: readonly number[],
  sampleCount: number,
): { readonly missed: number; readonly surplus: number } {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= BEAT_WINDOW_SAMPLES;
  const settled = truth.filter((r) => r >= LEARNING_SAMPLES && r < sampleCount - TAIL_SAMPLES);
  const missed = settled.filter((r) => !found.some((beat) => near(beat, r))).length;
  const taken = new Set<number>();
  const surplus = found.filter((beat) => {
    const r = truth.find((candidate) => near(beat, candidate) && !taken.has(candidate));
    if (r !== undefined) taken.add(r);
    return r === undefined;
  }).length;
  return { missed, surplus };
}

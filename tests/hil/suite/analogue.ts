/**
 * A signal that does not arrive sample by sample as it was sent: heights, signs, rates and numbers of beats within tolerances, on
 * whatever source the device has.
 */
import type { DeviceUnderTest } from '../../../host/hil/device.js';
import {
  electrodesOf,
  leadsOf,
  type SignalSource,
  type Wave,
} from '../../../host/hil/signal-source.js';
import { measureSquareWave } from '../../../host/hil/square-wave.js';
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { toAcquisition } from '../../../host/records/acquisition.js';
import { INDEPENDENT_LEADS, type Electrode } from '../../../host/stream/events.js';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

const NEEDS = { needs: ['signal'] } as const;
const RATE_HZ = 500;
/** High for less than half of its period: its sign shows. */
const SQUARE = { microvolt: 1000, periodS: 0.5, highShare: 0.3 };
const TURN_S = 2;
/** What lies on the way, from the host's timer to a sample, must be over; two rises at least lie in what is looked at. */
const SETTLE_S = 0.5;
const LOOK_PERIODS = 2.6;
/** Two resistors of 1 %, a reference of 1 %, and a front end of 5 %. */
const HEIGHT_TOLERANCE = 0.08;
const PERIOD_TOLERANCE = 0.01;
/** Most of a QRS lies below 25 Hz. */
const LEAST_RATE_HZ = { square: 40, beats: 60 };
const BEAT_SECONDS = 20;
/** The detector learns its thresholds on the first beats, and needs what follows a beat to be sure of it. */
const LEARNING_S = 3;
const TAIL_S = 1;

export function analogueTests(bench: Bench): void {
  hil(
    bench,
    'shows each electrode in its leads, in height, sign and period',
    NEEDS,
    async (device) => {
      const source = device.source(bench.speed);
      const { electrodes } = source;
      const begin = await shown(device, source, {
        seconds: electrodes.length * TURN_S,
        leastRateHz: LEAST_RATE_HZ.square,
        at: (seconds) => {
          const electrode = electrodes[Math.floor(seconds / TURN_S)];
          return electrode === undefined ? {} : { [electrode]: squareAt(seconds) };
        },
      });
      for (const [turn, electrode] of electrodes.entries()) {
        const first = begin + (turn * TURN_S + SETTLE_S) * RATE_HZ;
        measureTurn(device, electrode, first);
      }
    },
  );

  hil(bench, 'counts the beats of a heart that it is shown', NEEDS, async (device) => {
    const { record, truth } = synthesizePatient({ ...DEFAULT_PATIENT, durationS: BEAT_SECONDS });
    const { microvolt } = toAcquisition(record);
    const begin = await shown(device, device.source(bench.speed), {
      seconds: BEAT_SECONDS,
      leastRateHz: LEAST_RATE_HZ.beats,
      at: (seconds) => {
        const at = 8 * Math.floor(seconds * RATE_HZ);
        return electrodesOf(Array.from(microvolt.subarray(at, at + 8)));
      },
    });
    const settled = (index: number): boolean =>
      index >= LEARNING_S * RATE_HZ && index < (BEAT_SECONDS - TAIL_S) * RATE_HZ;
    const beats = device.eventsOf('beat').filter(({ sampleIndex }) => settled(sampleIndex - begin));
    const wanted = truth.rSampleIndices.filter(settled);
    // One may lie at either end.
    device.records.measure('beats', beats.length, 'beats', {
      least: wanted.length - 1,
      most: wanted.length + 1,
    });
    const mean = meanInterval(wanted);
    device.records.measure(
      'mean RR',
      meanInterval(beats.map(({ sampleIndex }) => sampleIndex)) * 2,
      'ms',
      { least: 2 * mean * (1 - PERIOD_TOLERANCE * 2), most: 2 * mean * (1 + PERIOD_TOLERANCE * 2) },
    );
  });
}

/** @returns index of the sample that was due when the wave began */
async function shown(device: DeviceUnderTest, source: SignalSource, wave: Wave): Promise<number> {
  await device.restart();
  if (!device.target.fixtures.has('inject')) await device.expect('samples');
  const begin = device.nextSampleIndex;
  await source.play(wave);
  await device.until('the end of what was shown', 30_000, () =>
    device.nextSampleIndex >= begin + wave.seconds * RATE_HZ ? true : undefined,
  );
  return begin;
}

const squareAt = (seconds: number): number =>
  seconds % SQUARE.periodS < SQUARE.highShare * SQUARE.periodS ? SQUARE.microvolt : 0;

function measureTurn(device: DeviceUnderTest, electrode: Electrode, first: number): void {
  const count = LOOK_PERIODS * SQUARE.periodS * RATE_HZ;
  const expected = leadsOf({ [electrode]: SQUARE.microvolt });
  const within = SQUARE.microvolt * HEIGHT_TOLERANCE;
  for (const [index, lead] of INDEPENDENT_LEADS.entries()) {
    const values = device.lead(index, first, count);
    const { peakToPeak, period, highShare } = measureSquareWave(values);
    const height = highShare < 0.5 ? peakToPeak : -peakToPeak;
    const wanted = expected[index] ?? NaN;
    device.records.measure(`${lead} by ${electrode}`, height, 'µV', {
      least: wanted - within,
      most: wanted + within,
    });
    if (Math.abs(wanted) < SQUARE.microvolt) continue;
    device.records.measure(`period in ${lead}`, period / RATE_HZ, 's', {
      least: SQUARE.periodS * (1 - PERIOD_TOLERANCE * 4),
      most: SQUARE.periodS * (1 + PERIOD_TOLERANCE * 4),
    });
  }
}

const meanInterval = (indices: readonly number[]): number =>
  ((indices.at(-1) ?? NaN) - (indices[0] ?? NaN)) / (indices.length - 1);

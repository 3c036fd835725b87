/** A front end that converts by itself: its rate by two clocks, and the signal that it makes of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { DeviceUnderTest } from '../../../host/hil/device.js';
import { measureSquareWave } from '../../../host/hil/square-wave.js';
import { INDEPENDENT_LEADS } from '../../../host/stream/events.js';
import type { BareMetalBoard } from '../../../host/toolchain/board.js';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

const RATE_HZ = 500;
const TOLERANCE_HZ = 0.1;
/** Two bursts of time exchanges lie ten seconds apart. */
const RATE_SECONDS = { short: 25, long: 120 };
const OFF_PPM = [200, -200];
/** Beside what the host's clock does not know, for the emulator's. */
const ALLOWANCE_PPM = 20;
/** Of a converter and its reference; an ADS1298 promises 2 % of its test signal. */
const AMPLITUDE_TOLERANCE = 0.05;
const TEST_PERIODS = 4;
const MOST_LOST_OF_EMULATOR = 0.05;
/** The filters of a converter and of its reduction to 500 Hz, and what was on the way. */
const SETTLE_PERIODS = 2;

export function converterTests(bench: Bench): void {
  const { board } = bench;
  const seconds = bench.settings.long ? RATE_SECONDS.long : RATE_SECONDS.short;

  hil(
    bench,
    'samples at its rate by its own clock and by the host’s',
    { needs: ['converter'], limitMs: 400_000 },
    async (device) => {
      await device.restart();
      await sleep(seconds * 1000);
      await device.clockKnown();
      device.expectRate(RATE_HZ, TOLERANCE_HZ);
      device.expectRateByHost(RATE_HZ, TOLERANCE_HZ);
      nothingLost(device);
    },
  );

  // The clock of an operating system is not the image's to change.
  if (bench.settings.long && board.system === undefined) clockFaults(bench, board);

  hil(
    bench,
    'shows the test signal of its front end, and makes nothing of it',
    { needs: ['test_signal'] },
    async (device) => {
      await device.restart();
      await device.expect('samples');
      const { peakToPeakMicrovolt, periodSamples } = await device.commands.showTestSignal(true);
      await device.saying(/test signal, not a patient/);
      await device.expect('signal', ({ testSignal }) => testSignal === true);
      const begin = device.nextSampleIndex + SETTLE_PERIODS * periodSamples;
      const end = begin + TEST_PERIODS * periodSamples;
      await device.until('the test signal', 10_000, () =>
        device.nextSampleIndex > end ? true : undefined,
      );
      for (const [index, lead] of INDEPENDENT_LEADS.entries()) {
        const values = device.lead(index, begin, end - begin);
        const { peakToPeak, period } = measureSquareWave(values);
        device.records.measure(`test signal in ${lead}`, peakToPeak, 'µV', {
          least: peakToPeakMicrovolt * (1 - AMPLITUDE_TOLERANCE),
          most: peakToPeakMicrovolt * (1 + AMPLITUDE_TOLERANCE),
        });
        device.records.measure(`its period in ${lead}`, period, 'samples', {
          least: periodSamples - 0.5,
          most: periodSamples + 0.5,
        });
      }
      await device.commands.showTestSignal(false);
      await device.saying(/electrodes again/);
      expect(device.eventsOf('signal').at(-1)).not.toHaveProperty('testSignal');
      const after = device.nextSampleIndex;
      // A beat is told when it is sure of, a second behind its R mark at most.
      const ofTest = device
        .eventsOf('beat')
        .filter(({ sampleIndex }) => sampleIndex >= begin && sampleIndex < end);
      expect(ofTest).toEqual([]);
      await device.until('samples of its electrodes', 10_000, () =>
        device.nextSampleIndex > after + RATE_HZ ? true : undefined,
      );
      if (bench.frontEnd !== 'synthetic') return;
      await device.expect('beat', ({ sampleIndex }) => sampleIndex > after, 15_000);
    },
  );
}

function clockFaults(bench: Bench, board: BareMetalBoard): void {
  for (const ppm of OFF_PPM) {
    const name = `shows a sample clock that is ${ppm} ppm off, and loses nothing by it`;
    const options = { needs: ['converter', 'flash', 'power'], limitMs: 400_000 } as const;
    hil(bench, name, options, async (device) => {
      device.records.fault('sample_clock_off', `${ppm} ppm`);
      const { elfPath, buildId } = await bench.buildOther(fastBy(board, ppm), `rate${ppm}`);
      await device.flash(elfPath, { buildId });
      await sleep(RATE_SECONDS.short * 1000);
      await device.clockKnown();
      // Seen by what is measured, or it did not happen.
      const off = RATE_HZ * (1 + ppm / 1e6);
      device.expectRate(off, (RATE_HZ * ALLOWANCE_PPM) / 1e6);
      device.expectRateByHost(off, (RATE_HZ * ALLOWANCE_PPM) / 1e6);
      nothingLost(device);
      await device.flash(bench.image.elfPath, { buildId: bench.image.buildId });
    });
  }
}

/** In this run. An emulator whose machine is busy may have to leave some out, and says so. */
function nothingLost(device: DeviceUnderTest): void {
  const lost = device.eventsOf('gap').reduce((sum, { sampleCount }) => sum + sampleCount, 0);
  const share = device.target.kind === 'emulator' ? MOST_LOST_OF_EMULATOR : 0;
  device.records.measure('samples lost', lost, 'samples', {
    most: Math.floor(share * device.nextSampleIndex),
  });
}

/** A device whose processor runs faster than its firmware takes it to: so do the samples, and the counter does not. */
function fastBy(board: BareMetalBoard, ppm: number): BareMetalBoard {
  return { ...board, coreClockHz: Math.round(board.coreClockHz / (1 + ppm / 1e6)) };
}

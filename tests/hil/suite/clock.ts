/** A device whose clock is as far off as a cheap crystal gets: nothing is lost by it, and the host says how far it is off. */
import { expect } from 'vitest';
import { toAcquisition } from '../../../host/records/acquisition.js';
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import type { BareMetalBoard } from '../../../host/toolchain/board.js';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

const OFF_PPM = [200, -200];
/** Two bursts of time exchanges lie ten seconds apart; what is known of a drift grows with the time between. */
const SECONDS = 60;
/** Beside the estimate's own bound, for the emulator's clock and this host's. */
const ALLOWANCE_PPM = 20;

export function clockTests(bench: Bench): void {
  const { board } = bench;
  // The clock of an operating system is not the image's to change.
  if (board.system !== undefined) return;
  for (const ppm of OFF_PPM) {
    const name = `loses nothing by a clock that is ${ppm} ppm off, which is told`;
    const options = { needs: ['flash', 'power', 'inject'], limitMs: 300_000 } as const;
    hil(bench, name, options, async (device) => {
      device.records.fault('clock_off', `${ppm} ppm`);
      const { elfPath, buildId } = await bench.buildOther(offBy(board, ppm), `clock${ppm}`);
      await device.flash(elfPath, { buildId });
      const { record } = synthesizePatient({ ...DEFAULT_PATIENT, durationS: SECONDS });
      const books = await device.inject({ microvolt: toAcquisition(record).microvolt, speed: 1 });
      expect(books).toMatchObject({ lostOnLink: 0, droppedByDevice: 0 });
      const { clock } = device.connection.statistics();
      const within = (clock?.driftBoundPpm ?? NaN) + ALLOWANCE_PPM;
      device.records.measure('drift', clock?.driftPpm ?? NaN, 'ppm', {
        least: ppm - within,
        most: ppm + within,
      });
      device.records.measure('bound of the drift', clock?.driftBoundPpm ?? NaN, 'ppm', {
        most: 100,
      });
      await device.flash(bench.image.elfPath, { buildId: bench.image.buildId });
    });
  }
}

/** A device that counts more ticks in a second than it says is fast. */
function offBy(board: BareMetalBoard, ppm: number): BareMetalBoard {
  const hz = Math.round(board.counter.hz / (1 + ppm / 1e6));
  return { ...board, counter: { ...board.counter, hz } };
}

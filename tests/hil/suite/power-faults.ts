/** Power that fails, resets in the middle of a frame, images that are not whole or not the board's. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { DeviceUnderTest } from '../../../host/hil/device.js';
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { toAcquisition } from '../../../host/records/acquisition.js';
import { loadBoard } from '../../../host/toolchain/board.js';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

/** A dip that a capacitor may bridge, up to one that it cannot. */
const BROWN_OUTS_MS = { short: [50, 500], long: [50, 100, 150, 200, 300, 500] };
/** Share of the image that is written when the connection is cut. */
const INTERRUPTED = { short: [0.5], long: [0, 0.1, 0.5, 0.9, 0.99] };
const STREAMING_SAMPLES = 1000;

export function powerFaultTests(bench: Bench): void {
  const { microvolt } = toAcquisition(
    synthesizePatient({ ...DEFAULT_PATIENT, durationS: 20 }).record,
  );
  const pick = <Value>({ short, long }: { short: Value; long: Value }): Value =>
    bench.settings.long ? long : short;

  /** Cuts a record off by what happens to the device in the middle of it; then the device is whole again. */
  const cutOff = async (
    device: DeviceUnderTest,
    happens: () => Promise<unknown>,
  ): Promise<void> => {
    await device.restart();
    const stop = new AbortController();
    const playing = device.injection.play({ microvolt, speed: bench.speed, signal: stop.signal });
    await device.until('samples streaming', 30_000, () =>
      device.eventsOf('samples').length * 10 >= STREAMING_SAMPLES ? true : undefined,
    );
    stop.abort();
    const run = device.events;
    const before = performance.now();
    await happens();
    device.records.measure('fault to HELLO', performance.now() - before, 'ms', { most: 30_000 });
    await playing.catch(() => undefined);
    device.injection.accountReset(microvolt, run, device.records);
    await device.injection.drain();
    await device.restart();
    const books = await device.inject({
      microvolt: microvolt.subarray(0, 8 * 2000),
      speed: bench.speed,
    });
    expect(books).toMatchObject({ lostOnLink: 0, droppedByDevice: 0 });
  };

  for (const ms of pick(BROWN_OUTS_MS)) {
    const name = `comes back whole after ${ms} ms without power`;
    hil(bench, name, { needs: ['power', 'inject'] }, async (device) => {
      device.records.fault('brown_out', `${ms} ms`);
      await cutOff(device, () => device.powerCycle(ms));
    });
  }

  hil(
    bench,
    'comes back whole after a reset in the middle of a frame',
    { needs: ['reset', 'inject'] },
    async (device) => {
      device.records.fault('reset_mid_frame', 'reset line, while samples were streaming');
      await cutOff(device, () => device.reset());
    },
  );

  for (const share of pick(INTERRUPTED)) {
    const name = `is recovered from an image of which ${share * 100} % were written`;
    hil(bench, name, { needs: ['flash_part'] }, async (device) => {
      device.records.fault('flash_interrupted', `${share * 100} % written`);
      const { elfPath, buildId } = bench.image;
      await device.flash(elfPath, { share });
      await device.expectSilence();
      await device.flash(elfPath, { buildId });
      expect(await device.commands.selfTest()).toBe('passed');
    });
  }

  hil(
    bench,
    'is recovered from the image of another board',
    { needs: ['flash'] },
    async (device) => {
      const wrong = await loadBoard(
        bench.board.name === 'mps2-an386' ? 'mps3-an547' : 'mps2-an386',
      );
      const { elfPath } = await bench.buildOther(wrong, 'wrong-image');
      device.records.fault('wrong_image', `of ${wrong.name}`);
      const hellos = device.introductions;
      // A flash tool refuses it by its mark; an emulator takes anything.
      await device.flash(elfPath).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'FLASH_OTHER_BOARD' });
      });
      await sleep(device.timing.silentMs);
      // Silent, or honest about what it was built for; in neither case taken for what was wanted.
      expect(device.introductions.slice(hellos.length)).not.toContain(bench.board.name);
      const { image } = bench;
      await device.flash(image.elfPath, { buildId: image.buildId });
      expect(await device.commands.selfTest()).toBe('passed');
    },
  );
}

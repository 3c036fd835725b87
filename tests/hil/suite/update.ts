/** Firmware that comes over the link: taken, given up, cut off, refused. On boards that start from slots. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { DeviceUnderTest } from '../../../host/hil/device.js';
import type { UpdateStateMessage } from '../../../host/protocol/messages.js';
import { slotAreasOf } from '../../../host/toolchain/board.js';
import type { FirmwareImage } from '../../../host/update/image.js';
import { updateDevice, type UpdateOptions } from '../../../host/update/update-device.js';
import { UpdateLink } from '../../../host/update/update-link.js';
import { versionText } from '../../../host/update/version.js';
import { resigned, updateBench, type UpdateBench } from '../../end-to-end/emulator/update-bench.js';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

const NEEDS = { needs: ['power', 'flash'], limitMs: 600_000 } as const;
/** Shares of the image after which the power fails. */
const CUTS = [0.05, 0.5, 0.95];

export function updateTests(bench: Bench): void {
  // A board on the desk is given its slots by the factory: nobody's key fits ours.
  if (slotAreasOf(bench.board) === undefined || bench.entry.kind !== 'emulator') return;
  let images: UpdateBench | undefined;
  let folder = '';
  afterAll(() => (folder === '' ? undefined : rm(folder, { recursive: true, force: true })));

  /** A device that runs 1.0.0 from its first slot. */
  const begin = async (device: DeviceUnderTest): Promise<UpdateBench> => {
    images ??= await updateBench(bench.board.name);
    if (folder === '') folder = await mkdtemp(join(tmpdir(), 'isochrone-hil-update-'));
    const flashFile = join(folder, 'flash');
    await device.power(false);
    await images.program(flashFile, images.version('1.0.0')[0]);
    device.target.startFromSlots?.(images.bootElf, flashFile);
    await device.power(true);
    await device.hello();
    return images;
  };
  const back = async (device: DeviceUnderTest): Promise<void> => {
    await device.flash(bench.image.elfPath, { buildId: bench.image.buildId });
  };

  hil(bench, 'takes an update over its link, and keeps it', NEEDS, async (device) => {
    const { version } = await begin(device);
    const startedMs = performance.now();
    await update(device, version('1.1.0'));
    device.records.measure('update', (performance.now() - startedMs) / 1000, 's', { most: 300 });
    await device.powerCycle(100);
    expect(await running(device)).toEqual({ version: '1.1.0', onTrial: 0 });
    await back(device);
  });

  hil(bench, 'goes back to what it ran when nobody confirms an update', NEEDS, async (device) => {
    const { version } = await begin(device);
    await update(device, version('2.0.0'), { confirm: false });
    const seen = [];
    for (let starts = 0; starts < 4; starts += 1) {
      seen.push((await running(device)).version);
      await device.powerCycle(50);
    }
    expect(seen).toEqual(['2.0.0', '2.0.0', '2.0.0', '1.0.0']);
    await back(device);
  });

  hil(bench, 'runs what it ran after an update that the power cut off', NEEDS, async (device) => {
    const { version } = await begin(device);
    for (const share of CUTS) {
      device.records.fault('update_cut', `power off at ${share * 100} % of the image`);
      let reached = (): void => undefined;
      const there = new Promise<void>((resolve) => {
        reached = resolve;
      });
      const cut = update(device, version('1.2.0'), {
        onProgress: ({ phase, done, total }) => {
          if (phase === 'write' && done >= share * total) reached();
        },
      }).catch(() => undefined);
      await there;
      await device.powerCycle(50);
      await cut;
      expect(await running(device)).toEqual({ version: '1.0.0', onTrial: 0 });
    }
    await update(device, version('1.2.0'));
    expect(await running(device)).toEqual({ version: '1.2.0', onTrial: 0 });
    await back(device);
  });

  hil(bench, 'refuses the update of another board', NEEDS, async (device) => {
    const built = await begin(device);
    device.records.fault('wrong_image', 'over the link, signed with the right key');
    const wrong = built
      .version('3.0.0')
      .map((image) => resigned(built, { ...image, board: 'another-board' }));
    await expect(update(device, wrong)).rejects.toMatchObject({ where: { reason: 'wrong_board' } });
    expect(await running(device)).toEqual({ version: '1.0.0', onTrial: 0 });
    await back(device);
  });
}

async function spoken<Value>(
  device: DeviceUnderTest,
  speak: (link: UpdateLink) => Promise<Value>,
): Promise<Value> {
  await device.hello();
  const link = new UpdateLink(device.line.tap());
  await link.open();
  try {
    return await speak(link);
  } finally {
    await link.close();
  }
}

const update = (
  device: DeviceUnderTest,
  images: readonly FirmwareImage[],
  options: UpdateOptions = {},
): Promise<unknown> => spoken(device, (link) => updateDevice(link, images, options));

async function running(
  device: DeviceUnderTest,
): Promise<{ readonly version: string; readonly onTrial: number }> {
  const state: UpdateStateMessage = await spoken(device, (link) => link.ask('tell'));
  return { version: versionText(state.version), onTrial: state.onTrial };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { DeviceCommands } from '../../../host/serial/device-commands.js';
import { loadBoard, type Board } from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import { connect, type ConnectedDevice } from './emulated-device.js';
import { NETWORK } from './fixture-network.js';

const WAIT_MS = 45_000;

let connected: ConnectedDevice | undefined;
let folder = '';
afterEach(async () => {
  await connected?.stop();
  await rm(folder, { recursive: true, force: true });
});

const build = async (board: Board): Promise<string> => {
  const { elfPath } = await buildFirmware({
    board,
    networkDir: NETWORK,
    image: 'app',
    frontEnd: 'uart',
    outDir: join(packageRoot(), 'build', 'test', 'emulator', 'kept-settings', board.name),
  });
  return elfPath;
};

it('settings outlive a restart, and the power', async () => {
  const board = await loadBoard('mps2-an386');
  const elfPath = await build(board);
  folder = await mkdtemp(join(tmpdir(), 'isochrone-kept-'));
  const flashFile = join(folder, 'flash');
  const start = async (): Promise<DeviceCommands> => {
    connected = await connect({ board, elfPath, flashFile });
    await connected.waitFor('hello', WAIT_MS);
    return new DeviceCommands(connected.link, { answerMs: 4000 });
  };
  const commands = await start();
  const { bootId } = (await connected?.waitFor('hello', WAIT_MS)) ?? { bootId: 0 };
  await commands.change('samples_per_frame', 5);
  await commands.change('result_interval_ms', 4000);
  await commands.reboot(bootId);
  expect(await commands.setting('samples_per_frame')).toMatchObject({ value: 5 });
  await connected?.stop(); // SIGKILL: the power goes

  const again = await start();
  expect(await again.setting('samples_per_frame')).toMatchObject({ value: 5 });
  expect(await again.setting('result_interval_ms')).toMatchObject({ value: 4000 });
}, 60_000);

it('settings last until a restart where the flash controller does not answer', async () => {
  const board = await loadBoard('netduinoplus2');
  connected = await connect({ board, elfPath: await build(board) });
  const { bootId } = await connected.waitFor('hello', WAIT_MS);
  const commands = new DeviceCommands(connected.link, { answerMs: 4000 });
  await commands.change('samples_per_frame', 5);
  expect(await commands.setting('samples_per_frame')).toMatchObject({ value: 5 });
  await commands.reboot(bootId);
  expect(await commands.setting('samples_per_frame')).toMatchObject({ value: 10 });
}, 60_000);

import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../../../host/cli/network.js';
import { loadBoard } from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import { writeWhole } from '../../../host/toolchain/write-network.js';
import { connect, type ConnectedDevice } from './emulated-device.js';

const WAIT_MS = 45_000;
const build = join(packageRoot(), 'build/test/emulator/self-test');

let connected: ConnectedDevice | undefined;
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
});

/** The first log line of a device that boots the default network, its C changed by `change`. */
async function firstLog(name: string, change: (source: string) => string): Promise<unknown> {
  const board = await loadBoard('mps2-an386');
  const network = generateNetwork(DEFAULT_MODEL, join(build, name, 'network'));
  writeWhole(join(network.folder, 'network.c'), change(network.compiled.emitted.source));
  const image = await buildFirmware({
    board,
    networkDir: network.folder,
    image: 'app',
    frontEnd: 'uart',
    outDir: join(build, name, 'image'),
  });
  connected = await connect({ board, elfPath: image.elfPath });
  return connected.waitFor('log', WAIT_MS);
}

it('a device tests itself at boot and says so', async () => {
  expect(await firstLog('good', (source) => source)).toMatchObject({ text: 'self-test passed' });
});

it('a device whose network is damaged says so before it answers', async () => {
  const damaged = (source: string): string =>
    source.replace(/(_weights\[\d+\] = \{\s*)(-?\d+)/, '$1 1 + $2');
  expect(await firstLog('damaged', damaged)).toMatchObject({
    text: expect.stringContaining('self-test FAILED') as string,
  });
});

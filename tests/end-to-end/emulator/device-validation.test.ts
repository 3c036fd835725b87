import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { emitFor, PORTABLE, type CompiledNetwork } from '../../../codegen/compile.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../../../host/cli/network.js';
import { bootQemu, type EmulatedDevice } from '../../../host/flash/qemu.js';
import { validationText } from '../../../host/report/text.js';
import { serialTransport } from '../../../host/serial/serial-transport.js';
import type { Transport } from '../../../host/serial/transport.js';
import { loadBoard, type Board } from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import { writeNetwork, writeWhole } from '../../../host/toolchain/write-network.js';
import { deviceTarget } from '../../../host/validate/device-target.js';
import {
  validateNetwork,
  type TargetReport,
  type ValidationReport,
} from '../../../host/validate/validate.js';
import { inputsOfRecords } from '../../../host/validate/validation-inputs.js';
import { syntheticRecords } from '../../../host/validate/vectors-from-records.js';

const build = join(packageRoot(), 'build/test/emulator/device-validation');
/** Two builds and a session; a busy machine takes its time. */
vi.setConfig({ testTimeout: 180_000 });

let board: Board;
let compiled: CompiledNetwork;
let device: EmulatedDevice | undefined;

beforeAll(async () => {
  board = await loadBoard('mps2-an386');
  ({ compiled } = generateNetwork(DEFAULT_MODEL, join(build, 'portable'), {
    ramBytes: board.modelArenaBytes,
    target: PORTABLE,
  }));
});

afterEach(async () => {
  await device?.kill();
  device = undefined;
});

/** Boots the application with the network, its C changed; the transport lets the machine run once it is open. */
async function running(name: string, change: (source: string) => string): Promise<Transport> {
  const code = emitFor(compiled, { backend: 'armv7em-dsp', optimize: 'balanced' });
  const networkDir = join(build, name, 'network');
  writeNetwork(code, networkDir);
  writeWhole(join(networkDir, 'network.c'), change(code.emitted.source));
  const { elfPath } = await buildFirmware({
    board,
    networkDir,
    image: 'app',
    frontEnd: 'uart',
    outDir: join(build, name, 'image'),
  });
  const booted = await bootQemu({ board, elfPath });
  device = booted;
  const port = serialTransport({ path: booted.linkPath, baudRate: 921_600 });
  return {
    ...port,
    open: async (handlers) => {
      await port.open(handlers);
      await booted.release();
    },
  };
}

async function reported(transport: Transport): Promise<ValidationReport> {
  return validateNetwork({
    network: compiled,
    inputs: inputsOfRecords(compiled, syntheticRecords(1), 'synthetic patients'),
    targets: [
      deviceTarget(board, 'pty', 'armv7em-dsp', {
        transport: () => transport,
        timing: { answerMs: 300, layerMs: 5000 },
      }),
    ],
    buildDir: join(build, 'validate'),
  });
}

const validated = async (transport: Transport): Promise<TargetReport | undefined> =>
  (await reported(transport)).targets[0];

/** Loses writes to the device and chunks from it: the first, the fourth, the ninth and so on, ever more rarely. */
function lossy(transport: Transport): Transport {
  let count = 0;
  const lost = (): boolean => {
    count += 1;
    return Number.isInteger(Math.sqrt(count));
  };
  return {
    ...transport,
    open: (handlers) =>
      transport.open({
        ...handlers,
        onBytes: (chunk) => {
          if (!lost()) handlers.onBytes(chunk);
        },
      }),
    write: (bytes) => (lost() ? Promise.resolve() : transport.write(bytes)),
  };
}

describe('a device that is running', () => {
  it('runs inputs of the host as the interpreter does, layer by layer, and tests itself', async () => {
    const transport = await running('good', (source) => source);
    const report = await reported(transport);
    expect(report.targets).toMatchObject([{ bitExact: true, selfTest: 'passed', fitsBoard: true }]);
    expect(validationText(report)).toContain('self-test on mps2-an386 at pty: passed');
  });

  it('does so over a line that loses pieces', async () => {
    const transport = await running('good', (source) => source);
    expect(await validated(lossy(transport))).toMatchObject({ bitExact: true });
  });

  it('is told the first layer that differs', async () => {
    const transport = await running('damaged', (source) =>
      source.replace(/(_weight\w*\[\d+\] = \{\s*)(-?\d+)/, '$1 1 + $2'),
    );
    const report = await validated(transport);
    expect(report).toMatchObject({ bitExact: false, selfTest: 'answer_differs' });
    expect(report?.first).toMatch(/^input 0: layer \d+ \(/);
  });

  it('is refused when it runs another network', async () => {
    const transport = await running('other', (source) =>
      source.replace(/(const uint32_t iso_net_hash = 0x)[0-9a-f]+/i, '$10badcafe'),
    );
    await expect(validated(transport)).rejects.toThrowError(
      expect.objectContaining({ code: 'VALIDATE_OTHER_NETWORK' }),
    );
  });
});

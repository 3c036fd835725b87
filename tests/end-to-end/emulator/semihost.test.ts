import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import {
  semihostRecordArguments,
  writeSemihostRecord,
} from '../../../host/flash/semihost-record.js';
import { loadBoard, type Board } from '../../../host/toolchain/board.js';
import { buildFirmware, type FrontEnd } from '../../../host/toolchain/build-firmware.js';
import {
  connect,
  inject,
  pulseRecord,
  returnedSamples,
  type ConnectedDevice,
} from './emulated-device.js';
import { NETWORK } from './fixture-network.js';

const WAIT_MS = 45_000;
let board: Board;
const elf: Partial<Record<FrontEnd, string>> = {};
let connected: ConnectedDevice | undefined;
let folder = '';

beforeAll(async () => {
  board = await loadBoard('mps2-an386');
  for (const frontEnd of ['uart', 'semihost'] as const) {
    const outDir = join(packageRoot(), 'build', 'test', 'emulator', `semihost-${frontEnd}`);
    const built = await buildFirmware({
      board,
      networkDir: NETWORK,
      image: 'app',
      frontEnd,
      outDir,
    });
    elf[frontEnd] = built.elfPath;
  }
});
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** Plays a record into the board of beforeAll, or into another image. */
async function play(
  record: Int16Array,
  speed: number,
  target: { readonly board: Board; readonly elfPath: string } = {
    board,
    elfPath: elf.semihost ?? '',
  },
): Promise<ConnectedDevice> {
  // A comma and a space: both have a meaning on the way there.
  folder = await mkdtemp(join(tmpdir(), 'isochrone, semihost '));
  const file = join(folder, 'record.i16');
  await writeSemihostRecord(file, record);
  const args = semihostRecordArguments(file, speed);
  connected = await connect({ ...target, semihosting: { args } });
  return connected;
}

describe('a record through semihosting', () => {
  it('gives, as fast as it goes, the same samples and the same results as over the UART', async () => {
    const record = pulseRecord(30 * 500);
    const fromFile = await play(record, Number.POSITIVE_INFINITY);
    await fromFile.waitFor('end', WAIT_MS);
    expect(
      Buffer.compare(
        Buffer.from(returnedSamples(fromFile.events).buffer),
        Buffer.from(record.buffer),
      ),
    ).toBe(0);
    const answers = (device: ConnectedDevice): unknown[] =>
      device.events.flatMap((event): unknown[] =>
        event.kind === 'result'
          ? [[event.resultId, event.windowFirstSampleIndex, event.logits]]
          : event.kind === 'explanation' || event.kind === 'beat'
            ? [event]
            : [],
      );
    const expected = answers(fromFile);
    await fromFile.stop();
    const fromUart = await connect({ board, elfPath: elf.uart ?? '' });
    connected = fromUart;
    await inject(fromUart, record, 8);
    await fromUart.waitFor('end', WAIT_MS);
    expect(expected.length).toBeGreaterThan(40);
    expect(answers(fromUart)).toEqual(expected);
  });

  // Between two paced samples the processor sleeps: each family of cores must wake from that by itself.
  it.each(['mps2-an386', 'mps2-an385', 'mps2-an500', 'mps3-an547'])(
    'is paced by the device: %s',
    async (name) => {
      const target = await loadBoard(name);
      const outDir = join(packageRoot(), 'build', 'test', 'emulator', `paced-${name}`);
      const { elfPath } = await buildFirmware({
        board: target,
        networkDir: NETWORK,
        image: 'app',
        frontEnd: 'semihost',
        outDir,
      });
      const device = await play(pulseRecord(2000), 4, { board: target, elfPath });
      await device.waitFor('end', WAIT_MS);
      const status = device.events.filter((event) => event.kind === 'status').at(-1);
      // 4 s of signal at four times: 1 s of the device's own clock, late by at most a sleep.
      expect(status?.uptimeMs).toBeGreaterThanOrEqual(990);
    },
  );

  it('that does not exist is reported, and the record ends at once', async () => {
    const args = semihostRecordArguments('/nonexistent/record.i16', 1);
    connected = await connect({ board, elfPath: elf.semihost ?? '', semihosting: { args } });
    expect((await connected.waitFor('log', WAIT_MS)).text).toContain('cannot be opened');
    expect((await connected.waitFor('end', WAIT_MS)).sampleCount).toBe(0);
  });
});

/** Every command of the host on an emulated board whose line is slow enough to matter, and the stream that goes on meanwhile. */
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { CompiledNetwork } from '../../../codegen/compile.js';
import { IntegerInterpreter } from '../../../codegen/interpret/integer.js';
import { integerTensor } from '../../../codegen/integer/program.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../../../host/cli/network.js';
import { DeviceCommands } from '../../../host/serial/device-commands.js';
import { readObject } from '../../../host/serial/object-reader.js';
import type { Setting } from '../../../host/protocol/messages.js';
import { loadBareMetalBoard, type BareMetalBoard } from '../../../host/toolchain/board.js';
import { buildFirmware, type BuiltImage } from '../../../host/toolchain/build-firmware.js';
import { connect, inject, patientRecord, type ConnectedDevice } from './emulated-device.js';
import { NETWORK } from './fixture-network.js';

const WAIT_MS = 60_000;
/** Everything fits at the defaults; one sample a frame at two results a second does not. */
const BAUD_RATE = 230_400;
vi.setConfig({ testTimeout: 120_000 });

const BUILD = join(packageRoot(), 'build', 'test', 'emulator', 'commands');

let board: BareMetalBoard;
let network: CompiledNetwork;
let image: BuiltImage;

async function boardAt(baud: number): Promise<BareMetalBoard> {
  const fast = await loadBareMetalBoard('mps2-an386');
  return { ...fast, uarts: { ...fast.uarts, link: { ...fast.uarts.link, baud } } };
}

const build = (on: BareMetalBoard, networkDir: string, name: string): Promise<BuiltImage> =>
  buildFirmware({
    board: on,
    networkDir,
    image: 'app',
    frontEnd: 'uart',
    outDir: join(BUILD, name),
  });

beforeAll(async () => {
  board = await boardAt(BAUD_RATE);
  const generated = generateNetwork(DEFAULT_MODEL, join(BUILD, 'network'));
  network = generated.compiled;
  image = await build(board, generated.folder, 'image');
}, 120_000);

let device: ConnectedDevice | undefined;
afterEach(async () => {
  await device?.stop();
  device = undefined;
});

const samples = (connected: ConnectedDevice): number =>
  connected.link.statistics().samples.delivered;
/** `done`, or why not. */
const refusal = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'done',
    (error: { where?: { reason?: string } }) => error.where?.reason,
  );
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it('obeys every command, answers it, and says why it refuses', async () => {
  const connected = await connect({ board, elfPath: image.elfPath });
  device = connected;
  const { link, waitFor } = connected;
  const hello = await waitFor('hello', WAIT_MS);
  const commands = new DeviceCommands(link, { answerMs: 4000 });
  expect(await commands.selfTest()).toBe('passed');
  expect(await refusal(readObject(link, 'network_input'))).toBe('not_there');
  expect(await refusal(readObject(link, 'crash_record'))).toBe('not_there');

  const set = (setting: Setting, value: number): Promise<unknown> =>
    refusal(commands.change(setting, value));
  expect(await commands.setting('result_interval_ms')).toEqual({
    value: 2500,
    least: 500,
    most: 60_000,
  });
  expect(await set('result_interval_ms', 499)).toBe('out_of_range');
  expect(await set('explanations', 2)).toBe('out_of_range');
  expect(await set('result_interval_ms', 500)).toBe('done');
  expect(await set('samples_per_frame', 1)).toBe('exceeds_link');
  expect(await commands.setting('samples_per_frame')).toMatchObject({ value: 10 });
  expect(await set('result_interval_ms', 2500)).toBe('done');
  expect(await set('samples_per_frame', 5)).toBe('done');
  expect(link.statistics().budget).toMatchObject({ verdict: 'fits' });

  expect(await refusal(commands.explainClass(99))).toBe('no_such_class');
  await commands.explainClass(3);

  expect((await commands.time()).timeOfDay).toBeUndefined();
  const now = new Date('2026-03-01T12:34:56.789Z');
  await commands.setTime(now);
  const { timeOfDay, receivedTick, sentTick } = await commands.time();
  const passedMs = (timeOfDay?.getTime() ?? 0) - now.getTime();
  expect(passedMs).toBeGreaterThanOrEqual(0);
  expect(passedMs).toBeLessThan(10_000);
  expect((sentTick - receivedTick) >>> 0).toBeLessThan(board.counter.hz);

  // While the device is stopped nothing of a record arrives; then all of it, with the answer's own input read beside it.
  await commands.stop();
  const record = patientRecord(11);
  const injected = inject(connected, record, 4);
  await pause(500);
  expect(samples(connected)).toBe(0);
  await commands.start();
  const result = await waitFor('result', WAIT_MS);
  const read = await readObject(link, 'network_input', { answerMs: 4000 });
  await injected;
  await waitFor('end', WAIT_MS);
  expect(link.statistics().samples).toEqual({
    delivered: 5500,
    lostOnLink: 0,
    droppedByDevice: 0,
    repeated: 0,
  });
  const explanation = await waitFor('explanation', WAIT_MS);
  expect(explanation.classIndex).toBe(3);

  // What was read is what was answered: the reference network gives the same logits for it.
  const answered = connected.events.find(
    (event) => event.kind === 'result' && event.resultId === read.resultId,
  );
  const { program } = network;
  const codes =
    integerTensor(program, program.input).type === 'int16'
      ? new Int16Array(read.bytes.buffer)
      : new Int8Array(read.bytes.buffer);
  const logits = new IntegerInterpreter(program).forward(codes);
  const { scale } = integerTensor(program, program.logits);
  expect(answered).toMatchObject({
    logits: Array.from(logits, (step) => Math.fround(step * Math.fround(scale))),
  });
  expect(result.resultId).toBe(0);

  // The device's own times of its layers: of all, and together what it said of the whole.
  const layers = await commands.layerMicroseconds();
  expect(layers).toHaveLength(program.operations.length);
  expect(Math.min(...layers)).toBeGreaterThan(0);
  const last = connected.events.findLast((event) => event.kind === 'result');
  const whole = last === undefined ? NaN : last.networkMicroseconds;
  const forward = layers.slice(0, program.forwardOperations).reduce((sum, value) => sum + value, 0);
  expect(Math.abs(forward / whole - 1)).toBeLessThan(0.05);

  const bootId = await commands.reboot(hello.bootId);
  expect(bootId).not.toBe(hello.bootId);
  expect(await refusal(commands.reboot(hello.bootId))).toBe('done');
  await waitFor('hello', WAIT_MS, (event) => event.bootId === bootId);
  // Kept over the restart.
  expect(await commands.setting('samples_per_frame')).toMatchObject({ value: 5 });

  expect(await set('explanations', 0)).toBe('done');
  await inject(connected, patientRecord(10), 8);
  expect(await waitFor('withheld', WAIT_MS)).toMatchObject({ reason: 'switched_off' });
});

it('on a line that is too slow gives up pictures and explanations by itself, samples never', async () => {
  const slow = await boardAt(115_200);
  const { elfPath } = await build(slow, NETWORK, 'slow');
  const connected = await connect({ board: slow, elfPath });
  device = connected;
  await connected.waitFor('log', WAIT_MS, ({ text }) =>
    text.startsWith('the line is too slow for explanations'),
  );
  const commands = new DeviceCommands(connected.link, { answerMs: 4000 });
  expect(await commands.setting('explanations')).toEqual({ value: 0, least: 0, most: 1 });
  expect(await commands.setting('median_beats')).toMatchObject({ value: 0 });
  expect(connected.link.statistics().budget).toMatchObject({ verdict: 'fits' });
  expect(await refusal(commands.change('explanations', 1))).toBe('exceeds_link');
  await commands.change('result_interval_ms', 60_000);
  await commands.change('explanations', 1);
  expect(connected.link.statistics().budget).toMatchObject({ verdict: 'fits' });
});

import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../../../host/cli/network.js';
import type { StreamEvent } from '../../../host/stream/events.js';
import { backendOf, loadBoard, type Board } from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import {
  connect,
  inject,
  patientRecord,
  returnedSamples,
  type ConnectedDevice,
} from './emulated-device.js';

const WAIT_MS = 45_000;
const build = join(packageRoot(), 'build/test/emulator/stm32f4');

let connected: ConnectedDevice | undefined;
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
});

/** All that a board says of a record that comes in through its inject UART. */
async function play(board: Board, record: Int16Array): Promise<readonly StreamEvent[]> {
  const { name } = board;
  const network = generateNetwork(DEFAULT_MODEL, join(build, name, 'network'), {
    target: { backend: backendOf(board), optimize: 'balanced' },
  });
  const { elfPath } = await buildFirmware({
    board,
    networkDir: network.folder,
    image: 'app',
    frontEnd: 'uart',
    outDir: join(build, name),
  });
  connected = await connect({ board, elfPath });
  // A USART that is not switched on yet drops what comes: the device must have spoken first.
  await connected.waitFor('hello', WAIT_MS);
  await inject(connected, record, 4);
  await connected.waitFor('end', WAIT_MS);
  const { events } = connected;
  await connected.stop();
  return events;
}

const answers = (events: readonly StreamEvent[]): unknown[] =>
  events.flatMap((event): unknown[] =>
    event.kind === 'result'
      ? [[event.resultId, event.windowFirstSampleIndex, event.logits]]
      : event.kind === 'explanation' || event.kind === 'beat'
        ? [event]
        : [],
  );
const words = (events: readonly StreamEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'log' ? [event.text] : []));

it('an STM32F4 whose crystal is dead runs the whole application, and answers as the other core of its kind', async () => {
  const record = patientRecord(14);
  const board = await loadBoard('netduinoplus2');
  const stm32 = await play(board, record);
  expect(words(stm32)).toContain('self-test passed');
  expect(words(stm32).join('\n')).toMatch(/clock: .*internal oscillator/);
  expect(Buffer.from(returnedSamples(stm32).buffer).equals(Buffer.from(record.buffer))).toBe(true);

  const mps2 = await play(
    { ...(await loadBoard('mps2-an386')), measuresBeats: board.measuresBeats ?? true },
    record,
  );
  expect(words(mps2).join('\n')).not.toContain('clock:');
  expect(answers(stm32).length).toBeGreaterThan(15);
  expect(stm32.some(({ kind }) => kind === 'explanation')).toBe(true);
  expect(answers(stm32)).toEqual(answers(mps2));
  // 14 s at four times real time: the counter that QEMU feeds with 1 GHz tells the right time.
  const uptime = (events: readonly StreamEvent[]): number =>
    Math.max(...events.map((event) => (event.kind === 'status' ? event.uptimeMs : 0)));
  expect(uptime(stm32)).toBeGreaterThan(1000);
}, 120_000);

import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { NOT_MEASURED, socketWriter } from '../../../host/flash/injector.js';
import { FrameEncoder } from '../../../host/protocol/frame.js';
import { DeviceCommands } from '../../../host/serial/device-commands.js';
import { loadBoard, type Board } from '../../../host/toolchain/board.js';
import { buildFirmware, type BuiltImage } from '../../../host/toolchain/build-firmware.js';
import {
  connect,
  inject,
  pulseRecord,
  returnedSamples,
  type ConnectedDevice,
} from './emulated-device.js';
import { changedNetwork, NETWORK, networkOfTwoMethods } from './fixture-network.js';

/** As fast as a busy machine carries it; nothing here depends on the speed. */
const SPEED = 8;
const WAIT_MS = 45_000;

let board: Board;
let image: BuiltImage;
const build = (name: string, networkDir: string): Promise<BuiltImage> =>
  buildFirmware({
    board,
    networkDir,
    image: 'app',
    frontEnd: 'uart',
    outDir: join(packageRoot(), 'build', 'test', 'emulator', name),
  });

beforeAll(async () => {
  board = await loadBoard('mps2-an386');
  image = await build('uart', NETWORK);
});

let connected: ConnectedDevice | undefined;
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
});
const start = async (elfPath = image.elfPath): Promise<ConnectedDevice> => {
  connected = await connect({ board, elfPath });
  return connected;
};

/** INJECT frames of 20 samples, for tests that lose or damage some. */
function frames(microvolt: Int16Array): Uint8Array[] {
  const encoder = new FrameEncoder();
  const out: Uint8Array[] = [];
  for (let at = 0; at < microvolt.length; at += 160) {
    const values = Array.from(microvolt.subarray(at, at + 160));
    out.push(
      encoder.encode({
        kind: 'INJECT',
        firstSampleIndex: at / 8,
        ...NOT_MEASURED,
        microvolt: values,
      }),
    );
  }
  out.push(encoder.encode({ kind: 'END_OF_RECORD', sampleCount: microvolt.length / 8 }));
  return out;
}

describe('a record over the UART', () => {
  it('comes back sample for sample, with beats and explained results', async () => {
    const device = await start();
    const hello = await device.waitFor('hello', WAIT_MS);
    expect(hello).toMatchObject({
      boardName: 'mps2-an386',
      modelName: 'fixture',
      modelHash: 0x0f1c57e5,
      buildId: image.buildId,
      sampleRateHz: 500,
      networkRateHz: 100,
      classNames: ['LIMB', 'CHEST'],
      methods: ['gradient_x_input'],
    });
    const record = pulseRecord(14 * 500 + 3);
    await inject(device, record, SPEED);
    const end = await device.waitFor('end', WAIT_MS);
    expect(end.sampleCount).toBe(7003);
    expect(
      Buffer.compare(
        Buffer.from(returnedSamples(device.events).buffer),
        Buffer.from(record.buffer),
      ),
    ).toBe(0);

    const beats = device.events.filter((event) => event.kind === 'beat');
    expect(beats.length).toBeGreaterThanOrEqual(16);
    for (const beat of beats.slice(1)) expect(Math.abs(beat.rrMs - 800)).toBeLessThanOrEqual(20);

    const results = device.events.filter((event) => event.kind === 'result');
    expect(results.map((result) => result.windowFirstSampleIndex)).toEqual([0, 1250, 2005]);
    for (const result of results) {
      for (const [index, logit] of result.logits.entries()) {
        expect(result.probabilities[index]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
      }
      expect(result.networkMicroseconds).toBeGreaterThan(0);
      expect(result.explainMicroseconds).toBeGreaterThan(0);
    }
    const explanations = device.events.filter((event) => event.kind === 'explanation');
    expect(explanations.map(({ resultId }) => resultId)).toEqual([0, 1, 2]);
    for (const { classIndex, leadEvidence, segmentScores, path, meanBeat } of explanations) {
      // The fixture's gradient is zero outside the leads of the explained class.
      const others = leadEvidence.filter((_, lead) => lead < 6 !== (classIndex === 0));
      expect(others.flat().every((evidence) => evidence === 0)).toBe(true);
      expect(segmentScores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 5);
      expect(path.length).toBeGreaterThan(10);
      expect(meanBeat.microvolt).toHaveLength(8);
    }
    const status = device.events.filter((event) => event.kind === 'status').at(-1);
    expect(status).toMatchObject({
      samplesReceived: 7003,
      samplesDropped: 0,
      framesDropped: 0,
      receiveErrors: 0,
    });
    // The deepest call chain, iso_reversal with its 1.7 KB, stays below half of the stack; and it is more than nothing.
    expect(status?.stackHighWaterBytes).toBeGreaterThan(256);
    expect(status?.stackHighWaterBytes).toBeLessThan(board.stackBytes / 2);
  });

  it('of exactly 10 s gives one result; a shorter one says what is missing', async () => {
    const device = await start();
    await inject(device, pulseRecord(5000), SPEED);
    await device.waitFor('end', WAIT_MS);
    const results = device.events.filter((event) => event.kind === 'result');
    expect(results.map((result) => result.windowFirstSampleIndex)).toEqual([0]);
    await device.stop();

    const shorter = await start();
    await inject(shorter, pulseRecord(4994), SPEED);
    await shorter.waitFor('end', WAIT_MS);
    expect(shorter.events.filter((event) => event.kind === 'result')).toEqual([]);
    const log = await shorter.waitFor('log', WAIT_MS);
    expect(log.text).toContain('10 s');
  });

  it('loses nothing to a host that reads nothing for a second', async () => {
    const device = await start();
    const record = pulseRecord(10 * 500);
    for (const frame of frames(record)) device.device.inject.write(frame);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const until = performance.now() + 1000;
    // This process is the reader: as long as it is busy the pty, the ring and the port fill up.
    while (performance.now() < until) continue;
    await device.waitFor('end', WAIT_MS);
    expect(device.link.statistics().samples).toEqual({
      delivered: 5000,
      lostOnLink: 0,
      droppedByDevice: 0,
      repeated: 0,
    });
    expect(device.link.statistics().frames).toMatchObject({ crcErrors: 0, sequenceGaps: 0 });
  });

  it('keeps every sample while the network takes longer than the ring holds', async () => {
    const slow = 'for (volatile int32_t spin = 0; spin < 12000000; spin += 1) {\n}';
    const device = await start((await build('slow', await changedNetwork('slow', slow))).elfPath);
    const record = pulseRecord(13 * 500);
    // All at once: far more than the device can take, held back by the port.
    const write = socketWriter(device.device.inject);
    for (const frame of frames(record)) await write(frame);
    await device.waitFor('end', WAIT_MS);
    const result = await device.waitFor('result', WAIT_MS);
    expect(result.networkMicroseconds).toBeGreaterThan(20_000);
    expect(
      Buffer.compare(
        Buffer.from(returnedSamples(device.events).buffer),
        Buffer.from(record.buffer),
      ),
    ).toBe(0);
    const status = device.events.filter((event) => event.kind === 'status').at(-1);
    expect(status).toMatchObject({ samplesDropped: 0, receiveErrors: 0 });
  });
});

describe('damage on the way in', () => {
  it('becomes gaps of the right place and length, and the last beat keeps its time', async () => {
    const device = await start();
    const record = pulseRecord(8 * 500);
    const all = frames(record);
    const write = socketWriter(device.device.inject);
    for (const [index, frame] of all.entries()) {
      if (index === 100) continue; // lost: samples 2000 to 2019
      if (index === 120) frame[50] = (frame[50] ?? 0) ^ 0x10; // damaged: 2400 to 2419
      await write(frame);
      if (index === 130) await write(frame); // repeated
    }
    await device.waitFor('end', WAIT_MS);
    const gaps = device.events.filter((event) => event.kind === 'gap');
    expect(gaps).toMatchObject([
      { firstSampleIndex: 2000, sampleCount: 20, cause: 'device' },
      { firstSampleIndex: 2400, sampleCount: 20, cause: 'device' },
    ]);
    const status = device.events.filter((event) => event.kind === 'status').at(-1);
    expect(status).toMatchObject({ samplesReceived: 3960, samplesDropped: 40, receiveErrors: 2 });
    const beats = device.events.filter((event) => event.kind === 'beat');
    expect(Math.abs(((beats.at(-1)?.sampleIndex ?? 0) % 400) - 10)).toBeLessThanOrEqual(10);
    expect(beats.at(-1)?.sampleIndex).toBeGreaterThan(3000);
  });
});

describe('a request', () => {
  it('EXPLAIN explains the signal as it is now, once, by a method that is built in', async () => {
    const built = await build('two-methods', await networkOfTwoMethods());
    const device = await start(built.elfPath);
    expect((await device.waitFor('hello', WAIT_MS)).methods).toEqual([
      'gradient_x_input',
      'integrated_gradients',
    ]);
    await inject(device, pulseRecord(5000), SPEED);
    const first = await device.waitFor('explanation', WAIT_MS);
    expect(first).toMatchObject({ method: 'gradient_x_input', resultId: 0 });
    await device.waitFor('end', WAIT_MS);
    const commands = new DeviceCommands(device.link, { answerMs: 4000 });
    await expect(commands.explain(0, 'smoothgrad')).rejects.toMatchObject({
      code: 'DEVICE_REFUSED',
      where: { reason: 'not_built_in' },
    });
    for (const [classIndex, resultId] of [
      [0, 1],
      [1, 2],
    ] as const) {
      await commands.explain(classIndex, 'integrated_gradients');
      const next = await device.waitFor('explanation', WAIT_MS, (e) => e.resultId === resultId);
      expect(next).toMatchObject({ method: 'integrated_gradients', classIndex });
      // The fixture's gradient is the same everywhere: so is its mean, and with it the attribution.
      if (classIndex === first.classIndex) {
        expect(next.meanBeat.attribution).toEqual(first.meanBeat.attribution);
      }
    }
  });
});

describe('a fault', () => {
  it.each([
    [
      'bus',
      '*(volatile uint32_t *)0x70000000 = 1u;',
      /^restarted after a fault: pc 0x0000[0-9a-f]{3}[1-9a-f] lr 0x.* exception 0x00000005 .* address 0x70000000$/,
    ],
    [
      'stack',
      'volatile uint8_t deep[65536];\nfor (uint32_t i = sizeof deep; i > 0u; i -= 1u) {\n    deep[i - 1u] = (uint8_t)i;\n}\nsums[0] = deep[7];',
      /^restarted after a fault: .*, stack overrun$/,
    ],
  ])(
    'of the %s restarts the device, which then says where it was',
    async (name, statements, pattern) => {
      const built = await build(`fault-${name}`, await changedNetwork(`fault-${name}`, statements));
      const device = await start(built.elfPath);
      const first = await device.waitFor('hello', WAIT_MS);
      const write = socketWriter(device.device.inject);
      for (const frame of frames(pulseRecord(5000))) await write(frame);
      const log = await device.waitFor('log', WAIT_MS, ({ level }) => level === 'error');
      expect(log.text).toMatch(pattern);
      await device.waitFor('hello', WAIT_MS, ({ bootId }) => bootId !== first.bootId);
    },
  );
});

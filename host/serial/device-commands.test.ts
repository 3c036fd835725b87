import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../bench/link/random.js';
import { DeviceCommands } from './device-commands.js';
import { openLink, type DeviceLink } from './link.js';
import { readObject } from './object-reader.js';
import { CommandedDevice, type CommandedDeviceOptions } from './test-commanded-device.js';
import { SEGMENT_NAMES } from './test-device.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function bench(options: CommandedDeviceOptions = {}): Promise<{
  readonly device: CommandedDevice;
  readonly link: DeviceLink;
  readonly commands: DeviceCommands;
}> {
  const device = new CommandedDevice(options);
  // A lossy line may lose what stays silent for long; these tests are not about that.
  const timing = { staleAfterMs: 1e6 };
  const link = openLink({ transport: device.transport, segmentNames: SEGMENT_NAMES, timing });
  await vi.advanceTimersByTimeAsync(3000);
  return { device, link, commands: new DeviceCommands(link) };
}

/** What a promise comes to while time passes. */
async function during<T>(promise: Promise<T>, ms = 60_000): Promise<T> {
  const settled = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await vi.advanceTimersByTimeAsync(ms);
  const result = await settled;
  if ('error' in result) throw result.error;
  return result.value;
}

const TEST_SIGNAL = { peakToPeakMicrovolt: 2000, periodSamples: 256 };

const half = (seed: number): (() => boolean) => {
  const random = new Random(seed);
  return () => random.next() < 0.3;
};

describe.each([
  ['a good line', {}],
  ['a line that loses three messages in ten', { loses: half(5), delayMs: () => 3 }],
])('commands over %s', (_name, options) => {
  it('are done, once, and answered', async () => {
    const { device, link, commands } = await bench({ ...options, testSignal: TEST_SIGNAL });
    await during(commands.stop());
    expect(device.stopped).toBe(true);
    await during(commands.start());
    expect(device.stopped).toBe(false);
    await during(commands.explainClass(1));
    await during(commands.explainClass('winner'));
    expect(await during(commands.selfTest(), 300_000)).toBe('passed');
    expect(device.selfTests).toBe(1);
    expect(await during(commands.setting('result_interval_ms'))).toEqual({
      value: 2500,
      least: 500,
      most: 60_000,
    });
    expect(await during(commands.change('result_interval_ms', 700))).toMatchObject({ value: 700 });
    const now = new Date('2026-03-01T12:34:56.789Z');
    await during(commands.setTime(now));
    expect((await during(commands.time())).timeOfDay).toEqual(now);
    expect(await during(commands.showTestSignal(true))).toEqual(TEST_SIGNAL);
    expect(device.testSignal).toBe(true);
    await during(commands.showTestSignal(false));
    expect(device.testSignal).toBe(false);
    expect(await during(commands.reboot(1))).toBe(2);
    await link.close();
  });

  it('are refused with a reason', async () => {
    const { device, link, commands } = await bench(options);
    const refusal = async (asked: Promise<unknown>): Promise<unknown> =>
      during(asked).catch((error: unknown) => error);
    expect(await refusal(commands.explainClass(2))).toMatchObject({
      code: 'DEVICE_REFUSED',
      where: { reason: 'no_such_class' },
    });
    expect(await refusal(commands.change('samples_per_frame', 11))).toMatchObject({
      code: 'DEVICE_REFUSED',
      message: 'the device refuses samples_per_frame = 11: out_of_range (1 to 10)',
      where: { reason: 'out_of_range', value: 10, least: 1, most: 10 },
    });
    expect(await refusal(commands.change('median_beats', 1))).toMatchObject({
      where: { reason: 'not_built_in' },
    });
    expect(await refusal(commands.showTestSignal(true))).toMatchObject({
      where: { reason: 'not_built_in' },
    });
    // A run that is over needs no end.
    expect(await during(commands.reboot(99))).toBe(1);
    expect(device.bootId).toBe(1);
    await link.close();
  });
});

it('take nothing from who reads the events later', async () => {
  const { link, commands } = await bench();
  await during(commands.stop());
  const events = link.events();
  await link.close();
  const kinds: string[] = [];
  for await (const event of events) kinds.push(event.kind);
  expect(kinds).toContain('hello');
});

describe('a device that does not answer', () => {
  it('is called silent, after eight tries', async () => {
    let deaf = false;
    const { device, link, commands } = await bench({ loses: () => deaf });
    deaf = true;
    const before = device.heard.length;
    await expect(during(commands.stop())).rejects.toMatchObject({ code: 'DEVICE_SILENT' });
    const stops = device.heard.slice(before).filter(({ kind }) => kind === 'STOP');
    expect(stops).toHaveLength(8);
    expect(new Set(stops.map((stop) => 'requestId' in stop && stop.requestId)).size).toBe(1);
    await link.close();
  });

  it('is lost when its link is', async () => {
    const { device, link, commands } = await bench({ loses: () => false, delayMs: () => 1000 });
    const asked = commands.stop();
    await link.close();
    await expect(during(asked)).rejects.toMatchObject({ code: 'LINK_NOT_OPEN' });
    expect(device.stopped).toBe(true);
  });
});

describe('long objects', () => {
  const object = new Random(3).bytes(12_001);

  it('come whole, never more under way than was granted', async () => {
    const { device, link } = await bench({ object });
    const read = await during(readObject(link, 'network_input', { creditBytes: 500 }));
    expect(Buffer.from(read.bytes).equals(Buffer.from(object))).toBe(true);
    expect(read.resultId).toBe(7);
    expect(device.granted).toBe(500);
    await link.close();
  });

  it('come whole over a line that loses', async () => {
    const { link } = await bench({ object, loses: half(9), delayMs: () => 2 });
    const read = await during(readObject(link, 'network_input', { creditBytes: 480 }), 600_000);
    expect(Buffer.from(read.bytes).equals(Buffer.from(object))).toBe(true);
    await link.close();
  });

  it('times of layers are nanoseconds, told as microseconds', async () => {
    const { link, commands } = await bench({ object: Uint8Array.of(232, 3, 0, 0, 0, 0, 0, 1) });
    expect(await during(commands.layerMicroseconds())).toEqual([1, 2 ** 24 / 1000]);
    await link.close();
  });

  it('that are not there are refused by name', async () => {
    const { link } = await bench();
    await expect(during(readObject(link, 'crash_record'))).rejects.toMatchObject({
      code: 'DEVICE_REFUSED',
      where: { reason: 'not_there' },
    });
    await link.close();
  });
});

import { describe, expect, it } from 'vitest';
import { DUTY_VALUES } from '../host/protocol/messages.js';
import { helloMessage, samplesMessage, statusMessage } from '../host/serial/test-device.js';
import { benchDevice } from './device.js';
import { DeviceListener } from './device/listen.js';

describe('samples of a device', () => {
  /** Of frames of ten samples; `hello` counts a million ticks a second, so a sample is 2000 of them. */
  const lost = (firsts: readonly number[], ticksOf = (first: number): number => first * 2000) => {
    const listener = new DeviceListener();
    listener.take(helloMessage());
    for (const first of firsts) {
      listener.take({ ...samplesMessage(first), deviceTick: ticksOf(first) >>> 0 });
    }
    listener.take(statusMessage());
    const { due, delivered } = listener.account([]);
    return due - delivered;
  };
  const frames = Array.from({ length: 50 }, (_, index) => 10 * index);

  it.each([
    ['all there', frames, undefined, 0],
    ['a frame left out', frames.filter((first) => first !== 200), undefined, 10],
    ['the clock wraps', frames, (first: number) => 2 ** 32 - 300_000 + first * 2000, 0],
    // The indices follow each other, the clock knows better.
    ['interrupts missed', frames, (first: number) => (first < 100 ? first : first + 7) * 2000, 7],
  ])('%s', (_name, firsts, ticksOf, expected) => {
    expect(lost(firsts, ticksOf)).toBe(expected);
  });
});

it('the default network with its explanation costs an emulated board no sample', async () => {
  const [report] = await benchDevice({ boards: ['mps2-an386'], seconds: 14 });
  expect(report).toMatchObject({ holds: true, errors: [], samples: { lost: 0 } });
  // The test at the start comes before the first sample.
  expect(report?.samples.due).toBeGreaterThan(13 * 500);
  expect(report?.explained).toBeGreaterThan(0);
  // Everything was measured, and stays where it was: an interrupt waits for some hundred instructions at most.
  const { instructions, stack, cpuLoadPermille } = report ?? {};
  expect(Object.values(instructions?.duties ?? {})).toHaveLength(DUTY_VALUES.length);
  for (const turn of Object.values(instructions?.duties ?? {})) expect(turn).toBeGreaterThan(0);
  expect(instructions?.interrupt).toBeGreaterThan(0);
  expect(instructions?.interrupt).toBeLessThan(1000);
  expect(instructions?.loop).toBeGreaterThan(instructions?.duties.network ?? Infinity);
  expect(stack?.highWaterBytes).toBeLessThan((stack?.bytes ?? 0) / 2);
  expect(cpuLoadPermille?.worst).toBeLessThan(1000);
}, 120_000);

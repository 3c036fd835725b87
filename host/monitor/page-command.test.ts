import { describe, expect, it } from 'vitest';
import { IsochroneError } from '../../codegen/errors.js';
import type { DeviceCommands } from '../serial/device-commands.js';
import { commandOf, runCommand } from './page-command.js';

describe('commands of a page', () => {
  it('are taken with what they need', () => {
    expect(commandOf({ name: 'self-test', more: 1 })).toEqual({ name: 'self-test' });
    expect(commandOf({ name: 'explain-class', classIndex: 'winner' })).toEqual({
      name: 'explain-class',
      classIndex: 'winner',
    });
    expect(commandOf({ name: 'set', setting: 'median_beats', value: 0 })).toEqual({
      name: 'set',
      setting: 'median_beats',
      value: 0,
    });
  });

  it.each([
    [null],
    [{ name: 'format' }],
    [{ name: 'reboot' }],
    [{ name: 'explain-class', classIndex: -1 }],
    [{ name: 'explain', classIndex: 0, method: 'guess' }],
    [{ name: 'set', setting: 'median_beats', value: 0.5 }],
    [{ name: 'set', setting: 'secret', value: 1 }],
  ])('%j is none', (body) => {
    expect(() => commandOf(body)).toThrow(IsochroneError);
  });

  it('reach the device, and its answer comes back in words', async () => {
    const asked: unknown[] = [];
    const device = {
      selfTest: () => Promise.resolve('answer_differs'),
      change: (...given: unknown[]) => {
        asked.push(given);
        return Promise.resolve({ value: 4000, least: 500, most: 60_000 });
      },
    } as unknown as DeviceCommands;
    expect(await runCommand(device, { name: 'self-test' })).toEqual({
      said: 'self-test: answer differs',
    });
    const setting = { name: 'set', setting: 'result_interval_ms', value: 4000 } as const;
    expect(await runCommand(device, setting)).toEqual({ said: 'result_interval_ms is 4000' });
    expect(asked).toEqual([['result_interval_ms', 4000]]);
  });
});

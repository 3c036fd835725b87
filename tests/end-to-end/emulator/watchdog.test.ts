import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { DeviceCommands } from '../../../host/serial/device-commands.js';
import { readObject } from '../../../host/serial/object-reader.js';
import { loadBoard } from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import { connect, inject, pulseRecord, type ConnectedDevice } from './emulated-device.js';
import { changedNetwork } from './fixture-network.js';

const WAIT_MS = 45_000;

let connected: ConnectedDevice | undefined;
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
});

/** First address of a function and of the next one. */
function extent(elfPath: string, name: string): readonly [number, number] {
  const symbols = execFileSync('arm-none-eabi-nm', ['-S', elfPath], { encoding: 'utf8' });
  const found = new RegExp(`^(\\S+) (\\S+) T ${name}$`, 'm').exec(symbols);
  const address = Number.parseInt(found?.[1] ?? '', 16);
  return [address, address + Number.parseInt(found?.[2] ?? '', 16)];
}

// The two boards have different watchdogs; interrupts that are held off do not hold off the second one's either.
it.each([
  ['mps2-an386', 'for (volatile int32_t hang = 1; hang != 0;) {\n}'],
  ['mps3-an547', '__asm volatile("cpsid i");\nfor (volatile int32_t hang = 1; hang != 0;) {\n}'],
])('a network that hangs on %s ends in a restart that says where', async (name, statements) => {
  const board = await loadBoard(name);
  const { elfPath } = await buildFirmware({
    board,
    networkDir: await changedNetwork(`hang-${name}`, statements),
    image: 'app',
    frontEnd: 'uart',
    outDir: join(packageRoot(), 'build', 'test', 'emulator', `hang-${name}`),
  });
  const device = await connect({ board, elfPath });
  connected = device;
  const first = await device.waitFor('hello', WAIT_MS);
  expect(first.resetCause).toBe('power_on');
  // The device takes no more once it hangs.
  void inject(device, pulseRecord(6000), 16).catch(() => undefined);
  const second = await device.waitFor('hello', WAIT_MS, ({ bootId }) => bootId !== first.bootId);
  expect(second.resetCause).toBe('watchdog');
  const log = await device.waitFor('log', WAIT_MS, ({ level }) => level === 'error');
  expect(log.text).toContain('restarted by the watchdog');
  const record = await readObject(device.link, 'crash_record', { answerMs: 4000 });
  const words = new Uint32Array(record.bytes.buffer);
  const [from, to] = extent(elfPath, 'iso_net_forward');
  expect(words[0]).toBeGreaterThanOrEqual(from);
  expect(words[0]).toBeLessThan(to);
  expect(words[2]).toBe(0); // not in an exception

  // An announced restart is no hang any more, and its record is gone.
  await new DeviceCommands(device.link).reboot(second.bootId);
  const third = await device.waitFor('hello', WAIT_MS, ({ bootId }) => {
    return bootId !== first.bootId && bootId !== second.bootId;
  });
  expect(third.resetCause).toBe('software');
});

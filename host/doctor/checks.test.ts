import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FrameEncoder, SCHEMA_HASH } from '../protocol/frame.js';
import { memoryTransport } from '../serial/memory-transport.js';
import { helloMessage } from '../serial/test-device.js';
import { deviceCheck } from './device-check.js';
import { runChecks, type Check, type Surroundings } from './checks.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'isochrone-doctor-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const bare = (): Surroundings => ({
  nodeVersion: '20.19.0',
  versionOf: () => Promise.resolve(undefined),
  ports: () => Promise.resolve([]),
  proc: join(root, 'proc'),
  sys: join(root, 'sys'),
  udevFolders: [join(root, 'udev')],
});
const named = (checks: readonly Check[], name: string): Check | undefined =>
  checks.find((check) => check.name === name);

it('says of a bare machine what is missing and how to get it', async () => {
  const checks = await runChecks(bare());
  expect(named(checks, 'node')).toMatchObject({ ok: true, detail: '20.19.0', hint: '' });
  expect(named(checks, 'qemu-system-arm')).toMatchObject({
    ok: false,
    hint: 'apt-get install qemu-system-arm',
  });
  expect(named(checks, 'st-flash')).toMatchObject({
    ok: false,
    hint: 'apt-get install stlink-tools',
  });
  expect(named(checks, 'udev rules of probes')).toMatchObject({ ok: false });
  expect(named(checks, 'wire schema')?.detail).toMatch(/0x[0-9a-f]{8}/);
  for (const { ok, hint } of checks) if (!ok) expect(hint).not.toBe('');
});

it.each([
  ['20.18.9', false],
  ['20.19.0', true],
  ['22.0.0', true],
])('Node %s: %s', async (nodeVersion, ok) => {
  expect(named(await runChecks({ ...bare(), nodeVersion }), 'node')).toMatchObject({ ok });
});

it('knows versions, rules, who holds a port and how long its bridge waits', async () => {
  const port = join(root, 'ttyUSB7');
  await writeFile(port, '');
  const machine = bare();
  const process = join(machine.proc, '4711');
  await mkdir(join(process, 'fd'), { recursive: true });
  await writeFile(join(process, 'comm'), 'minicom\n');
  await symlink(port, join(process, 'fd', '3'));
  const bridge = join(machine.sys, 'bus', 'usb-serial', 'devices', 'ttyUSB7');
  await mkdir(bridge, { recursive: true });
  await writeFile(join(bridge, 'latency_timer'), '16\n');
  await mkdir(join(root, 'udev'));
  await writeFile(join(root, 'udev', '60-openocd.rules'), '');
  const checks = await runChecks({
    ...machine,
    versionOf: (program) => Promise.resolve(`${program} 1.2`),
    ports: () => Promise.resolve([{ path: port }]),
  });
  expect(named(checks, 'openocd')).toMatchObject({ ok: true, detail: 'openocd 1.2' });
  expect(named(checks, 'udev rules of probes')).toMatchObject({
    ok: true,
    detail: '60-openocd.rules',
  });
  expect(named(checks, `${port} permission`)).toMatchObject({ ok: true });
  expect(named(checks, `${port} holder`)).toMatchObject({ ok: false, detail: 'minicom (4711)' });
  expect(named(checks, `${port} latency timer`)).toMatchObject({ ok: false, detail: '16 ms' });
});

it('says that firmware does not answer, or is of another wire schema', async () => {
  const silent = memoryTransport(() => undefined);
  expect(await deviceCheck(() => Promise.resolve(silent.transport), 50)).toMatchObject({
    name: 'firmware',
    ok: false,
    detail: expect.stringContaining('No device introduced itself') as string,
  });
  // The first six bytes of HELLO are all that a host of another schema reads.
  const of = (schemaHash: number): Promise<Check> => {
    const { transport, device } = memoryTransport(() => {
      device.send(new FrameEncoder().encode({ ...helloMessage(), schemaHash }));
    });
    return deviceCheck(() => Promise.resolve(transport), 1000);
  };
  const check = await of(0x12345678);
  expect(check).toMatchObject({
    ok: false,
    detail: expect.stringContaining('0x12345678') as string,
  });
  expect(check.hint).not.toBe('');
  expect(await of(SCHEMA_HASH)).toMatchObject({ ok: true, hint: '' });
});

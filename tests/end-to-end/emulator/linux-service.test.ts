/** What makes the process of a Linux board a device: faults, hangs, stops and restarts leave what they must, and nothing is lost. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { listenToFile } from '../../../bench/device/listen.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { bootQemu, type BootOptions } from '../../../host/flash/qemu.js';
import { emulatorCommand } from '../../../host/flash/qemu-user.js';
import { crc32c } from '../../../host/protocol/crc32c.js';
import { DUTY_VALUES } from '../../../host/protocol/messages.js';
import { DeviceCommands } from '../../../host/serial/device-commands.js';
import { openLink } from '../../../host/serial/link.js';
import { readObject } from '../../../host/serial/object-reader.js';
import { serialTransport } from '../../../host/serial/serial-transport.js';
import type { HelloEvent, StreamEvent } from '../../../host/stream/events.js';
import { loadBoard, type Board } from '../../../host/toolchain/board.js';
import { buildFirmware, type FrontEnd } from '../../../host/toolchain/build-firmware.js';
import {
  connect,
  inject,
  pulseRecord,
  SEGMENT_NAMES,
  type ConnectedDevice,
} from './emulated-device.js';
import { changedNetwork, NETWORK } from './fixture-network.js';

vi.setConfig({ testTimeout: 40_000 });
const WAIT_MS = 15_000;

let board: Board;
let folder = '';
let connected: ConnectedDevice | undefined;
beforeAll(async () => {
  board = await loadBoard('linux-aarch64');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isochrone-linux-'));
});
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function build(
  name: string,
  networkDir = NETWORK,
  frontEnd: FrontEnd = 'uart',
): Promise<string> {
  const outDir = join(packageRoot(), 'build', 'test', 'emulator', 'linux-service', name);
  return (await buildFirmware({ board, networkDir, image: 'app', frontEnd, outDir })).elfPath;
}

async function start(
  elfPath: string,
  options: Partial<BootOptions> = {},
): Promise<ConnectedDevice> {
  connected = await connect({ board, elfPath, flashFile: join(folder, 'state'), ...options });
  return connected;
}

/** The first start that was none of those. */
const startAfter = (device: ConnectedDevice, ...before: HelloEvent[]): Promise<HelloEvent> =>
  device.waitFor('hello', WAIT_MS, ({ bootId }) => before.every((old) => old.bootId !== bootId));

async function crashWords(device: ConnectedDevice): Promise<Uint32Array> {
  const { bytes } = await readObject(device.link, 'crash_record', { answerMs: 4000 });
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/** First address of a function and of the next one. */
function extent(elfPath: string, name: string): readonly [number, number] {
  const symbols = execFileSync('aarch64-linux-gnu-nm', ['-S', elfPath], { encoding: 'utf8' });
  const found = new RegExp(`^(\\S+) (\\S+) T ${name}$`, 'm').exec(symbols);
  const address = Number.parseInt(found?.[1] ?? '', 16);
  return [address, address + Number.parseInt(found?.[2] ?? '', 16)];
}

const SIGSEGV = 11;

describe('a fault', () => {
  it.each([
    ['of memory', '*(volatile uint32_t *)0x70000000 = 1u;', 0x7000_0000, 0],
    [
      'of the stack',
      'volatile uint8_t deep[300000];\nfor (uint32_t i = sizeof deep; i > 0u; i -= 1u) {\n    deep[i - 1u] = (uint8_t)i;\n}\nsums[0] = deep[7];',
      undefined,
      1,
    ],
  ])('%s starts it again, and it says where it was', async (name, statements, address, overrun) => {
    const slug = name.replace(/\W+/g, '-');
    const elfPath = await build(slug, await changedNetwork(`linux-${slug}`, statements));
    const device = await start(elfPath);
    const first = await device.waitFor('hello', WAIT_MS);
    expect(first.resetCause).toBe('power_on');
    void inject(device, pulseRecord(5000), 16).catch(() => undefined);
    const second = await startAfter(device, first);
    expect(second.resetCause).toBe('fault');
    const words = await crashWords(device);
    const [from, to] = extent(elfPath, 'iso_net_forward');
    expect(words[0]).toBeGreaterThanOrEqual(from);
    expect(words[0]).toBeLessThan(to);
    expect(words[2]).toBe(SIGSEGV);
    if (address !== undefined) expect(words[4]).toBe(address);
    expect(words[5]).toBe(overrun);
    expect(words[6]).toBe(first.buildId);
    const log = await device.waitFor('log', WAIT_MS, ({ level }) => level === 'error');
    expect(log.text).toMatch(/^restarted after a fault: pc 0x/);
  });
});

describe('an end from outside', () => {
  it.each([
    ['SIGSEGV', 'fault'],
    ['SIGABRT', 'watchdog'], // as systemd ends what does not feed it
    ['SIGTERM', 'pin'],
    ['SIGKILL', 'unannounced'],
  ] as const)('by %s is told as %s; settings are kept', async (signal, cause) => {
    const device = await start(await build('uart'));
    const first = await device.waitFor('hello', WAIT_MS);
    const commands = new DeviceCommands(device.link, { answerMs: 4000 });
    await commands.change('samples_per_frame', 5);
    process.kill(device.device.pid, signal);
    const second = await startAfter(device, first);
    expect(second.resetCause).toBe(cause);
    expect(await commands.setting('samples_per_frame')).toMatchObject({ value: 5 });
    await commands.reboot(second.bootId);
    expect((await startAfter(device, first, second)).resetCause).toBe('software');
    expect(await commands.setting('samples_per_frame')).toMatchObject({ value: 5 });
  });
});

/** Where hal/linux/record.c has how the last run ended: the numbers of iso_hal_reset_cause. */
const CAUSE_OFFSET = 8;
const [SOFTWARE, FAULT, UNANNOUNCED] = [1, 2, 6];

/** Changes the record of the run that was cut off, its checksum as well. */
async function changeRecord(change: (record: Buffer) => void): Promise<void> {
  const file = join(folder, 'state', 'last-run');
  const record = await readFile(file);
  change(record);
  record.writeUInt32LE(crc32c(record.subarray(0, -4)), record.length - 4);
  await writeFile(file, record);
}

describe('a machine that was started anew', () => {
  it.each([
    ['an end that nobody announced', UNANNOUNCED, 'power_on'],
    ['a restart', SOFTWARE, 'power_on'],
    ['a fault', FAULT, 'fault'],
  ] as const)('after %s', async (_, cause, told) => {
    const elfPath = await build('uart');
    const device = await start(elfPath);
    await device.waitFor('hello', WAIT_MS);
    await device.stop();
    const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();
    await changeRecord((record) => {
      expect(record.readUInt32LE(CAUSE_OFFSET)).toBe(UNANNOUNCED);
      record.writeUInt32LE(cause, CAUSE_OFFSET);
      record.fill('0', record.indexOf(bootId), record.indexOf(bootId) + bootId.length);
    });
    const next = await start(elfPath);
    expect((await next.waitFor('hello', WAIT_MS)).resetCause).toBe(told);
  });

  it('with a record that was torn', async () => {
    const elfPath = await build('uart');
    const device = await start(elfPath);
    await device.waitFor('hello', WAIT_MS);
    await device.stop();
    const file = join(folder, 'state', 'last-run');
    const record = await readFile(file);
    record.writeUInt32LE(FAULT, CAUSE_OFFSET);
    await writeFile(file, record);
    const next = await start(elfPath);
    expect((await next.waitFor('hello', WAIT_MS)).resetCause).toBe('power_on');
  });
});

it('a network that hangs ends in a restart that says where', async () => {
  const hang = 'for (volatile int32_t hang = 1; hang != 0;) {\n}';
  const elfPath = await build('hang', await changedNetwork('linux-hang', hang));
  const device = await start(elfPath);
  const first = await device.waitFor('hello', WAIT_MS);
  void inject(device, pulseRecord(5000), 16).catch(() => undefined);
  const second = await startAfter(device, first);
  expect(second.resetCause).toBe('watchdog');
  const words = await crashWords(device);
  const [from, to] = extent(elfPath, 'iso_net_forward');
  expect(words[0]).toBeGreaterThanOrEqual(from);
  expect(words[0]).toBeLessThan(to);
  expect(words[2]).toBe(0);
});

/** In real time beside whatever else this machine does: one that starves it makes it lose, of three at least one must not. */
const REAL_TIME = { retry: 2 } as const;

it(
  'loses no sample of its own clock while the network takes far longer than their period',
  REAL_TIME,
  async () => {
    const slow = 'for (volatile int32_t spin = 0; spin < 30000000; spin += 1) {\n}';
    const networkDir = await changedNetwork('linux-slow', slow);
    const elfPath = await build('slow', networkDir, 'synthetic');
    const linkFile = join(folder, 'link');
    const device = await bootQemu({ board, elfPath, linkFile });
    try {
      await device.release();
      const { due, delivered, results, errors, ...account } = await listenToFile(
        linkFile,
        13,
        () => undefined,
      );
      expect({ lost: due - delivered, errors }).toEqual({ lost: 0, errors: [] });
      expect(due).toBeGreaterThan(12 * 500);
      expect(results).toBeGreaterThan(0);
      const { dutyWorstTicks } = account.lastStatus;
      const seconds =
        (dutyWorstTicks[DUTY_VALUES.indexOf('network')] ?? 0) / account.ticksPerSecond;
      expect(seconds).toBeGreaterThan(10 / 500);
    } finally {
      await device.kill();
    }
  },
);

it('tells systemd and a watchdog of the machine that it is well, and that it ends', async () => {
  const notify = join(folder, 'notify');
  const machine = join(folder, 'watchdog');
  await writeFile(machine, '');
  const manager = spawn('socat', ['-u', `UNIX-RECV:${notify}`, 'STDOUT']);
  let said = '';
  manager.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  try {
    await vi.waitFor(async () => readFile(notify).catch(({ code }) => expect(code).toBe('ENXIO')));
    const device = await start(await build('uart'), {
      extraArgs: ['-E', `NOTIFY_SOCKET=${notify}`],
      serviceOptions: ['--watchdog', machine],
    });
    const first = await device.waitFor('hello', WAIT_MS);
    await vi.waitFor(() => expect(said).toMatch(/^READY=1(WATCHDOG=1){2,}$/), { timeout: WAIT_MS });
    expect(await readFile(machine, 'latin1')).toMatch(/^\0{2,}$/);
    process.kill(device.device.pid, 'SIGTERM');
    await startAfter(device, first);
    expect(said).toMatch(/^READY=1(WATCHDOG=1)+STOPPING=1/);
    expect(await readFile(machine, 'latin1')).toMatch(/V/);
  } finally {
    manager.kill('SIGKILL');
  }
});

it('a tty that goes away is opened again when it is back; without a state folder it says so', async () => {
  const [host, own] = ['host', 'own'].map((end) => join(folder, end)) as [string, string];
  const cable = (): ChildProcess =>
    spawn('socat', [`pty,raw,echo=0,link=${host}`, `pty,raw,echo=0,link=${own}`]);
  const heard = async (
    kind: StreamEvent['kind'],
    accept: (event: StreamEvent) => boolean = () => true,
  ): Promise<void> => {
    await vi.waitFor(() => access(host), { timeout: WAIT_MS });
    const link = openLink({
      transport: serialTransport({ path: host, baudRate: 921_600 }),
      segmentNames: SEGMENT_NAMES,
    });
    const found = vi.fn();
    link.on((event) => {
      if (event.kind === kind && accept(event)) found();
    });
    await vi.waitFor(() => expect(found).toHaveBeenCalled(), { timeout: WAIT_MS });
    await link.close();
  };
  if (board.system !== 'linux') expect.fail('no Linux board');
  const [emulator, ...args] = emulatorCommand(board);
  let wire = cable();
  let device: ChildProcess | undefined;
  try {
    await vi.waitFor(() => access(own), { timeout: WAIT_MS });
    const elfPath = await build('uart');
    const log = heard('log', (event) => event.kind === 'log' && /no state folder/.test(event.text));
    device = spawn(emulator, [...args, elfPath, '--link', own]);
    await log;
    wire.kill('SIGTERM');
    await vi.waitFor(() => expect(access(own)).rejects.toThrow(), { timeout: WAIT_MS });
    wire = cable();
    await heard('hello');
    expect(device.exitCode).toBe(null);
  } finally {
    device?.kill('SIGKILL');
    wire.kill('SIGKILL');
  }
});

it('a program that is not as it was built says so, and gives no results', async () => {
  const elfPath = await build('uart');
  const image = await readFile(elfPath);
  const word = 'restarted after a fault';
  image.write(word.toUpperCase(), image.indexOf(word), 'latin1');
  const damaged = join(folder, 'damaged.elf');
  await writeFile(damaged, image, { mode: 0o755 });
  const device = await start(damaged);
  const hello = await device.waitFor('hello', WAIT_MS, ({ startState }) => {
    return startState === 'failed';
  });
  expect(hello.startFaults).toEqual(['flash']);
});

it.each([
  ['socat', ['qemu-aarch64']],
  ['qemu-user', ['socat']],
])('names the package of an emulator that is not there: %s', async (packageName, there) => {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const name of ['sh', 'setpriv', ...there]) {
    const path = execFileSync('which', [name], { encoding: 'utf8' }).trim();
    await symlink(path, join(bin, name));
  }
  const elfPath = await build('uart');
  vi.stubEnv('PATH', bin);
  try {
    const boot = async (): Promise<never> => {
      const device = await bootQemu({ board, elfPath });
      await device.release();
      throw device.died(await device.exited);
    };
    await expect(boot()).rejects.toMatchObject({
      code: 'EMULATOR_MISSING',
      hint: expect.stringContaining(`apt-get install ${packageName} `) as string,
    });
  } finally {
    vi.unstubAllEnvs();
  }
});

it.each([
  [['--inject'], /an option has no value/],
  [['--colour', 'green'], /there is no such option/],
  [['--realtime', '100'], /from 0 to 99/],
  [['--link', '/dev/null'], /cannot open \/dev\/null: Inappropriate ioctl/],
  [['--state', '/nowhere'], /cannot open in its state folder: last-run: No such file/],
])('refuses %j', async (serviceOptions, said) => {
  const device = await bootQemu({ board, elfPath: await build('uart'), serviceOptions });
  await device.release();
  expect(device.died(await device.exited)).toMatchObject({
    code: 'EMULATOR_DIED',
    message: expect.stringMatching(said) as string,
  });
});

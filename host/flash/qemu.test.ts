import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { loadBareMetalBoard, type BareMetalBoard } from '../toolchain/board.js';
import { buildFirmware } from '../toolchain/build-firmware.js';
import { bootQemu, emulatorArguments, runToExit } from './qemu.js';

const out = join(packageRoot(), 'build', 'test', 'qemu');
const echo = join(packageRoot(), 'tests/end-to-end/emulator/fixtures/echo/echo.c');
let board: BareMetalBoard;
let elfPath = '';

// Temporary folders of its own: other tests boot emulators at the same time.
const systemTmp = tmpdir();
let ownTmp = '';
beforeAll(async () => {
  ownTmp = await mkdtemp(join(systemTmp, 'iq-'));
  process.env['TMPDIR'] = ownTmp;
  board = await loadBareMetalBoard('mps2-an386');
  const image = { name: 'echo', sources: [echo] };
  ({ elfPath } = await buildFirmware({
    board,
    image,
    networkDir: '',
    frontEnd: 'uart',
    outDir: out,
  }));
});

afterAll(async () => {
  process.env['TMPDIR'] = systemTmp;
  await rm(ownTmp, { recursive: true, force: true });
});

const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

/** Whether a process of that id runs, zombies not counted. */
async function runs(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}

const privateFolders = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('isochrone-qemu-')).sort();

describe('bootQemu', () => {
  it('holds the processor until released, then carries every byte, and leaves nothing', async () => {
    const device = await bootQemu({ board, elfPath });
    const sent = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) & 0xff));
    // A device answers on its link; here only what the port itself does matters, so it is read as a file would be.
    const { SerialPort } = await import('serialport');
    const port = new SerialPort({ path: device.linkPath, baudRate: 921600, autoOpen: false });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
    const received: Buffer[] = [];
    const whole = new Promise<void>((resolve) => {
      port.on('data', (chunk: Buffer) => {
        received.push(chunk);
        if (Buffer.concat(received).length >= sent.length) resolve();
      });
    });
    device.inject.write(sent);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(received).toHaveLength(0);
    await device.release();
    await whole;
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    await new Promise<void>((resolve) => {
      port.close(() => {
        resolve();
      });
    });
    await device.kill();
    await device.kill();
    expect(await runs(device.pid)).toBe(false);
    expect(existsSync(device.linkPath)).toBe(false);
  });

  it('says which emulator is missing and how to install it', async () => {
    // With setpriv and sh at hand but no QEMU, and with nothing at all.
    const only = join(out, 'only-shell');
    await mkdir(only, { recursive: true });
    for (const [program, args] of [
      ['setpriv', 'shift 3; exec "$@"'],
      ['sh', 'exec /bin/sh "$@"'],
    ] as const) {
      await writeFile(join(only, program), `#!/bin/sh\n${args}\n`, { mode: 0o755 });
    }
    for (const folder of [only, '/nonexistent']) {
      process.env['PATH'] = folder;
      await expect(bootQemu({ board, elfPath })).rejects.toMatchObject({
        code: 'EMULATOR_MISSING',
        hint: expect.stringContaining('apt-get install qemu-system-arm') as string,
      });
    }
  });

  it('repeats what QEMU said when it did not start', async () => {
    const before = await privateFolders();
    const { runner } = board;
    if (runner === undefined) throw new Error('the board has no runner');
    const unknown = { ...board, runner: { ...runner, machine: 'mps9-an999' } };
    await expect(bootQemu({ board: unknown, elfPath })).rejects.toMatchObject({
      code: 'EMULATOR_DIED',
      message: expect.stringContaining('unsupported machine type') as string,
    });
    await expect(bootQemu({ board, elfPath: '/nonexistent.elf' })).rejects.toMatchObject({
      code: 'EMULATOR_DIED',
      message: expect.stringContaining('nonexistent.elf') as string,
    });
    expect((await privateFolders()).filter((name) => !before.includes(name))).toEqual([]);
  });

  it('tells that the emulator died under it', async () => {
    const device = await bootQemu({ board, elfPath });
    await device.release();
    process.kill(device.pid, 'SIGKILL');
    const info = await device.exited;
    expect(info.signal).toBe('SIGKILL');
    expect(device.died(info)).toMatchObject({
      code: 'EMULATOR_DIED',
      message: expect.stringContaining('SIGKILL') as string,
    });
  });

  it('ends a run that takes too long', async () => {
    await expect(runToExit({ board, elfPath, timeoutMs: 500 })).rejects.toMatchObject({
      code: 'EMULATOR_TIMEOUT',
    });
  });
});

it.skipIf(process.platform !== 'linux')(
  'no emulator outlives its parent, even one killed by SIGKILL',
  async () => {
    const before = await privateFolders();
    const program = join(out, 'parent.mjs');
    const source = (file: string): string => JSON.stringify(join(packageRoot(), file));
    await writeFile(
      program,
      `import { bootQemu } from ${source('host/flash/qemu.ts')};
import { loadBoard } from ${source('host/toolchain/board.ts')};
const device = await bootQemu({ board: await loadBoard('mps2-an386'), elfPath: ${JSON.stringify(elfPath)} });
await device.release();
console.log(device.pid);
setInterval(() => {}, 1000);
`,
    );
    const parent = spawn(
      process.execPath,
      ['--import', './scripts/ts-node-register.mjs', program],
      {
        cwd: packageRoot(),
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const pid = await new Promise<number>((resolve, reject) => {
      parent.stdout.once('data', (chunk: Buffer) => {
        resolve(Number(chunk.toString('utf8')));
      });
      parent.once('exit', () => {
        reject(new Error('the parent ended before it started the emulator'));
      });
    });
    expect(await readFile(`/proc/${pid}/comm`, 'utf8')).toContain('qemu-system');
    expect(await runs(pid)).toBe(true);
    parent.kill('SIGKILL');
    const deadline = Date.now() + 10_000;
    while ((await runs(pid)) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await runs(pid)).toBe(false);
    expect((await privateFolders()).filter((name) => !before.includes(name))).toEqual([]);
  },
);

describe('emulatorArguments', () => {
  it('orders the serial ports as the board numbers its UARTs', () => {
    const uarts = {
      link: { ...board.uarts.link, index: 2 },
      inject: { ...board.uarts.link, index: 0 },
    };
    const args = emulatorArguments({ board: { ...board, uarts }, elfPath }, '/tmp/inject');
    const serials = args.filter((_, index) => args[index - 1] === '-serial');
    expect(serials).toEqual(['chardev:inject', 'null', 'chardev:link']);
  });

  it('doubles commas, which end an option of QEMU', () => {
    const semihosting = { args: ['record=/tmp/a,b.i16'] };
    const args = emulatorArguments({ board, elfPath, semihosting }, '/tmp/x,y/inject');
    expect(args.join(' ')).toContain('arg=record=/tmp/a,,b.i16');
    expect(args.join(' ')).toContain('path=/tmp/x,,y/inject');
  });
});

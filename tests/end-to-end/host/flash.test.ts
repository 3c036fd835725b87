/** `isochrone flash`: the real programs, against a boot loader's simulator, an emulator, and nothing at all. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SerialPort } from 'serialport';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { flashBoard } from '../../../host/flash/flash-board.js';
import type { PhaseStep } from '../../../host/flash/phase-step.js';
import {
  loadBareMetalBoard,
  slotAreasOf,
  type BareMetalBoard,
} from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import { An3155BootLoader, FLASH_ORIGIN } from '../../support/an3155-boot-loader.js';
import { freePort } from '../../support/free-port.js';
import {
  closed,
  laySerialCable,
  openedPort,
  type SerialCable,
} from '../../support/serial-cable.js';
import { FIXTURES } from '../emulator/emulated-device.js';

vi.setConfig({ testTimeout: 60_000 });

let folder = '';
const children: ChildProcess[] = [];
const ports: SerialPort[] = [];
const cables: SerialCable[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isochrone-flash-test-'));
});
afterEach(async () => {
  for (const port of ports.splice(0)) await closed(port);
  for (const cable of cables.splice(0)) cable.unplug();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** An image of this board's, as large as the simulator's transfers make interesting: not a whole number of its blocks. */
function imageOf(board: string): Uint8Array {
  const bytes = Uint8Array.from({ length: 20_003 }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
  Buffer.from(`isochrone-board:${board}\0`).copy(bytes, 512);
  return bytes;
}

async function stm32Board(): Promise<BareMetalBoard> {
  const board = await loadBareMetalBoard('mps2-an386');
  const flash = { origin: `0x0${FLASH_ORIGIN.toString(16)}`, bytes: 1 << 20 };
  return {
    ...board,
    memory: { ...board.memory, flash },
    // A pty has no parity bit, the boot loader's default.
    flashTools: [{ tool: 'stm32flash', arguments: ['-m', '8n1', '-b', '{baud}'] }],
  };
}

async function simulated(loader: An3155BootLoader): Promise<string> {
  const [host, device] = [join(folder, 'host'), join(folder, 'device')];
  cables.push(await laySerialCable(host, device));
  const port = await openedPort(device, 115_200);
  ports.push(port);
  port.on('data', (chunk: Buffer) => {
    const answer = [...chunk].flatMap((byte) => loader.push(byte));
    if (answer.length > 0) port.write(Buffer.from(answer));
  });
  return host;
}

describe('stm32flash and the boot loader of AN3155', () => {
  it('erases, writes, reads back, compares and starts', async () => {
    const loader = new An3155BootLoader();
    const port = await simulated(loader);
    const board = await stm32Board();
    const image = imageOf(board.name);
    const file = join(folder, 'image.bin');
    await writeFile(file, image);
    const steps: PhaseStep[] = [];
    const report = await flashBoard({ board, file, port, onStep: (step) => steps.push(step) });
    expect(report).toMatchObject({
      tool: 'stm32flash',
      address: FLASH_ORIGIN,
      bytes: image.length,
      sha256: createHash('sha256').update(image).digest('hex'),
    });
    expect(Buffer.from(loader.flash.subarray(0, image.length)).equals(image)).toBe(true);
    expect(loader.started).toBe(FLASH_ORIGIN);
    const phases = steps.map(({ phase }) => phase);
    expect(phases.indexOf('write')).toBeLessThan(phases.indexOf('verify'));
    expect(phases.indexOf('verify')).toBeLessThan(phases.indexOf('reset'));
    expect(
      steps.some(({ phase, done, total }) => phase === 'write' && done > 0 && done < total),
    ).toBe(true);
  });

  it('says that flash does not hold what was written, and does not start it', async () => {
    const loader = new An3155BootLoader();
    loader.wornOffset = 12_345;
    const port = await simulated(loader);
    const board = await stm32Board();
    const file = join(folder, 'image.bin');
    await writeFile(file, imageOf(board.name));
    await expect(flashBoard({ board, file, port })).rejects.toMatchObject({ code: 'FLASH_VERIFY' });
    expect(loader.started).toBeUndefined();
  });

  it('refuses an image of another board before it touches this one', async () => {
    const board = await stm32Board();
    const file = join(folder, 'image.bin');
    await writeFile(file, imageOf('mps2-an500'));
    await expect(flashBoard({ board, file, port: '/nowhere' })).rejects.toMatchObject({
      code: 'FLASH_OTHER_BOARD',
      where: { builtFor: 'mps2-an500' },
    });
  });
});

it('gdb loads an emulated board, and what it holds is what was built', async () => {
  const board = await loadBareMetalBoard('mps2-an386');
  const { elfPath } = await buildFirmware({
    board,
    networkDir: '',
    image: { name: 'echo', sources: [join(FIXTURES, 'echo', 'echo.c')] },
    frontEnd: 'semihost',
    outDir: join(packageRoot(), 'build', 'test', 'flash', 'gdb'),
  });
  const port = await freePort();
  const { machine, emulator } = board.runner ?? expect.fail('it is not emulated');
  const halted = ['-machine', machine, '-nodefaults', '-display', 'none', '-S'];
  children.push(spawn(emulator, [...halted, '-gdb', `tcp:127.0.0.1:${port}`], { stdio: 'ignore' }));
  await sleep(1000);
  const report = await flashBoard({ board, file: elfPath, tool: 'gdb', port: `127.0.0.1:${port}` });
  expect(report).toMatchObject({ tool: 'gdb', address: 0 });
  expect(report.bytes).toBeGreaterThan(1000);
  await expect(
    flashBoard({
      board: await loadBareMetalBoard('mps2-an500'),
      file: elfPath,
      tool: 'gdb',
      port: `127.0.0.1:${port}`,
    }),
  ).rejects.toMatchObject({ code: 'FLASH_OTHER_BOARD' });
});

it("writes an emulator's flash file", async () => {
  const board = await loadBareMetalBoard('mps2-an386');
  const file = join(folder, 'slot.bin');
  const image = imageOf(board.name);
  await writeFile(file, image);
  const port = join(folder, 'flash');
  const address = Number(slotAreasOf(board)?.slotA.origin);
  expect(await flashBoard({ board, file, port, address })).toMatchObject({ tool: 'qemu' });
  const held = await readFile(port);
  expect(held.subarray(0, image.length).equals(image)).toBe(true);
  await expect(flashBoard({ board, file, port, address: 0, tool: 'qemu' })).rejects.toMatchObject({
    code: 'FLASH_IMAGE_OUTSIDE',
  });
});

describe('without a board', () => {
  it.each([
    ['openocd', ['-f', 'interface/stlink.cfg', '-f', 'target/stm32f4x.cfg']],
    ['st-flash', []],
    ['dfu-util', ['-d', '0483:df11', '-a', '0']],
    ['stm32flash', ['-m', '8n1']],
    ['gdb', []],
    ['ssh', []],
  ] as const)('%s says that there is none, and what to check', async (tool, args) => {
    const board: BareMetalBoard = {
      ...(await stm32Board()),
      flashTools: [{ tool, arguments: args }],
    };
    const file = join(folder, 'image.bin');
    await writeFile(file, imageOf(board.name));
    const port = { gdb: '127.0.0.1:1', ssh: 'nobody@127.0.0.1', stm32flash: '/dev/ttyNONE' }[
      tool as string
    ];
    await expect(
      flashBoard({ board, file, ...(port === undefined ? {} : { port }) }),
    ).rejects.toMatchObject({
      code: 'FLASH_NO_BOARD',
      hint: expect.stringMatching(/.{20}/) as string,
    });
  });

  it('names the package of a tool that is missing, and asks for a port', async () => {
    const board: BareMetalBoard = { ...(await stm32Board()), flashTools: [{ tool: 'openocd' }] };
    const file = join(folder, 'image.bin');
    await writeFile(file, imageOf(board.name));
    vi.stubEnv('PATH', folder);
    await expect(flashBoard({ board, file })).rejects.toMatchObject({
      code: 'FLASH_TOOL_MISSING',
      hint: 'Run: apt-get install openocd',
    });
    vi.unstubAllEnvs();
    await expect(flashBoard({ board: await stm32Board(), file })).rejects.toMatchObject({
      code: 'FLASH_NEEDS_PORT',
    });
    await expect(flashBoard({ board, file, tool: 'gdb' })).rejects.toMatchObject({
      code: 'FLASH_NO_TOOL',
    });
  });
});

/**
 * QEMU has no nRF52840, but an nRF51 (machine microbit), an M0 whose UART, timer and pins are at the same addresses with
 * the registers that are used here: what it runs is these sources, not a board of ours. Its clock control is not
 * modelled: to the start-up code the crystal is dead.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { boardHeader, memoryScript } from '../../../host/toolchain/board-header.js';
import { boardsFolder, loadBareMetalBoard } from '../../../host/toolchain/board.js';

const templates = join(packageRoot(), 'firmware-templates');
const folder = (...names: readonly string[]): string => join(templates, ...names);
/** Which an image without semihosting, boot loader and settings does not need. */
const LEFT_OUT = ['semihost.c', 'boot.c', 'flash.c'];
const sources = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.endsWith('.c') && !LEFT_OUT.includes(name))
    .map((name) => join(path, name));

async function buildEcho(): Promise<string> {
  const dk = await loadBareMetalBoard('nrf52840-dk');
  const nrf51 = {
    ...dk,
    core: { ...dk.core, fpu: 'none' as const, dsp: false },
    memory: {
      flash: { origin: '0x00000000', bytes: 262_144 },
      ram: { origin: '0x20000000', bytes: 16_384 },
    },
    stackBytes: 1024,
  };
  const build = join(packageRoot(), 'build/test/nrf52');
  mkdirSync(build, { recursive: true });
  writeFileSync(join(build, 'iso_board.h'), boardHeader(nrf51, { converter: false }));
  writeFileSync(join(build, 'memory.ld'), memoryScript(nrf51));
  const elf = join(build, 'echo.elf');
  const includes = [
    build,
    ...[['hal'], ['hal', 'cortex-m'], ['hal', 'nrf52'], ['core']].map((f) => folder(...f)),
  ];
  execFileSync('arm-none-eabi-gcc', [
    ...['-mcpu=cortex-m0', '-mthumb', '-Os', '-std=c99', '-Wall', '-Wextra', '-Werror'],
    ...['-ffunction-sections', '-nostartfiles', '-Wl,--gc-sections', '-Wl,--no-warn-rwx-segments'],
    ...includes.flatMap((path) => ['-I', path]),
    ...sources(folder('hal', 'cortex-m')),
    ...sources(folder('hal', 'nrf52')),
    folder('hal', 'ports.c'),
    folder('hal', 'nrf52', 'test-harness', 'echo.c'),
    ...['iso_march.c', 'iso_crc32c.c'].map((name) => folder('core', name)),
    ...['-L', build, '-L', boardsFolder(), '-T', join(boardsFolder(), dk.linkerScript)],
    ...['-o', elf],
  ]);
  return elf;
}

let emulator: ChildProcess | undefined;
afterEach(() => emulator?.kill());

it('gives up a dead crystal, sends and receives by interrupt, and counts 16 MHz', async () => {
  const elf = await buildEcho();
  const child = spawn(
    'qemu-system-arm',
    ['-M', 'microbit', '-nodefaults', '-display', 'none', '-serial', 'stdio', '-kernel', elf],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  emulator = child;
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString('latin1')));
  await vi.waitFor(() => expect(said).toMatch(/\n[0-9a-f]{8}\n/), 15_000);
  expect(said).toMatch(/^clock: the crystal does not start; the internal oscillator runs/);
  // Ten sleeps of a hundredth of a second by a clock of 64 MHz; an nRF51 has 16. QEMU may be late, never early.
  const ticks = parseInt(/\n([0-9a-f]{8})\n/.exec(said)?.[1] ?? '', 16);
  expect(ticks / 16e6).toBeGreaterThan(0.36);
  const bytes = Array.from({ length: 600 }, (_, i) => String.fromCharCode(97 + (i % 23))).join('');
  said = '';
  child.stdin.write(bytes);
  await vi.waitFor(() => expect(said).toBe(bytes), 15_000);
}, 40_000);

/**
 * Start-up and reset causes of the STM32 families, on models of their clock control (test-harness): what the registers
 * amount to must be what the firmware believes, and nothing may happen in an order that the manual forbids.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { boardHeader } from '../../../host/toolchain/board-header.js';
import { loadBareMetalBoard } from '../../../host/toolchain/board.js';
import { chipHarness, chipModelFlags } from '../test-harness/chip/flash-bench.js';

const hal = join(packageRoot(), 'firmware-templates', 'hal');
const harness = join(hal, 'stm32', 'test-harness');

const FAMILIES = {
  f4: { board: 'nucleo-f446re', folders: ['stm32f4'], model: 'stm32f4_model' },
  h7: { board: 'nucleo-h743zi', folders: ['stm32h7', 'stm32-usart'], model: 'stm32h7_model' },
  u5: { board: 'nucleo-u575zi-q', folders: ['stm32u5', 'stm32-usart'], model: 'stm32u5_model' },
} as const;
type Family = keyof typeof FAMILIES;

interface Started {
  readonly complaint: string;
  /** By the firmware, and by the registers. */
  readonly coreHz: number;
  readonly trueCoreHz: number;
  readonly tickHz: number;
  readonly trueTickHz: number;
  readonly baud: number;
  readonly trueBaud: number;
  /** Transmit and receive: 2 is a peripheral's. */
  readonly pinModes: readonly number[];
  /** What the chip's manual forbids and the firmware did. */
  readonly objections: readonly string[];
}

const programOf = (family: Family): string =>
  join(packageRoot(), 'build', 'test', 'stm32', family, 'clock-bench');

async function build(family: Family): Promise<void> {
  const { board, folders, model } = FAMILIES[family];
  const out = join(programOf(family), '..');
  mkdirSync(out, { recursive: true });
  const loaded = await loadBareMetalBoard(board);
  writeFileSync(join(out, 'iso_board.h'), boardHeader(loaded));
  const chip = folders[0];
  execFileSync('gcc', [
    ...['-std=c99', '-O2', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-fsanitize=undefined'],
    ...['-fno-sanitize-recover=all', ...chipModelFlags(loaded)],
    ...[out, harness, hal, join(hal, 'cortex-m'), join(hal, 'stm32')].map((path) => `-I${path}`),
    ...folders.map((folder) => `-I${join(hal, folder)}`),
    ...['clock_bench', model].map((name) => join(harness, `${name}.c`)),
    join(chipHarness, 'chip_model.c'),
    ...['clock_tree', 'clock_peripheral', 'counter', 'pins', 'reset_cause', 'wait'].map((name) =>
      join(hal, 'stm32', `${name}.c`),
    ),
    join(hal, chip, 'clock.c'),
    ...['-o', programOf(family)],
  ]);
}

function run(family: Family, ...args: readonly string[]): unknown {
  return JSON.parse(execFileSync(programOf(family), args, { encoding: 'utf8' })) as unknown;
}
const start = (family: Family, faults: readonly string[]): Started =>
  run(family, 'start', ...faults) as Started;

beforeAll(async () => {
  await Promise.all((Object.keys(FAMILIES) as Family[]).map(build));
}, 60_000);

const CRYSTAL = /^clock: the crystal does not start; the internal oscillator runs/;

describe('start-up', () => {
  it.each<[Family, readonly string[], number, RegExp]>([
    ['f4', [], 168e6, /^$/],
    ['f4', ['no-crystal'], 168e6, CRYSTAL],
    ['f4', ['no-pll'], 16e6, /16 MHz of the internal oscillator/],
    ['f4', ['no-crystal', 'no-pll'], 16e6, /16 MHz of the internal oscillator/],
    ['h7', [], 400e6, /^$/],
    ['h7', ['revision-y'], 400e6, /^$/],
    ['h7', ['no-crystal'], 400e6, CRYSTAL],
    ['h7', ['no-pll'], 64e6, /64 MHz of the internal oscillator/],
    ['h7', ['no-switch'], 64e6, /64 MHz of the internal oscillator/],
    ['h7', ['no-supply'], 64e6, /supply does not rise/],
    ['h7', ['no-scale'], 64e6, /supply does not rise/],
    ['u5', [], 160e6, /^$/],
    ['u5', ['warm-start'], 160e6, /^$/],
    ['u5', ['no-crystal'], 160e6, CRYSTAL],
    ['u5', ['no-pll'], 16e6, /16 MHz of the internal oscillator/],
    ['u5', ['no-supply'], 16e6, /16 MHz of the internal oscillator/],
    ['u5', ['no-booster'], 16e6, /16 MHz of the internal oscillator/],
    ['u5', ['no-pll', 'no-hsi'], 4e6, /4 MHz of the reset/],
  ])('%s with %j: %d Hz', (family, faults, coreHz, complaint) => {
    const started = start(family, faults);
    expect(started.objections).toEqual([]);
    expect(started.complaint).toMatch(complaint);
    expect(started.coreHz).toBe(coreHz);
    // A trimmed oscillator is made up for by the PLL's fraction; without the PLL by nothing.
    const most = coreHz > 4e6 ? 1e-5 : 1e-3;
    expect(Math.abs(started.trueCoreHz / coreHz - 1)).toBeLessThan(most);
    expect(Math.abs(started.trueTickHz / started.tickHz - 1)).toBeLessThan(most);
    expect(started.pinModes).toEqual([2, 2]);
    if (coreHz > 4e6) {
      // A UART takes 2 % from both ends together; 16 MHz come no nearer to 921600.
      expect(Math.abs(started.trueBaud / started.baud - 1)).toBeLessThan(
        coreHz === 16e6 ? 0.022 : 0.01,
      );
    }
  });
});

const CAUSES = ['power on', 'software', 'fault', 'watchdog', 'brown-out', 'pin', 'unannounced'];

describe('reset cause', () => {
  // Flags as the manuals list them for each source (RM0090 7.1, RM0433 8.4.4, RM0456 11.3).
  it.each<[Family, string, string]>([
    ['f4', '0e000000', 'power on'],
    ['f4', '06000000', 'brown-out'],
    ['f4', '04000000', 'pin'],
    ['f4', '14000000', 'software'],
    ['f4', '24000000', 'watchdog'],
    ['f4', '44000000', 'watchdog'],
    ['f4', '00000000', 'unannounced'],
    ['h7', '00fa0000', 'power on'],
    ['h7', '00620000', 'brown-out'],
    ['h7', '00420000', 'pin'],
    ['h7', '01420000', 'software'],
    ['h7', '04420000', 'watchdog'],
    ['h7', '10420000', 'watchdog'],
    ['h7', '00000000', 'unannounced'],
    ['u5', '0c000000', 'power on'],
    ['u5', '04000000', 'pin'],
    ['u5', '14000000', 'software'],
    ['u5', '24000000', 'watchdog'],
    ['u5', '44000000', 'watchdog'],
    ['u5', '00000000', 'unannounced'],
  ])('%s, flags 0x%s: %s', (family, flags, cause) => {
    const read = run(family, 'reset', flags) as { cause: number; flagsLeft: number };
    expect(CAUSES[read.cause]).toBe(cause);
    expect(read.flagsLeft).toBe(0);
  });
});

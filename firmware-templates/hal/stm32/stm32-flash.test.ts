/** What the flash of the STM32 families has of its own: units that an error-correcting code finds damaged, sectors that take seconds, and a controller that is not there. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { boardHeader } from '../../../host/toolchain/board-header.js';
import { loadBareMetalBoard } from '../../../host/toolchain/board.js';
import {
  BOOT_STATE,
  CONFIGURATION,
  FlashBench,
  SLOT_A,
  SLOT_B,
} from '../test-harness/chip/flash-bench.js';
import { FLASH_DRIVERS } from '../test-harness/chip/flash-drivers.js';

const hal = join(packageRoot(), 'firmware-templates', 'hal');

const out = join(packageRoot(), 'build', 'test', 'flash-drivers', 'stm32-own');
const [f4, h7, u5] = await Promise.all([
  FlashBench.build('stm32f4-own', FLASH_DRIVERS.stm32f4),
  FlashBench.build('stm32h7-own', FLASH_DRIVERS.stm32h7),
  FlashBench.build('stm32u5-own', FLASH_DRIVERS.stm32u5),
]);

describe.each([
  { chip: 'stm32h7', bench: h7 },
  { chip: 'stm32u5', bench: u5 },
] as const)('$chip', ({ chip, bench }) => {
  const { unit, sector } = FLASH_DRIVERS[chip];

  it('works again after an error', () => {
    const [, refused, after] = bench.ask([
      `program ${SLOT_B} 0 ${unit} 1`,
      `program ${SLOT_B} 0 ${unit} 2`,
      `erase ${SLOT_B} ${sector}`,
    ]);
    // The H7 does not look before it programs: what comes out is damaged.
    expect([refused?.done, after?.done]).toEqual([chip === 'stm32h7', true]);
  });

  it('tells a damaged unit, and forgets it with its sector', () => {
    const answers = bench
      .clean([
        `program ${BOOT_STATE} 0 ${2 * unit} 1`,
        `damage ${BOOT_STATE} ${unit}`,
        `read ${BOOT_STATE} 0 ${unit}`,
        `read ${BOOT_STATE} 0 ${2 * unit}`,
        `read ${BOOT_STATE} ${2 * unit - 1} 1`,
        `read ${BOOT_STATE} ${2 * unit} ${unit}`,
        `erase ${BOOT_STATE} 0`,
        `read ${BOOT_STATE} 0 ${2 * unit}`,
      ])
      .map(({ done }) => done);
    expect(answers).toEqual([true, true, true, false, false, true, true, true]);
  });
});

describe('stm32f4', () => {
  it('programs a word once between two erasures, and works on after it refused', () => {
    const answers = f4.clean([
      ...[`program ${SLOT_B} 0 8 1`, `program ${SLOT_B} 4 4 0`, `program ${SLOT_B} 8 4 1`],
      ...[`read ${SLOT_B} 0 4`, `erase ${SLOT_B} 0`, `program ${SLOT_B} 4 4 0`],
    ]);
    expect(answers.map(({ done }) => done)).toEqual([true, false, true, true, true, true]);
  });

  it('is erased with interrupts off, and programmed with them on', () => {
    const [erase, small, program] = f4.clean([
      ...[`erase ${SLOT_B} 0`, `erase ${BOOT_STATE} 16384`, `program ${SLOT_B} 0 4 1`],
    ]);
    expect([erase?.masked, small?.masked, program?.masked]).toEqual([true, true, false]);
  });

  it('goes on without a controller, as on an emulator that has none', () => {
    const requests = [`program ${CONFIGURATION} 0 4 1`, `erase ${CONFIGURATION} 0`, 'store 5'];
    for (const request of requests) {
      expect(f4.clean([request], ['no-controller'])[0]?.done).toBe(false);
    }
    expect(f4.clean(['load'], ['no-controller'])[0]?.done).toBe(false);
  });

  it('keeps words on a board without slots, which has no other area', async () => {
    const bench = await FlashBench.build('stm32f446', {
      ...FLASH_DRIVERS.stm32f4,
      board: 'nucleo-f446re',
    });
    const answers = bench.clean([
      ...[`erase ${SLOT_A} 0`, `program ${BOOT_STATE} 0 4 1`, `read ${SLOT_B} 0 1`],
      ...['store 10', 'store 20', 'load'],
    ]);
    expect(answers.map(({ done }) => done)).toEqual([false, false, false, true, true, true]);
    expect(answers.at(-1)?.value).toBe(20);
  });
});

describe('a sector that takes seconds', () => {
  it.each([f4, h7])('is erased with a fed watchdog', (bench) => {
    const [erase] = bench.clean([`erase ${SLOT_B} 0`]);
    expect(erase?.hunger).toBeLessThan(10);
  });

  it.each([
    ['the other bank', '0x08020000', SLOT_B, 0, false],
    ['the own bank', '0x08120000', SLOT_B, 0, true],
    ['the own bank', '0x08020000', BOOT_STATE, 0, true],
    ['the other bank', '0x08020000', BOOT_STATE, 131_072, false],
  ] as const)('%s, seen from %s', (_, image, area, offset, masked) => {
    const [, erase] = h7.clean([`image ${Number(image)}`, `erase ${area} ${offset}`]);
    expect(erase?.masked).toBe(masked);
  });

  it('is not in the caches afterwards', () => {
    const [erase, program] = h7.clean([`erase ${SLOT_B} 131072`, `program ${SLOT_B} 131072 32 1`]);
    expect(erase?.forgotten).toEqual([0x0814_0000, 131_072]);
    expect(program?.forgotten).toEqual([0x0814_0000, 32]);
  });

  it('is waited for by code that calls nothing outside of RAM', async () => {
    const object = join(out, 'flash.o');
    const board = await loadBareMetalBoard(FLASH_DRIVERS.stm32h7.board);
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'iso_board.h'), boardHeader(board));
    execFileSync('arm-none-eabi-gcc', [
      ...[...board.compiler.flags, '-std=c99', '-O2', '-ffunction-sections', '-c'],
      ...[out, hal, join(hal, 'cortex-m'), join(hal, 'stm32')].map((path) => `-I${path}`),
      ...[join(hal, 'stm32h7'), join(hal, 'flash-areas')].map((path) => `-I${path}`),
      ...[join(hal, 'stm32', 'flash_controller.c'), '-o', object],
    ]);
    const listing = execFileSync('arm-none-eabi-objdump', ['-dr', '-j', '.ram_code', object], {
      encoding: 'utf8',
    });
    expect(listing).toMatch(/<stm32_flash_work>:/);
    expect(listing).not.toMatch(/R_ARM_|\bblx?\b/);
  });
});

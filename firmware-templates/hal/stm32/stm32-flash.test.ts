/** What the flash of the STM32 families has of its own: units that an error-correcting code finds damaged, and sectors that take seconds. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { boardHeader } from '../../../host/toolchain/board-header.js';
import { loadBareMetalBoard } from '../../../host/toolchain/board.js';
import { BOOT_STATE, FlashBench, SLOT_B } from '../test-harness/chip/flash-bench.js';
import { FLASH_DRIVERS } from '../test-harness/chip/flash-drivers.js';

const hal = join(packageRoot(), 'firmware-templates', 'hal');

const out = join(packageRoot(), 'build', 'test', 'flash-drivers', 'stm32-own');
const [h7, u5] = await Promise.all([
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

describe('a sector that takes seconds', () => {
  it('is erased with a fed watchdog', () => {
    const [erase] = h7.clean([`erase ${SLOT_B} 0`]);
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
      ...[join(hal, 'stm32h7', 'flash.c'), '-o', object],
    ]);
    const listing = execFileSync('arm-none-eabi-objdump', ['-dr', '-j', '.ram_code', object], {
      encoding: 'utf8',
    });
    expect(listing).toMatch(/<work>:/);
    expect(listing).not.toMatch(/R_ARM_|\bblx?\b/);
  });
});

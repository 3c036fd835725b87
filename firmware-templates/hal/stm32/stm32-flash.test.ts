/**
 * The flash drivers of the STM32H7 and the STM32U5 on models of the chips' flash (test-harness): what they leave in it, what
 * they say of what it refuses, and that they do nothing that the manual forbids.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { boardHeader } from '../../../host/toolchain/board-header.js';
import { loadBareMetalBoard } from '../../../host/toolchain/board.js';

const templates = join(packageRoot(), 'firmware-templates');
const hal = join(templates, 'hal');
const harness = join(hal, 'stm32', 'test-harness');
const out = join(packageRoot(), 'build', 'test', 'stm32');

const CHIPS = {
  stm32h7: { board: 'nucleo-h743zi', unit: 32, sector: 131_072 },
  stm32u5: { board: 'nucleo-u575zi-q', unit: 16, sector: 8192 },
} as const;
type Chip = keyof typeof CHIPS;
const chips = Object.keys(CHIPS) as Chip[];

/** As iso_hal_flash.h numbers them. */
const SLOT_A = 0;
const SLOT_B = 1;
const BOOT_STATE = 2;
const CONFIGURATION = 3;

interface Answer {
  readonly done: boolean;
  readonly value: number;
  /** Most accesses without the watchdog being fed while the flash worked. */
  readonly hunger: number;
  readonly masked: boolean;
  readonly forgotten: readonly [number, number];
  readonly locked: boolean;
  readonly bytes: readonly number[];
  readonly objections: readonly string[];
}

const programOf = (chip: Chip): string => join(out, chip, 'flash-bench');

async function build(chip: Chip): Promise<void> {
  mkdirSync(join(out, chip), { recursive: true });
  const board = await loadBareMetalBoard(CHIPS[chip].board);
  // The U5's driver reads by memcpy, in which the model must see what is damaged.
  const watched = chip === 'stm32u5' ? ['-fno-builtin-memcpy', '-Wl,--wrap=memcpy'] : [];
  writeFileSync(join(out, chip, 'iso_board.h'), boardHeader(board));
  execFileSync('gcc', [
    // Its text far away from the flash's address, which it must be free to use.
    ...['-std=gnu99', '-O2', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-fpie', '-pie'],
    ...['-fsanitize=undefined', '-fno-sanitize-recover=all', '-Wno-array-bounds'],
    ...['-Wno-stringop-overread', '-Wno-stringop-overflow'],
    ...watched,
    ...['-include', join(harness, 'stm32_model.h')],
    ...[join(out, chip), harness, hal, join(hal, 'cortex-m'), join(hal, 'stm32'), join(hal, chip)]
      .concat(join(hal, 'flash-areas'), join(templates, 'update'), join(templates, 'core'))
      .map((path) => `-I${path}`),
    ...['flash_bench', 'flash_model', 'stm32_model', `${chip}_flash_model`].map((name) =>
      join(harness, `${name}.c`),
    ),
    join(hal, 'stm32', 'wait.c'),
    join(hal, 'flash-areas', 'flash_areas.c'),
    join(hal, chip, 'flash.c'),
    join(templates, 'update', 'iso_flash_log.c'),
    join(templates, 'core', 'iso_crc32c.c'),
    ...['-o', programOf(chip)],
  ]);
}

function ask(chip: Chip, requests: readonly string[], faults: readonly string[] = []): Answer[] {
  const text = execFileSync(programOf(chip), faults, {
    encoding: 'utf8',
    input: `${requests.join('\n')}\n`,
  });
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

/** The requests' answers, none of which may have an objection. */
function clean(chip: Chip, requests: readonly string[], faults: readonly string[] = []): Answer[] {
  const answers = ask(chip, requests, faults);
  expect(answers.map(({ objections }) => objections)).toEqual(requests.map(() => []));
  expect(answers).toHaveLength(requests.length);
  return answers;
}

beforeAll(async () => {
  await Promise.all(chips.map(build));
}, 60_000);

const written = (count: number, first: number): number[] =>
  Array.from({ length: count }, (_, i) => (first + i * 7) % 256);
const erased = (count: number): number[] => Array.from({ length: count }, () => 255);

describe.each(chips)('%s', (chip) => {
  const { unit, sector } = CHIPS[chip];

  it('programs units, and erases the whole sector and no other', () => {
    const answers = clean(chip, [
      `program ${SLOT_B} 0 ${2 * unit} 3`,
      `program ${SLOT_B} ${sector - unit} ${unit} 5`,
      `program ${SLOT_B} ${sector} ${unit} 9`,
      `program ${SLOT_A} 0 ${unit} 11`,
      `read ${SLOT_B} 0 ${2 * unit}`,
      `erase ${SLOT_B} 0`,
      `read ${SLOT_B} 0 ${2 * unit}`,
      `read ${SLOT_B} ${sector - unit} ${unit}`,
      `read ${SLOT_B} ${sector} ${unit}`,
      `read ${SLOT_A} 0 ${unit}`,
      `program ${SLOT_B} 0 ${unit} 13`,
      `read ${SLOT_B} 0 ${unit}`,
    ]);
    expect(answers.map(({ done, locked }) => done && locked)).toEqual(answers.map(() => true));
    const read = answers.filter(({ bytes }) => bytes.length > 0).map(({ bytes }) => bytes);
    expect(read).toEqual([
      written(2 * unit, 3),
      ...[erased(2 * unit), erased(unit)],
      written(unit, 9),
      written(unit, 11),
      written(unit, 13),
    ]);
  });

  it.each([SLOT_A, SLOT_B, BOOT_STATE, CONFIGURATION])('reaches all of area %d', async (area) => {
    const { flashAreas } = await loadBareMetalBoard(CHIPS[chip].board);
    const { slotA, slotB, bootState, configuration } = flashAreas ?? {};
    const bytes = [slotA, slotB, bootState, configuration][area]?.bytes ?? 0;
    const sectors = Array.from({ length: bytes / sector }, (_, i) => i * sector);
    const answers = clean(
      chip,
      sectors.flatMap((at) => [
        `program ${area} ${at} ${unit} 1`,
        `program ${area} ${at + sector - unit} ${unit} 1`,
        `erase ${area} ${at}`,
        `read ${area} ${at} ${unit}`,
        `read ${area} ${at + sector - unit} ${unit}`,
      ]),
    );
    expect(answers.every(({ done }) => done)).toBe(true);
    const read = answers.map((answer) => answer.bytes).filter(({ length }) => length > 0);
    expect(read).toEqual(sectors.flatMap(() => [erased(unit), erased(unit)]));
  });

  it.each([
    ['half a unit', `program ${SLOT_A} 0 ${unit / 2} 1`],
    ['between two units', `program ${SLOT_A} ${unit / 2} ${unit} 1`],
    ['behind the area', `program ${CONFIGURATION} ${2 * sector} ${unit} 1`],
    ['over its end', `program ${CONFIGURATION} ${2 * sector - unit} ${2 * unit} 1`],
    ['an offset that wraps', `program ${CONFIGURATION} ${0x1_0000_0000 - unit} ${2 * unit} 1`],
    ['the middle of a sector', `erase ${SLOT_A} ${unit}`],
    ['a sector behind the area', `erase ${CONFIGURATION} ${2 * sector}`],
    ['what lies behind', `read ${CONFIGURATION} ${2 * sector} 1`],
  ])('refuses %s', (_, request) => {
    const [answer] = clean(chip, [request]);
    expect(answer?.done).toBe(false);
  });

  it.each(['write-protection', 'operation-error', 'never-ready'])('says so of %s', (fault) => {
    const requests = [`erase ${SLOT_B} 0`, `program ${SLOT_B} 0 ${unit} 1`];
    for (const request of requests) {
      // What never ends is given up, and then nothing is right any more.
      const [answer] =
        fault === 'never-ready' ? ask(chip, [request], [fault]) : clean(chip, [request], [fault]);
      expect(answer?.done).toBe(false);
    }
  });

  it('works again after an error', () => {
    const [, refused, after] = ask(chip, [
      `program ${SLOT_B} 0 ${unit} 1`,
      `program ${SLOT_B} 0 ${unit} 2`,
      `erase ${SLOT_B} ${sector}`,
    ]);
    // The H7 does not look before it programs: what comes out is damaged.
    expect([refused?.done, after?.done]).toEqual([chip === 'stm32h7', true]);
  });

  it('tells a damaged unit, and forgets it with its sector', () => {
    const answers = clean(chip, [
      `program ${BOOT_STATE} 0 ${2 * unit} 1`,
      `damage ${BOOT_STATE} ${unit}`,
      `read ${BOOT_STATE} 0 ${unit}`,
      `read ${BOOT_STATE} 0 ${2 * unit}`,
      `read ${BOOT_STATE} ${2 * unit - 1} 1`,
      `read ${BOOT_STATE} ${2 * unit} ${unit}`,
      `erase ${BOOT_STATE} 0`,
      `read ${BOOT_STATE} 0 ${2 * unit}`,
    ]).map(({ done }) => done);
    expect(answers).toEqual([true, true, true, false, false, true, true, true]);
  });

  it('keeps words', () => {
    const values = [10, 20, 30].flatMap((value) => [`store ${value}`, 'load']);
    const answers = clean(chip, values);
    expect(answers.every(({ done }) => done)).toBe(true);
    expect(answers.filter((_, i) => i % 2 === 1).map(({ value }) => value)).toEqual([10, 20, 30]);
  });
});

describe('a sector that takes seconds', () => {
  it('is erased with a fed watchdog', () => {
    const [erase] = clean('stm32h7', [`erase ${SLOT_B} 0`]);
    expect(erase?.hunger).toBeLessThan(10);
  });

  it.each([
    ['the other bank', '0x08020000', SLOT_B, 0, false],
    ['the own bank', '0x08120000', SLOT_B, 0, true],
    ['the own bank', '0x08020000', BOOT_STATE, 0, true],
    ['the other bank', '0x08020000', BOOT_STATE, 131_072, false],
  ] as const)('%s, seen from %s', (_, image, area, offset, masked) => {
    const [, erase] = clean('stm32h7', [`image ${Number(image)}`, `erase ${area} ${offset}`]);
    expect(erase?.masked).toBe(masked);
  });

  it('is not in the caches afterwards', () => {
    const [erase, program] = clean('stm32h7', [
      `erase ${SLOT_B} 131072`,
      `program ${SLOT_B} 131072 32 1`,
    ]);
    expect(erase?.forgotten).toEqual([0x0814_0000, 131_072]);
    expect(program?.forgotten).toEqual([0x0814_0000, 32]);
  });

  it('is waited for by code that calls nothing outside of RAM', async () => {
    const object = join(out, 'stm32h7', 'flash.o');
    const board = await loadBareMetalBoard('nucleo-h743zi');
    execFileSync('arm-none-eabi-gcc', [
      ...[...board.compiler.flags, '-std=c99', '-O2', '-ffunction-sections', '-c'],
      ...[join(out, 'stm32h7'), hal, join(hal, 'cortex-m'), join(hal, 'stm32')].map(
        (path) => `-I${path}`,
      ),
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

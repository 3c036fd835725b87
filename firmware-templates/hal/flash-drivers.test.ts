/**
 * Every flash driver of the firmware, on the model of its chip's flash (a family's test-harness): what it leaves there, what
 * it says of what the chip refuses, and that it does nothing that the manual forbids.
 */
import { describe, expect, it } from 'vitest';
import { loadBareMetalBoard } from '../../host/toolchain/board.js';
import { flashAreasOf } from '../../host/toolchain/slot-parts.js';
import {
  BOOT_STATE,
  CONFIGURATION,
  FlashBench,
  SLOT_A,
  SLOT_B,
  type Answer,
} from './test-harness/chip/flash-bench.js';
import { FLASH_DRIVERS } from './test-harness/chip/flash-drivers.js';

type Family = keyof typeof FLASH_DRIVERS;
const families = Object.keys(FLASH_DRIVERS) as Family[];

const written = (count: number, first: number): number[] =>
  Array.from({ length: count }, (_, i) => (first + i * 7) % 256);
const erased = (count: number): number[] => Array.from({ length: count }, () => 255);

const drivers = await Promise.all(
  families.map(async (family) => {
    const driver = FLASH_DRIVERS[family];
    const { slotA, slotB, bootState, configuration } = flashAreasOf(
      await loadBareMetalBoard(driver.board),
    );
    const areas = [slotA, slotB, bootState, configuration];
    return { family, ...driver, areas, bench: await FlashBench.build(family, driver) };
  }),
);

describe.each(drivers)('$family', ({ unit, sector, areas, bench }) => {
  const clean = (requests: readonly string[], faults: readonly string[] = []): Answer[] =>
    bench.clean(requests, faults);
  const end = areas[CONFIGURATION]?.bytes ?? 0;

  it('programs units, and erases the whole sector and no other', () => {
    const answers = clean([
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

  it.each([SLOT_A, SLOT_B, BOOT_STATE, CONFIGURATION])('reaches all of area %d', (area) => {
    const { bytes, sectorBytes } = areas[area] ?? { bytes: 0, sectorBytes: 1 };
    const sectors = Array.from({ length: bytes / sectorBytes }, (_, i) => i * sectorBytes);
    expect(sectors.length).toBeGreaterThan(1);
    const answers = clean(
      sectors.flatMap((at) => [
        `program ${area} ${at} ${unit} 1`,
        `program ${area} ${at + sectorBytes - unit} ${unit} 1`,
        `erase ${area} ${at}`,
        `read ${area} ${at} ${unit}`,
        `read ${area} ${at + sectorBytes - unit} ${unit}`,
      ]),
    );
    expect(answers.every(({ done }) => done)).toBe(true);
    const read = answers.map((answer) => answer.bytes).filter(({ length }) => length > 0);
    expect(read).toEqual(sectors.flatMap(() => [erased(unit), erased(unit)]));
  });

  it.each([
    ['half a unit', `program ${SLOT_A} 0 ${unit / 2} 1`],
    ['between two units', `program ${SLOT_A} ${unit / 2} ${unit} 1`],
    ['behind the area', `program ${CONFIGURATION} ${end} ${unit} 1`],
    ['over its end', `program ${CONFIGURATION} ${end - unit} ${2 * unit} 1`],
    ['an offset that wraps', `program ${CONFIGURATION} ${0x1_0000_0000 - unit} ${2 * unit} 1`],
    ['the middle of a sector', `erase ${SLOT_A} ${unit}`],
    ['a sector behind the area', `erase ${CONFIGURATION} ${end}`],
    ['what lies behind', `read ${CONFIGURATION} ${end} 1`],
  ])('refuses %s', (_, request) => {
    const [answer] = clean([request]);
    expect(answer?.done).toBe(false);
  });

  it.each(['write-protection', 'operation-error', 'never-ready'])('says so of %s', (fault) => {
    const works = [[`damage ${SLOT_B} 0`, `erase ${SLOT_B} 0`], [`program ${SLOT_B} 0 ${unit} 1`]];
    for (const requests of works) {
      // What never ends is given up, and then nothing is right any more.
      const answers =
        fault === 'never-ready' ? bench.ask(requests, [fault]) : clean(requests, [fault]);
      expect(answers.at(-1)?.done).toBe(false);
    }
  });

  it('keeps words', () => {
    const values = [10, 20, 30].flatMap((value) => [`store ${value}`, 'load']);
    const answers = clean(values);
    expect(answers.every(({ done }) => done)).toBe(true);
    expect(answers.filter((_, i) => i % 2 === 1).map(({ value }) => value)).toEqual([10, 20, 30]);
  });
});

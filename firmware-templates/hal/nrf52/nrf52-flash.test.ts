/** What the flash of the nRF52840 has of its own: pages that are erased in parts, with the processor running in between. */
import { expect, it } from 'vitest';
import { CONFIGURATION, FlashBench, SLOT_B } from '../test-harness/chip/flash-bench.js';
import { FLASH_DRIVERS } from '../test-harness/chip/flash-drivers.js';

const bench = await FlashBench.build('nrf52-own', FLASH_DRIVERS.nrf52);
/** What an access takes in the model. */
const ACCESS_MS = 0.01;

it('stands for little more than a millisecond at once, and runs for two before it does again', () => {
  const [erase] = bench.clean([`erase ${CONFIGURATION} 4096`]);
  expect(erase?.done).toBe(true);
  // A part takes up to 5 % longer than it is set to, and is seen to have ended at the next access.
  expect((erase?.longestWork ?? NaN) * ACCESS_MS).toBeGreaterThan(1);
  expect((erase?.longestWork ?? NaN) * ACCESS_MS).toBeLessThan(1.1);
  expect((erase?.shortestRest ?? NaN) * ACCESS_MS).toBeGreaterThanOrEqual(2);
  expect((erase?.hunger ?? NaN) * ACCESS_MS).toBeLessThan(1.1);
  expect(erase?.masked).toBe(false);
});

it('stands for less than 0.1 ms when it programs', () => {
  const [program] = bench.clean([`program ${SLOT_B} 0 240 1`]);
  expect((program?.longestWork ?? NaN) * ACCESS_MS).toBeGreaterThan(0);
  expect((program?.longestWork ?? NaN) * ACCESS_MS).toBeLessThan(0.1);
});

it('erases to the end by an oscillator that is fast', () => {
  const answers = bench.clean(
    [`damage ${SLOT_B} 4`, `erase ${SLOT_B} 0`, `read ${SLOT_B} 0 8`],
    ['fast-oscillator'],
  );
  expect(answers.map(({ done }) => done)).toEqual([true, true, true]);
});

it('programs a word once between two erasures, and works on after it refused', () => {
  const answers = bench.clean([
    ...[`program ${SLOT_B} 0 8 1`, `program ${SLOT_B} 4 4 0`, `program ${SLOT_B} 8 4 1`],
    ...[`read ${SLOT_B} 0 4`, `erase ${SLOT_B} 0`, `program ${SLOT_B} 4 4 0`],
  ]);
  expect(answers.map(({ done }) => done)).toEqual([true, false, true, true, true, true]);
});

it('says so of a word that does not hold what it was given', () => {
  const [, program] = bench.clean([`damage ${SLOT_B} 4`, `program ${SLOT_B} 0 8 1`]);
  expect(program?.done).toBe(false);
});

import { describe, expect, it } from 'vitest';

import { Rows, buildDriver } from './test-harness/rows.js';

const run = buildDriver('march', []);
const WORDS = 64;

/** As the driver numbers them. */
const FAULTS = [
  'a bit stuck at 0',
  'a bit stuck at 1',
  'a bit that does not rise',
  'a bit that does not fall',
  'a bit that flips when another rises',
  'a bit that flips when another falls',
  'an address that reaches another word',
  'an address that reaches another word too',
  'an address that reaches none',
];

describe('a march through memory', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(run(new Rows().push(0, 0, [0, 0])).map(({ kind }) => kind)).toEqual([0]);
  });

  it.each(FAULTS.map((name, index) => [name, index + 1] as const))('finds %s', (_, fault) => {
    const rows = new Rows();
    let pushed = 0;
    for (let word = 0; word < WORDS; word += 1) {
      for (const other of [0, WORDS - 1, (word + 1) % WORDS, (word + WORDS - 1) % WORDS]) {
        if (other === word) continue;
        rows.push(fault, word, [(word * 7) % 32, other]);
        pushed += 1;
      }
    }
    const found = run(rows).map(({ kind }) => kind);
    expect(found).toHaveLength(pushed);
    expect(found.every((kind) => kind === 1)).toBe(true);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { mutantNamed, mutate, MUTANTS } from './mutants.js';

const templates = MUTANTS.filter(({ file }) => file !== 'network.c');

describe('a firmware that is broken on purpose', () => {
  it.each(templates)('$name has one place in $file', (mutant) => {
    const source = readFileSync(join(packageRoot(), 'firmware-templates', mutant.file), 'utf8');
    expect(mutate(mutant, source)).not.toBe(source);
    expect(() => mutate(mutant, '')).toThrowError(expect.objectContaining({ code: 'HIL_MUTANT' }));
    expect(() => mutate(mutant, source + source)).toThrowError(
      expect.objectContaining({ code: 'HIL_MUTANT' }),
    );
  });

  it('flips one bit of one weight', () => {
    const source = 'static const int8_t a_weights[2] = {-3, 4}; int8_t b_weights[1] = { 5};';
    expect(mutate(mutantNamed('flipped-weight'), source)).toBe(
      'static const int8_t a_weights[2] = { 1 ^ -3, 4}; int8_t b_weights[1] = { 5};',
    );
  });

  it('is known by name, or the names are told', () => {
    expect(() => mutantNamed('none')).toThrowError(
      expect.objectContaining({ hint: expect.stringContaining('doubled-beat') as string }),
    );
  });
});

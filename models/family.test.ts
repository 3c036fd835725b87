import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CodeTarget } from '../codegen/compile.js';
import { compileModel, DEFAULT_MODEL, type NetworkOptions } from '../host/cli/network.js';

const KB = 1024;
const cortexM = (optimize: 'balanced' | 'flash'): CodeTarget => ({
  backend: 'armv7em-dsp',
  optimize,
});

/** Arena, and constants: what the code around them takes, some 12 KB, `build --board` counts. */
const BUDGETS: readonly (readonly [string, NetworkOptions, number, number])[] = [
  ['tiny', { explain: 'none', precision: 'int8', target: cortexM('flash') }, 12, 16],
  ['default', { ramBytes: 32 * KB, target: cortexM('balanced') }, 32, 88],
  ['detail', { ramBytes: 32 * KB, target: cortexM('balanced') }, 32, 88],
  ['large', { precision: 'int8', target: cortexM('balanced') }, 128, 600],
];

describe('the family of networks', () => {
  it.each(BUDGETS)(
    '%s fits its memory, and names a point to call each class from, and knows its training data',
    (name, options, arenaKb, constantsKb) => {
      const file = join(fileURLToPath(new URL('.', import.meta.url)), name, `${name}.onnx`);
      const { plan, emitted, program, familiarity } = compileModel(file, { ...options, leads: 8 });
      expect(plan.bytes).toBeLessThanOrEqual(arenaKb * KB);
      expect(emitted.constantBytes).toBeLessThanOrEqual(constantsKb * KB);
      const listed = (key: string): readonly string[] =>
        (program.metadata[`isochrone.${key}`] ?? '').split(',');
      const points = listed('operating_points').map(Number);
      expect(points).toHaveLength(listed('classes').length);
      expect(points.every((point) => point > 0 && point < 1)).toBe(true);
      // All folds of training, the same for each member: they learned from the same records.
      expect(familiarity?.windows).toBe(2010);
      expect(familiarity).toEqual(compileModel(DEFAULT_MODEL, { explain: 'none' }).familiarity);
    },
    60_000,
  );
});

import { describe, expect, it } from 'vitest';
import { checkOperations } from './check-operations.js';
import { OperationProgram } from './operation-program.js';

describe.each(['aarch64', 'aarch64-a57'])(
  'kernels for NEON against the interpreter: %s',
  (name) => {
    it('sign bits and means of every length of a vector', async () => {
      const operations = new OperationProgram(1);
      for (const channels of [1, 7, 8, 15, 16, 17, 31, 33, 48, 63, 64, 65, 71, 128, 130]) {
        for (const positions of [1, 3, 32]) {
          const shape = [1, positions, channels] as const;
          const label = `${positions} x ${channels}`;
          operations.add({
            kind: 'packSigns',
            name: `signs ${label}`,
            input: operations.noise(shape),
            output: operations.tensor('bits', shape),
            elements: positions * channels,
            zeroPoint: operations.int8(),
          });
          const [clampLow, clampHigh] = channels % 2 === 0 ? [-128, 127] : [-20, 15];
          operations.add({
            kind: 'averagePool',
            name: `mean ${label}`,
            input: operations.noise(shape),
            output: operations.tensor('int8', [1, 1, channels]),
            positions,
            channels,
            bias: operations.below(2000) - 1000,
            multiplier: Math.round((2 ** 32 * (0.5 + operations.below(100) / 100)) / positions / 4),
            shift: 32,
            clampLow,
            clampHigh,
          });
        }
      }
      const counts = await checkOperations(
        { name: 'signs-and-means', target: name, backend: 'armv8a-neon' },
        operations,
      );
      expect(counts['iso_neon_pack_signs.c']).toBe(45);
      expect(counts['iso_neon_average_pool.c']).toBe(45);
    });
  },
);

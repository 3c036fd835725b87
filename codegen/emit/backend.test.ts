import { describe, expect, it } from 'vitest';
import { overlapGap } from '../integer/order-of-work.js';
import { planArena } from '../plan/arena.js';
import { networkNamed } from '../testing/networks.js';
import { compileTrial } from '../testing/trial.js';
import { chooseKernels, composeBackend, type KernelSet } from './backend.js';
import { portableKernels } from './portable/backend.js';

const SCRATCH_BYTES = 1000;

/** A set with a kernel for convolutions only, which works in scratch. */
const convsOnly: KernelSet = {
  choose: (operation) =>
    operation.kind === 'conv'
      ? {
          file: 'conv.c',
          shared: [],
          scratchBytes: SCRATCH_BYTES,
          positionsTogether: 3,
          emit: () => ({ constants: '', call: '', constantBytes: 0 }),
        }
      : undefined,
};

describe('composed backend', () => {
  const { program } = compileTrial(networkNamed('plain with batch normalisation'));
  const kernels = chooseKernels(
    program,
    composeBackend('test', convsOnly, portableKernels),
    'balanced',
  );

  it('runs what the first set cannot by the next', () => {
    program.operations.forEach(({ kind }, index) => {
      expect(kernels[index]?.file === 'conv.c').toBe(kind === 'conv');
    });
  });

  it('that has no kernel for an operation is a fault of the compiler', () => {
    expect(() => chooseKernels(program, composeBackend('test', convsOnly), 'speed')).toThrow(
      RangeError,
    );
  });

  it('plans scratch beside everything that is alive', () => {
    const plan = planArena(program, kernels);
    program.operations.forEach((operation, index) => {
      const scratch = plan.scratch[index];
      expect(scratch !== undefined).toBe(operation.kind === 'conv');
      if (scratch === undefined) return;
      for (const { tensor, bytes, first, last } of plan.lifetimes) {
        const offset = plan.offsets.get(tensor) ?? NaN;
        if (first > index || last < index || offset === scratch) continue;
        expect(offset >= scratch + SCRATCH_BYTES || offset + bytes <= scratch, tensor).toBe(true);
      }
      expect(scratch + SCRATCH_BYTES).toBeLessThanOrEqual(plan.bytes);
    });
  });
});

describe('overlap of kernels that work on several positions together', () => {
  const tensor = {
    name: 'x',
    type: 'int8',
    height: 1,
    width: 6,
    channels: 4,
    scale: 1,
    zeroPoint: 0,
  } as const;
  const needs = Float64Array.of(0, 1, 2, 3, 4, 5);

  it.each([
    [1, 4],
    [2, 8],
    [4, 16],
    [6, 24],
    [Infinity, 24],
  ])('%d together keep the input %d bytes above', (together, gap) => {
    expect(overlapGap(tensor, tensor, needs, together)).toBe(gap);
  });
});

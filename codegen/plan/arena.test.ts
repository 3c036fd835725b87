import { describe, expect, it } from 'vitest';
import { BACKENDS, backendNamed } from '../emit/backends.js';
import { chooseKernels } from '../emit/backend.js';
import type { IntegerProgram } from '../integer/program.js';
import { quantize } from '../quantize/quantize.js';
import { anyCalibration } from '../report/analyze.js';
import { frontEnd } from '../compile.js';
import { testNetworks } from '../testing/networks.js';
import { REFERENCE_NETWORKS, referenceNetwork } from '../testing/reference-networks.js';
import type { TestNetwork } from '../testing/build-network.js';
import { planArena, type ArenaPlan } from './arena.js';
import type { Lifetime } from './lifetime.js';

/** Of an answer alone on the reference networks, in the balanced setting, scratch counted. */
const MOST_REFERENCE_BYTES = 24 * 1024;

function programOf(network: TestNetwork, explain: 'gradient' | 'none'): IntegerProgram {
  const prepared = frontEnd(network.bytes, network.name, explain);
  return quantize(prepared, anyCalibration(prepared));
}

function planFor(program: IntegerProgram, backend = BACKENDS[0] ?? 'portable'): ArenaPlan {
  return planArena(program, chooseKernels(program, backendNamed(backend), 'balanced'));
}

/** A PC's memory is nobody's concern: its kernels may trade it for speed. */
const SMALL = BACKENDS.filter((name) => name !== 'x86-64');

const together = (a: Lifetime, b: Lifetime): boolean => a.first <= b.last && b.first <= a.last;

/** The usual rule: largest first, each at the lowest offset free in all its life; nothing overlaps. */
function greedyBySize(lives: readonly Lifetime[]): number {
  const placed: { readonly life: Lifetime; readonly offset: number }[] = [];
  for (const life of [...lives].sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const others = placed.filter((other) => together(other.life, life));
    const offset = [
      0,
      ...others.map((other) => Math.ceil((other.offset + other.life.bytes) / 8) * 8),
    ]
      .sort((a, b) => a - b)
      .find((start) =>
        others.every(
          (other) => start >= other.offset + other.life.bytes || other.offset >= start + life.bytes,
        ),
      );
    placed.push({ life, offset: offset ?? NaN });
  }
  return placed.reduce((most, { life, offset }) => Math.max(most, offset + life.bytes), 0);
}

describe('arena', () => {
  it.each(SMALL.flatMap((backend) => REFERENCE_NETWORKS.map((name) => [name, backend] as const)))(
    'of %s for %s is at most 24 KB, scratch counted',
    (name, backend) => {
      const plan = planFor(programOf(referenceNetwork(name), 'none'), backend);
      expect(plan.bytes).toBeLessThanOrEqual(MOST_REFERENCE_BYTES);
      // Not a plan of nothing: the largest tensors alone need as much as the input.
      expect(plan.bytes).toBeGreaterThanOrEqual(12 * 1000);
    },
  );

  it('is never larger than greedy by size, and holds all that is alive at its peak', () => {
    for (const network of testNetworks()) {
      const program = programOf(network, network.explain ?? 'gradient');
      const plan = planFor(program);
      const greedy = Math.ceil(greedyBySize(plan.lifetimes) / 8) * 8;
      expect(plan.bytes, network.name).toBeLessThanOrEqual(greedy);
      const { bytes, alive } = plan.peak;
      expect(bytes, network.name).toBe(alive.reduce((sum, life) => sum + life.bytes, 0));
    }
  }, 120_000);
});

/** Runs single operations on a machine and compares every layer with the interpreter. */
import { join } from 'node:path';
import { expect } from 'vitest';
import type { BackendName } from '../../../../codegen/emit/backends.js';
import { selfTestInput } from '../../../../codegen/interpret/known-answer.js';
import { convGeometry, type ConvGeometry } from '../../../../codegen/operators/conv-geometry.js';
import { packageRoot } from '../../../../codegen/package-root.js';
import { writeNetwork } from '../../../../host/toolchain/write-network.js';
import { differences, expectedResults } from '../../../../host/validate/bit-exact.js';
import { targetByName } from '../../../../host/validate/targets.js';
import type { OperationProgram } from './operation-program.js';

const RUN_TIMEOUT_MS = 20_000;

export interface OperationsCheck {
  /** Of the build folder. */
  readonly name: string;
  readonly target: string;
  readonly backend: BackendName;
}

/**
 * How many operations each kernel of the backend's own folder ran; `other` counts those of all other folders. Of gradients some
 * must saturate: without one that does their count would prove nothing.
 */
export async function checkOperations(
  { name, target: targetName, backend }: OperationsCheck,
  operations: OperationProgram,
): Promise<Readonly<Record<string, number>>> {
  const network = operations.compile({ backend, optimize: 'balanced' });
  const target = await targetByName(targetName);
  const folder = join(packageRoot(), 'build/test/operations', targetName, name);
  writeNetwork(network, join(folder, 'network'));
  const built = await target.build(join(folder, 'network'), folder);
  const vectors = [{ input: selfTestInput(4), classIndex: 1 }];
  const request = { vectors, observeLayers: true, fullGradients: 0 };
  const { results } = await built.run(request, { timeoutMs: RUN_TIMEOUT_MS });
  const expected = expectedResults(network, vectors);
  expect(differences(network, expected, results)).toEqual([]);
  if (name.endsWith('gradients')) expect(expected[0]?.saturations).toBeGreaterThan(10);
  const own = `codegen/emit/${backend}/`;
  const counts: Record<string, number> = {};
  for (const { file } of network.kernels) {
    const kernel = file.startsWith(own) ? file.slice(own.length) : 'other';
    counts[kernel] = (counts[kernel] ?? 0) + 1;
  }
  return counts;
}

/** A 2-D geometry by ONNX's rules. */
export function geometry2d(
  channels: readonly [number, number],
  size: readonly [number, number],
  kernel: readonly [number, number],
  attributes: Readonly<Record<string, number | string | readonly number[]>>,
): ConvGeometry {
  const node = { operator: 'Conv', name: 'c', inputs: ['x', 'w'], outputs: ['y'], attributes };
  const group = typeof attributes['group'] === 'number' ? attributes['group'] : 1;
  return convGeometry(
    node,
    [1, channels[0], ...size],
    [channels[1], channels[0] / group, ...kernel],
  );
}

type Shape = [number, number, number];

export function shapeOf(g: ConvGeometry): { input: Shape; output: Shape } {
  return {
    input: [g.inputHeight, g.inputWidth, g.inputChannels],
    output: [g.outputHeight, g.outputWidth, g.outputChannels],
  };
}

/** Convolutions and their gradients with the kernels that a target's backend chooses for them, against the interpreter. */
import { join } from 'node:path';
import { packageRoot } from '../../../../codegen/package-root.js';
import { CLASS_OF_WINNER } from '../../../../host/toolchain/vectors.js';
import { writeNetwork } from '../../../../host/toolchain/write-network.js';
import { expectedResults } from '../../../../host/validate/bit-exact.js';
import { targetFolder, type Target } from '../../../../host/validate/targets.js';
import { OperationProgram } from '../operations/operation-program.js';
import type { ConvCase } from './conv-table.js';

/** An image of this many, their weights and inputs in flash, fits every emulated machine. */
const CASES_TOGETHER = 120;

/** `forward`: alone, in a network that answers only. `gradient`: both, so that they share the weights where kernels can. */
export const PASSES = ['forward', 'gradient'] as const;
export type Pass = (typeof PASSES)[number];

/** Names of the cases that the target computes otherwise; empty when every byte agrees. */
export async function wrongCases(
  target: Target,
  cases: readonly ConvCase[],
  pass: Pass,
  onProgress: (done: number) => void = () => undefined,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (let from = 0; from < cases.length; from += CASES_TOGETHER) {
    wrong.push(...(await wrongOf(target, cases.slice(from, from + CASES_TOGETHER), pass, from)));
    onProgress(Math.min(cases.length, from + CASES_TOGETHER));
  }
  return wrong;
}

async function wrongOf(
  target: Target,
  cases: readonly ConvCase[],
  pass: Pass,
  seed: number,
): Promise<readonly string[]> {
  const operations = new OperationProgram(seed + 1);
  cases.forEach(({ name, geometry }, index) => {
    if (pass === 'gradient') {
      // Every other one is masked, as behind a ReLU.
      operations.addGradient(name, geometry, index % 2 === 0);
      return;
    }
    operations.add({
      ...operations.convolution(name, geometry, 60),
      input: operations.noise([geometry.inputHeight, geometry.inputWidth, geometry.inputChannels]),
      output: operations.tensor('int8', [
        geometry.outputHeight,
        geometry.outputWidth,
        geometry.outputChannels,
      ]),
    });
  });
  const network = operations.compile({ backend: target.backend, optimize: 'balanced' });
  const folder = targetFolder(join(packageRoot(), 'build/test/conv-table', pass), target);
  const networkDir = join(folder, 'network');
  writeNetwork(network, networkDir);
  const built = await target.build(networkDir, folder);
  const vectors = [{ input: Int8Array.of(1, -2, 3, -4), classIndex: CLASS_OF_WINNER }];
  const { results } = await built.run({ vectors, observeLayers: true, fullGradients: 0 });
  const [expected] = expectedResults(network, vectors);
  const [found] = results;
  return network.program.operations.flatMap(({ name, kind }, layer) =>
    found?.layerCrcs[layer] === expected?.layerCrcs[layer] ? [] : [`${kind} ${name}`],
  );
}

/** The same windows on a board, emulated: whether its logits are those of the interpreter, to the last bit. */
import { join } from 'node:path';
import { emitFor, type CompiledNetwork } from '../../codegen/compile.js';
import type { SignalArray } from '../../codegen/integer/program.js';
import { CLASS_OF_WINNER } from '../toolchain/vectors.js';
import { writeNetwork } from '../toolchain/write-network.js';
import { targetFolder, type Target } from './targets.js';

export interface DeviceReport {
  readonly target: string;
  readonly windows: number;
  /** Windows whose logits are not, all of them, those of the interpreter. */
  readonly differing: number;
}

/**
 * @param expected logits of each window, int16 steps
 * @throws what building and running throw: FIRMWARE_*, EMULATOR_*
 */
export async function deviceAnswers(
  network: CompiledNetwork,
  target: Target,
  windows: readonly SignalArray[],
  expected: readonly Int16Array[],
  buildDir: string,
): Promise<DeviceReport> {
  const code = emitFor(network, { ...network.target, backend: target.backend });
  const folder = targetFolder(buildDir, target);
  const networkDir = join(folder, 'network');
  writeNetwork(code, networkDir);
  const built = await target.build(networkDir, folder);
  const vectors = windows.map((input) => ({ input, classIndex: CLASS_OF_WINNER }));
  const { results } = await built.run(
    { vectors, observeLayers: false, fullGradients: 0 },
    { expected: { hash: code.emitted.hash, layers: code.program.operations.length } },
  );
  const differing = expected.filter((logits, index) => {
    const found = results[index]?.logits;
    return found?.length !== logits.length || logits.some((value, c) => value !== found[c]);
  }).length;
  return { target: target.name, windows: windows.length, differing };
}

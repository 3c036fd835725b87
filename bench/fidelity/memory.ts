/** What the backward pass keeps of the forward one, beside what one that keeps activations would. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { outputName, sizeOf, tensorOf } from '../../codegen/graph/graph.js';
import { bytesOf, integerTensor } from '../../codegen/integer/program.js';
import { kernelOf } from '../../codegen/integer/registry.js';

const FLOAT_BYTES = 4;

export interface KeptMemory {
  /** What forward operations write and backward ones read: sign bits, winners of poolings, arguments of functions. */
  readonly keptBytes: number;
  /** The activations of every forward node of the float network, one byte each. */
  readonly plainInt8Bytes: number;
  /** The same in float32. */
  readonly plainFloatBytes: number;
  readonly shareOfInt8: number;
  readonly shareOfFloat: number;
  readonly arenaBytes: number;
  /** Built with --explain none. */
  readonly arenaWithoutExplanationBytes: number;
}

export function keptMemory(network: CompiledNetwork, answerOnly: CompiledNetwork): KeptMemory {
  const { program, explained, graph } = network;
  const forward = program.operations.slice(0, program.forwardOperations);
  const backward = program.operations.slice(program.forwardOperations);
  const read = new Set(backward.flatMap((operation) => kernelOf(operation).inputs(operation)));
  const kept = new Set(forward.map(({ output }) => output).filter((output) => read.has(output)));
  const keptBytes = [...kept].reduce((sum, name) => sum + bytesOf(integerTensor(program, name)), 0);
  const values = graph.nodes
    .slice(0, explained.forwardNodes)
    .reduce((sum, node) => sum + sizeOf(tensorOf(graph, outputName(node)).shape), 0);
  return {
    keptBytes,
    plainInt8Bytes: values,
    plainFloatBytes: FLOAT_BYTES * values,
    shareOfInt8: keptBytes / values,
    shareOfFloat: keptBytes / (FLOAT_BYTES * values),
    arenaBytes: network.plan.bytes,
    arenaWithoutExplanationBytes: answerOnly.plan.bytes,
  };
}

/**
 * The integer interpreter, the C on this machine and the C on an emulated core must leave the same bytes: in every layer's
 * output of the answer and of its explanation, and in the attribution's gradient.
 */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { IntegerInterpreter } from '../../codegen/interpret/integer.js';
import { crc32c } from '../protocol/crc32c.js';
import { CLASS_OF_WINNER, type NetworkVector, type VectorResult } from '../toolchain/vectors.js';

/** What the interpreter computes for one vector, in the form of the vectors program. */
export type ExpectedVector = Pick<
  VectorResult,
  'logits' | 'explainedClass' | 'layerCrcs' | 'gradientCrc' | 'saturations'
> & { readonly gradient: Int16Array };

export interface Difference {
  readonly vector: number;
  /** Where the two first part: a layer by index and name, or what follows from the layers. */
  readonly what: string;
}

/** What the vectors program gives of a network without explanation. */
const NOT_EXPLAINED = { gradient: new Int16Array(0), saturations: 0 };

/** Runs the reference on every vector; the winner is explained where the vector names no class. */
export function expectedResults(
  network: CompiledNetwork,
  vectors: readonly NetworkVector[],
  onVector: (done: number) => void = () => undefined,
): readonly ExpectedVector[] {
  const { program } = network;
  const interpreter = new IntegerInterpreter(program);
  return vectors.map((vector, index) => {
    const logits = interpreter.forward(vector.input);
    const explainedClass =
      vector.classIndex === CLASS_OF_WINNER ? winner(logits) : vector.classIndex;
    const { gradient, saturations } =
      program.explanation === undefined ? NOT_EXPLAINED : interpreter.explain(explainedClass);
    // Every operation has its own tensor in the interpreter: all outputs are still there.
    const layerCrcs = Uint32Array.from(program.operations, (operation) =>
      crc32c(interpreter.outputBytes(operation)),
    );
    onVector(index + 1);
    return {
      logits,
      explainedClass,
      layerCrcs,
      gradient,
      gradientCrc: crc32c(new Uint8Array(gradient.buffer)),
      saturations,
    };
  });
}

/** The first difference of each vector; empty when both sides agree bit for bit. */
export function differences(
  network: CompiledNetwork,
  expected: readonly ExpectedVector[],
  actual: readonly VectorResult[],
): readonly Difference[] {
  if (expected.length !== actual.length) {
    return [{ vector: -1, what: `${actual.length} results for ${expected.length} vectors` }];
  }
  return expected.flatMap((reference, vector) => {
    const what = firstDifference(network, reference, actual[vector]);
    return what === undefined ? [] : [{ vector, what }];
  });
}

function firstDifference(
  network: CompiledNetwork,
  expected: ExpectedVector,
  actual: VectorResult | undefined,
): string | undefined {
  if (actual === undefined) return 'no result';
  if (actual.layerCrcs.length !== expected.layerCrcs.length) {
    return `${actual.layerCrcs.length} layers observed of ${expected.layerCrcs.length}`;
  }
  const layer = expected.layerCrcs.findIndex((crc, index) => crc !== actual.layerCrcs[index]);
  const operation = network.program.operations[layer];
  if (operation !== undefined) return `layer ${layer} (${operation.kind} ${operation.name})`;
  if (expected.logits.some((logit, index) => logit !== actual.logits[index])) return 'logits';
  if (expected.explainedClass !== actual.explainedClass) return 'explained class';
  if (expected.gradientCrc !== actual.gradientCrc) return 'gradient';
  if (expected.saturations !== actual.saturations) return 'saturation count';
  return undefined;
}

/** Index of the largest logit, the first of equals: the device's rule. */
function winner(logits: Int16Array): number {
  return logits.reduce(
    (best, value, index) => (value > (logits[best] ?? -Infinity) ? index : best),
    0,
  );
}

/** What the emitted C answers, run on this machine, in the form in which a runtime of the model file answers. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { importModel, isTflite } from '../../codegen/import/model.js';
import type { IntegerProgram } from '../../codegen/integer/program.js';
import { integerTensor } from '../../codegen/integer/program.js';
import { CLASS_OF_WINNER } from '../../host/toolchain/vectors.js';
import type { PairedInput } from '../../host/validate/layer-errors.js';
import { hostTarget } from '../../host/validate/targets.js';

export interface DeviceAnswers {
  /** Real values in the order of axes of the model file; behind its closing Sigmoid or Softmax where it has one. */
  readonly answers: readonly Float64Array[];
  /** int8 codes of a network that is quantised itself. */
  readonly codes?: readonly Float64Array[];
}

/** A compiled model and where its C lies. */
export interface ModelRun {
  readonly bytes: Uint8Array;
  readonly file: string;
  readonly network: CompiledNetwork;
  readonly networkDir: string;
  /** Where the program for this machine is built. */
  readonly outDir: string;
}

/** @throws IsochroneError FIRMWARE_*, VECTORS_* */
export async function deviceAnswers(
  run: ModelRun,
  inputs: readonly PairedInput[],
): Promise<DeviceAnswers> {
  const { network, networkDir, outDir } = run;
  const { program } = network;
  const logits = integerTensor(program, program.logits);
  const built = await hostTarget.build(networkDir, outDir);
  const vectors = inputs.map(({ integer }) => ({ input: integer, classIndex: CLASS_OF_WINNER }));
  const found = await built.run({ vectors, observeLayers: false, fullGradients: 0 });
  const inFileOrder = (values: Float64Array): Float64Array =>
    isTflite(run.bytes) ? values : channelsFirst(values, logits.channels);
  const steps = found.results.map((result) => Float64Array.from(result.logits));
  const activation = closingActivation(run);
  const zero = ownZeroPoint(program);
  return {
    answers: steps.map((values) => {
      const real = values.map((step) => step * logits.scale);
      return inFileOrder(activate(activation, real, logits.channels));
    }),
    ...(zero === undefined
      ? {}
      : { codes: steps.map((values) => inFileOrder(values.map((step) => step + zero))) }),
  };
}

function channelsFirst(values: ArrayLike<number>, channels: number): Float64Array {
  const positions = values.length / channels;
  return Float64Array.from(
    { length: values.length },
    (_, i) => values[(i % positions) * channels + Math.floor(i / positions)] ?? 0,
  );
}

/** Zero point of the int8 answer that such a program widens at its end; undefined for other programs. */
export function ownZeroPoint(program: IntegerProgram): number | undefined {
  const last = program.operations[program.forwardOperations - 1];
  return last?.kind === 'widen' ? last.zeroPoint : undefined;
}

/** The device answers in logits: what the file computes behind them. */
function closingActivation({ bytes, file, network }: ModelRun): string {
  const original = importModel(bytes, file);
  const [output] = original.outputs;
  if (output === network.explained.logits) return '';
  return original.nodes.find((node) => node.outputs[0] === output)?.operator ?? '';
}

/** A Softmax is over the channels of each position. */
function activate(operator: string, logits: Float64Array, channels: number): Float64Array {
  if (operator === 'Sigmoid') return logits.map((value) => 1 / (1 + Math.exp(-value)));
  if (operator !== 'Softmax') return logits;
  const result = new Float64Array(logits.length);
  for (let at = 0; at < logits.length; at += channels) {
    const row = logits.subarray(at, at + channels);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = row.map((value) => Math.exp(value - top));
    const sum = powers.reduce((a, b) => a + b, 0);
    result.set(
      powers.map((value) => value / sum),
      at,
    );
  }
  return result;
}

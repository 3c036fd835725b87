import type { GraphNode } from '../../graph/graph.js';
import { floatAttribute, inputName, intAttribute, tensorOf } from '../../graph/graph.js';
import { exactFactor } from '../../integer/round.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import { convGeometry } from '../../operators/conv-geometry.js';
import { shapeError, unsupported } from '../../operators/require.js';
import { denseGeometry } from '../lower/gemm.js';
import type { Lowering } from '../lowering.js';
import type { OwnScalesContext, OwnScalesRule } from './rule.js';
import { clampOf, integersOf, stepsOf } from './rule.js';

export const convWithOwnScales: OwnScalesRule = (lowering, node, context) => {
  const x = tensorOf(lowering.graph, inputName(node, 0)).shape;
  const w = tensorOf(lowering.graph, inputName(node, 1)).shape;
  const geometry = convGeometry(node, x, w);
  const factor = (input: number, weight: number, output: number): number =>
    (input * weight) / output;
  emit(lowering, node, context, geometry, factor);
};

export const gemmWithOwnScales: OwnScalesRule = (lowering, node, context) => {
  const from = lowering.placementOf(node, 0);
  const { shape } = tensorOf(lowering.graph, inputName(node, 1));
  const transposed = intAttribute(node, 'transB', 0) !== 0;
  const [inputs = 0, outputs = 0] = transposed ? [...shape].reverse() : shape;
  if (inputs !== from.height * from.width * from.channels) {
    throw shapeError(node, `weights [${shape.join(', ')}] do not fit the input`);
  }
  if (floatAttribute(node, 'alpha', 1) !== 1 || floatAttribute(node, 'beta', 1) !== 1) {
    throw unsupported(node, 'an int8 dense layer with alpha or beta');
  }
  // Dense layers multiply the two scales as floats (GetQuantizedConvolutionMultipler, kernel_util.cc).
  const factor = (input: number, weight: number, output: number): number =>
    Math.fround(input * weight) / output;
  emit(lowering, node, context, denseGeometry(from, outputs), factor, transposed ? 0 : 1);
};

function emit(
  lowering: Lowering,
  node: GraphNode,
  { output, bounds }: OwnScalesContext,
  geometry: ConvGeometry,
  factorOf: (input: number, weight: number, output: number) => number,
  outputAxis: 0 | 1 = 0,
): void {
  const from = lowering.placementOf(node, 0);
  const x = lowering.tensorAt(from);
  const steps = stepsOf(lowering, node, output);
  const given = integersOf(lowering, node, inputName(node, 1));
  const channels = geometry.outputChannels;
  if (!(given.values instanceof Int8Array)) throw unsupported(node, 'its weights are not int8');
  if (given.scales.length > 1 && (given.axis ?? 0) !== outputAxis) {
    throw unsupported(node, `the scales of its weights lie along axis ${given.axis ?? 0}`);
  }
  const byOutput = outputAxis === 0 ? given.values : transposedValues(given.values, channels);
  const weights = inProgramOrder(byOutput, geometry);
  const each = weights.length / channels;
  const weightScale = (m: number): number => given.scales[given.scales.length === 1 ? 0 : m] ?? 0;
  const stored = biasOf(lowering, node, channels, (m) => x.scale * weightScale(m));
  const factors = Array.from({ length: channels }, (_, m) =>
    exactFactorOf(node, factorOf(x.scale, weightScale(m), steps.scale)),
  );
  const bias = Int32Array.from({ length: channels }, (_, m) => {
    const row = weights.subarray(m * each, (m + 1) * each);
    const sum = row.reduce((total, weight) => total + weight, 0);
    const magnitude = row.reduce((total, weight) => total + Math.abs(weight), 0);
    const value = (stored[m] ?? 0) - x.zeroPoint * sum;
    const reach = Math.abs(value) + 128 * magnitude;
    const { multiplier = 0, shift = 31 } = factors[m] ?? {};
    if (Math.max(reach, (reach * multiplier) / 2 ** shift + 256) >= 2 ** 31) {
      throw unsupported(node, `the sum of output channel ${m} can reach ${reach} and leave int32`);
    }
    return value;
  });
  const shifts = Uint8Array.from(factors, ({ shift }) => shift);
  const [shift = 31] = shifts;
  lowering.place(output, { type: 'int8', ...steps });
  lowering.weights.set(node.name, {
    owner: node.name,
    geometry,
    values: weights,
    scale: Float64Array.from({ length: channels }, (_, m) => weightScale(m)),
    sums: Int32Array.from({ length: channels }, (_, m) =>
      weights.subarray(m * each, (m + 1) * each).reduce((total, weight) => total + weight, 0),
    ),
  });
  lowering.operations.push({
    kind: 'conv',
    name: node.name,
    input: from.tensor,
    output,
    geometry,
    weights,
    bias,
    multiplier: Int32Array.from(factors, ({ multiplier }) => multiplier),
    shift,
    ...(shifts.every((other) => other === shift) ? {} : { channelShift: shifts }),
    outputOffset: steps.zeroPoint,
    ...clampOf(bounds, steps),
    inputZeroPoint: x.zeroPoint,
  });
}

/** How far, of itself, a bias' own scale may be off the product of the two others: they are floats. */
const SCALE_TOLERANCE = 1e-4;

/** The bias in steps of the sums: the file's integers where that is their scale, rounded anew else. */
function biasOf(
  lowering: Lowering,
  node: GraphNode,
  channels: number,
  step: (m: number) => number,
): Float64Array {
  if ((node.inputs[2] ?? '') === '') return new Float64Array(channels);
  const { data, quantization } = tensorOf(lowering.graph, inputName(node, 2));
  if (data === undefined || (data.length !== channels && data.length !== 1)) {
    throw unsupported(node, `its bias is no constant of ${channels} values`);
  }
  return Float64Array.from({ length: channels }, (_, m) => {
    const at = data.length === 1 ? 0 : m;
    const own = quantization?.scales[quantization.scales.length === 1 ? 0 : at] ?? 0;
    const value = quantization?.values?.[at];
    return value !== undefined &&
      quantization?.zeroPoint === 0 &&
      Math.abs(own / step(m) - 1) < SCALE_TOLERANCE
      ? value
      : Math.round((data[at] ?? 0) / step(m));
  });
}

/** [in][out] → [out][in]. */
function transposedValues(values: Int8Array, outputs: number): Int8Array {
  const inputs = values.length / outputs;
  return values.map((_, i) => values[(i % inputs) * outputs + Math.floor(i / inputs)] ?? 0);
}

/** @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR where the scales are further apart than any export makes them */
export function exactFactorOf(
  node: GraphNode,
  factor: number,
  limit = 2 ** 13,
): ReturnType<typeof exactFactor> {
  if (!(factor < limit)) throw unsupported(node, `its scales differ by a factor of ${factor}`);
  return exactFactor(factor, limit);
}

/** ONNX's [output][input of the group][row][column] → [output][row][column][input of the group]. */
function inProgramOrder(values: Int8Array, geometry: ConvGeometry): Int8Array {
  const groupIn = geometry.inputChannels / geometry.groups;
  const taps = geometry.kernelHeight * geometry.kernelWidth;
  // A dense layer comes in the program's order already.
  if (values.length !== geometry.outputChannels * taps * groupIn) {
    throw new RangeError('weights do not fit their geometry');
  }
  return Int8Array.from(values, (_, i) => {
    const c = i % groupIn;
    const tap = Math.floor(i / groupIn) % taps;
    const m = Math.floor(i / (groupIn * taps));
    return values[(m * groupIn + c) * taps + tap] ?? 0;
  });
}

import type { GraphNode } from '../../graph/graph.js';
import { inputName, intAttribute, tensorOf } from '../../graph/graph.js';
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
  const [outputs = 0, inputs = 0] = tensorOf(lowering.graph, inputName(node, 1)).shape;
  if (
    intAttribute(node, 'transB', 0) !== 1 ||
    inputs !== from.height * from.width * from.channels
  ) {
    throw shapeError(node, `weights [${outputs}, ${inputs}] do not fit the input`);
  }
  // Dense layers multiply the two scales as floats (GetQuantizedConvolutionMultipler, kernel_util.cc).
  const factor = (input: number, weight: number, output: number): number =>
    Math.fround(input * weight) / output;
  emit(lowering, node, context, denseGeometry(from, outputs), factor);
};

function emit(
  lowering: Lowering,
  node: GraphNode,
  { output, bounds }: OwnScalesContext,
  geometry: ConvGeometry,
  factorOf: (input: number, weight: number, output: number) => number,
): void {
  const from = lowering.placementOf(node, 0);
  const x = lowering.tensorAt(from);
  const steps = stepsOf(lowering, node, output);
  const given = integersOf(lowering, node, inputName(node, 1));
  const channels = geometry.outputChannels;
  if (!(given.values instanceof Int8Array)) throw unsupported(node, 'its weights are not int8');
  const weights = inProgramOrder(given.values, geometry);
  const stored =
    (node.inputs[2] ?? '') === '' ? undefined : integersOf(lowering, node, inputName(node, 2));
  const each = weights.length / channels;
  const factors = Array.from({ length: channels }, (_, m) =>
    exactFactorOf(
      node,
      factorOf(x.scale, given.scales[given.scales.length === 1 ? 0 : m] ?? 0, steps.scale),
    ),
  );
  const bias = Int32Array.from({ length: channels }, (_, m) => {
    const row = weights.subarray(m * each, (m + 1) * each);
    const sum = row.reduce((total, weight) => total + weight, 0);
    const magnitude = row.reduce((total, weight) => total + Math.abs(weight), 0);
    const value = (stored?.values[m] ?? 0) - x.zeroPoint * sum;
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

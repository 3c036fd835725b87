import type { GraphNode } from '../graph/graph.js';
import { inputName, outputName, tensorOf } from '../graph/graph.js';
import { fixedFactors } from '../integer/round.js';
import type { ConvGeometry } from '../operators/conv-geometry.js';
import { convGeometry } from '../operators/conv-geometry.js';
import { denseParameters } from '../operators/gemm.js';
import { shapeError, unsupported } from '../operators/require.js';
import type { Lowering, Placement } from './lowering.js';
import { quantizeWeights } from './weights.js';

/** Logits may grow beyond what calibration saw; int16 has the room. */
const LOGIT_HEADROOM = 1.5;

/** Lowers the forward nodes into integer operations, fusing each ReLU into what computes its input. */
export function lowerForward(
  lowering: Lowering,
  nodes: readonly GraphNode[],
  logits: string,
): void {
  const fused = new Set<GraphNode>();
  for (const node of nodes) {
    if (fused.has(node)) continue;
    const relu = ['Conv', 'Gemm', 'Add'].includes(node.operator)
      ? onlyRelu(nodes, outputName(node), logits)
      : undefined;
    if (relu !== undefined) fused.add(relu);
    lowerNode(lowering, node, outputName(relu ?? node), relu !== undefined, logits);
  }
}

/** The ReLU that alone reads `tensor`. */
function onlyRelu(
  nodes: readonly GraphNode[],
  tensor: string,
  logits: string,
): GraphNode | undefined {
  const readers = nodes.filter((node) => node.inputs.includes(tensor));
  const [reader] = readers;
  return readers.length === 1 && reader?.operator === 'Relu' && tensor !== logits
    ? reader
    : undefined;
}

function lowerNode(
  lowering: Lowering,
  node: GraphNode,
  output: string,
  relu: boolean,
  logits: string,
): void {
  switch (node.operator) {
    case 'Conv': {
      const w = tensorOf(lowering.graph, inputName(node, 1));
      const from = lowering.placementOf(node, 0);
      const bias =
        (node.inputs[2] ?? '') === '' ? undefined : tensorOf(lowering.graph, inputName(node, 2));
      if (w.data === undefined || (bias !== undefined && bias.data === undefined)) {
        throw unsupported(node, 'weights are not constants');
      }
      const geometry = convGeometry(
        node,
        tensorOf(lowering.graph, inputName(node, 0)).shape,
        w.shape,
      );
      const channels = geometry.outputChannels;
      lowerConv(lowering, node, from, output, {
        geometry,
        weights: Float32Array.from(w.data),
        bias: Float32Array.from({ length: channels }, (_, c) => bias?.data?.[c] ?? 0),
        relu,
        isLogits: output === logits,
      });
      return;
    }
    case 'Gemm': {
      const from = lowering.placementOf(node, 0);
      const w = tensorOf(lowering.graph, inputName(node, 1));
      const bias =
        (node.inputs[2] ?? '') === '' ? undefined : tensorOf(lowering.graph, inputName(node, 2));
      if (w.data === undefined || (bias !== undefined && bias.data === undefined)) {
        throw unsupported(node, 'weights are not constants');
      }
      const dense = denseParameters(
        node,
        { shape: w.shape, data: w.data },
        bias?.data === undefined ? undefined : { data: bias.data },
      );
      if (from.height * from.width * from.channels !== dense.inputs) {
        throw shapeError(node, `${dense.inputs} weights per output do not fit the input`);
      }
      // Flattened activations lie channel by channel in ONNX, which is a kernel as large as the input.
      lowerConv(lowering, node, from, output, {
        geometry: denseGeometry(from, dense.outputs),
        weights: dense.weights,
        bias: dense.bias,
        relu,
        isLogits: output === logits,
      });
      return;
    }
    case 'Relu':
      lowerRelu(lowering, node, output);
      return;
    case 'Add':
      lowerAdd(lowering, node, output, relu);
      return;
    case 'GlobalAveragePool':
    case 'ReduceMean':
      lowerAveragePool(lowering, node, output);
      return;
    case 'Flatten':
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'View':
      lowering.alias(node);
      return;
    default:
      throw unsupported(node, `operator "${node.operator}" cannot be quantised at this place`);
  }
}

function denseGeometry(from: Placement, outputs: number): ConvGeometry {
  return {
    inputChannels: from.channels,
    inputHeight: from.height,
    inputWidth: from.width,
    outputChannels: outputs,
    outputHeight: 1,
    outputWidth: 1,
    kernelHeight: from.height,
    kernelWidth: from.width,
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    padTop: 0,
    padLeft: 0,
    groups: 1,
  };
}

function lowerConv(
  lowering: Lowering,
  node: GraphNode,
  from: Placement,
  output: string,
  layer: {
    readonly geometry: ConvGeometry;
    readonly weights: Float32Array;
    readonly bias: Float32Array;
    readonly relu: boolean;
    readonly isLogits: boolean;
  },
): void {
  const { geometry, bias } = layer;
  const x = lowering.tensorAt(from);
  if (x.type !== 'int8') throw unsupported(node, 'its input is not int8');
  const range = lowering.activationRange(output);
  const quantisation = layer.isLogits ? int16Range(range) : int8Range(range, layer.relu);
  lowering.place(output, { type: layer.isLogits ? 'int16' : 'int8', ...quantisation });
  const weights = quantizeWeights(
    node.name,
    geometry,
    layer.weights,
    bias,
    x.scale,
    quantisation.scale,
  );
  lowering.weights.set(node.name, weights);
  const factors = Array.from(weights.scale, (scale) => (x.scale * scale) / quantisation.scale);
  const { multiplier, shift } = fixedFactors(factors);
  const quantizedBias = Int32Array.from({ length: geometry.outputChannels }, (_, m) => {
    const real = (bias[m] ?? 0) / (x.scale * (weights.scale[m] ?? 1));
    const offset = quantisation.zeroPoint / (factors[m] ?? 1);
    return Math.round(real + offset) - x.zeroPoint * (weights.sums[m] ?? 0);
  });
  requireInt32(node, weights.values, quantizedBias, factors);
  lowering.operations.push({
    kind: 'conv',
    name: node.name,
    input: from.tensor,
    output,
    geometry,
    weights: weights.values,
    bias: quantizedBias,
    multiplier,
    shift,
    clampLow: layer.isLogits ? -32_767 : layer.relu ? quantisation.zeroPoint : -128,
    clampHigh: layer.isLogits ? 32_767 : 127,
    inputZeroPoint: x.zeroPoint,
  });
}

/** Proves that neither a channel's sum nor its rounded product can leave int32, whatever the input. */
function requireInt32(
  node: GraphNode,
  weights: Int8Array,
  bias: Int32Array,
  factors: readonly number[],
): void {
  const each = weights.length / bias.length;
  bias.forEach((offset, m) => {
    const reach = weights
      .subarray(m * each, (m + 1) * each)
      .reduce((sum, weight) => sum + 128 * Math.abs(weight), Math.abs(offset));
    if (reach * Math.max(1, factors[m] ?? 1) >= 2 ** 31) {
      throw unsupported(node, `the sum of output channel ${m} can reach ${reach} and leave int32`);
    }
  });
}

function lowerRelu(lowering: Lowering, node: GraphNode, output: string): void {
  const from = lowering.placementOf(node, 0);
  const x = lowering.tensorAt(from);
  lowering.placeAs(
    output,
    { ...from, tensor: output },
    {
      type: 'int8',
      scale: x.scale,
      zeroPoint: x.zeroPoint,
    },
  );
  lowering.operations.push({
    kind: 'relu',
    name: node.name,
    input: from.tensor,
    output,
    elements: from.height * from.width * from.channels,
    zeroPoint: x.zeroPoint,
  });
}

function lowerAdd(lowering: Lowering, node: GraphNode, output: string, relu: boolean): void {
  const fromA = lowering.placementOf(node, 0);
  const fromB = lowering.placementOf(node, 1);
  const a = lowering.tensorAt(fromA);
  const b = lowering.tensorAt(fromB);
  const quantisation = int8Range(lowering.activationRange(output), relu);
  lowering.placeAs(output, { ...fromA, tensor: output }, { type: 'int8', ...quantisation });
  // Two products of 8 by 21 bits and a bias stay in int32.
  const largest = Math.max(a.scale, b.scale) / quantisation.scale;
  let shift = 20;
  while (largest * 2 ** shift >= 2 ** 21) shift -= 1;
  if (shift < 1) throw unsupported(node, `the scales of its inputs differ by ${largest}`);
  const multiplierA = Math.round((a.scale / quantisation.scale) * 2 ** shift);
  const multiplierB = Math.round((b.scale / quantisation.scale) * 2 ** shift);
  lowering.operations.push({
    kind: 'add',
    name: node.name,
    inputA: fromA.tensor,
    inputB: fromB.tensor,
    output,
    elements: fromA.height * fromA.width * fromA.channels,
    multiplierA,
    multiplierB,
    bias:
      quantisation.zeroPoint * 2 ** shift +
      2 ** (shift - 1) -
      a.zeroPoint * multiplierA -
      b.zeroPoint * multiplierB,
    shift,
    clampLow: relu ? quantisation.zeroPoint : -128,
  });
}

function lowerAveragePool(lowering: Lowering, node: GraphNode, output: string): void {
  const from = lowering.placementOf(node, 0);
  const x = lowering.tensorAt(from);
  const positions = from.height * from.width;
  const quantisation = int8Range(lowering.activationRange(output), false);
  lowering.place(output, { type: 'int8', ...quantisation });
  const factor = x.scale / (positions * quantisation.scale);
  const { multiplier, shift } = fixedFactors([factor]);
  lowering.operations.push({
    kind: 'averagePool',
    name: node.name,
    input: from.tensor,
    output,
    positions,
    channels: from.channels,
    bias: Math.round(quantisation.zeroPoint / factor) - positions * x.zeroPoint,
    multiplier: multiplier[0] ?? 0,
    shift,
  });
}

/** A tensor that is always zero still needs a step. */
const LEAST_SCALE = 1e-9;

/** Asymmetric int8 over a range that contains zero. */
export function int8Range(
  range: { readonly low: number; readonly high: number },
  relu: boolean,
): { readonly scale: number; readonly zeroPoint: number } {
  const low = relu ? 0 : Math.min(0, range.low);
  const high = Math.max(0, range.high);
  const scale = Math.max(LEAST_SCALE, (high - low) / 255);
  return { scale, zeroPoint: Math.round(-128 - low / scale) };
}

/** Symmetric int8, for the network's input: the zero of a signal is the zero of its code. */
export function symmetricInt8(range: { readonly low: number; readonly high: number }): {
  readonly scale: number;
  readonly zeroPoint: number;
} {
  return { scale: Math.max(LEAST_SCALE, Math.max(-range.low, range.high) / 127), zeroPoint: 0 };
}

function int16Range(range: { readonly low: number; readonly high: number }): {
  readonly scale: number;
  readonly zeroPoint: number;
} {
  const reach = Math.max(-range.low, range.high) * LOGIT_HEADROOM;
  return { scale: Math.max(LEAST_SCALE, reach / 32_767), zeroPoint: 0 };
}

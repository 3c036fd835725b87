import type { GraphNode } from '../../graph/graph.js';
import { floatAttribute, tensorOf } from '../../graph/graph.js';
import { CHANNEL_NORM_MOST_CHANNELS } from '../../integer/channel-norm.js';
import { elementsOf, type IntegerTensor } from '../../integer/program.js';
import { fixedFactors } from '../../integer/round.js';
import { SOFTMAX_EXPONENT_BITS, SOFTMAX_MOST_COLUMNS } from '../../integer/softmax.js';
import { DEFAULT_EPSILON } from '../../operators/layer-normalization.js';
import { stridedProduct } from '../../operators/matmul.js';
import { unsupported } from '../../operators/require.js';
import type { Lowering } from '../lowering.js';
import { int16Range, int8Range } from '../ranges.js';
import type { LowerRule } from './rule.js';

/** Probabilities have 15 fraction bits on their way into a product, else 8. */
const PROBABILITY_INT16 = { type: 'int16', scale: 2 ** -15, zeroPoint: 0 } as const;
const PROBABILITY_INT8 = { type: 'int8', scale: 2 ** -8, zeroPoint: -128 } as const;

export const lowerMatMul: LowerRule = {
  fusesRelu: false,
  lower(lowering, node, { output, isLogits }) {
    const fromA = lowering.placementOf(node, 0);
    const fromB = lowering.placementOf(node, 1);
    const a = lowering.tensorAt(fromA);
    const b = lowering.tensorAt(fromB);
    const product = stridedProduct(node);
    if (b.type !== 'int8' || (a.type !== 'int8' && a.type !== 'int16')) {
      throw unsupported(node, `its operands are ${a.type} and ${b.type}`);
    }
    if (largestSum(lowering, a, product.depth) >= 2 ** 31) {
      throw unsupported(node, `a sum over ${product.depth} products could leave int32`);
    }
    const wide = isLogits || readers(lowering, output).every((n) => n.operator === 'Softmax');
    const range = lowering.activationRange(output);
    const quantisation = wide ? int16Range(range) : int8Range(range, false);
    lowering.place(output, { type: wide ? 'int16' : 'int8', ...quantisation });
    const { multiplier, shift } = factorOf(
      node,
      (a.scale * b.scale * product.alpha) / quantisation.scale,
      largestSum(lowering, a, product.depth),
    );
    const high = wide ? 32_767 : 127;
    lowering.operations.push({
      kind: 'matMul',
      name: node.name,
      inputA: fromA.tensor,
      inputB: fromB.tensor,
      output,
      batch: product.batch,
      rows: product.rows,
      depth: product.depth,
      columns: product.columns,
      aOffset: product.aOffset,
      aStrides: three(product.aStrides),
      aZeroPoint: a.zeroPoint,
      bOffset: product.bOffset,
      bStrides: three(product.bStrides),
      bZeroPoint: b.zeroPoint,
      yStrides: [product.yStrides[0] ?? 0, product.yStrides[1] ?? 0],
      multiplier,
      shift,
      outputZeroPoint: quantisation.zeroPoint,
      clampLow: wide ? -high : -128,
      clampHigh: high,
    });
  },
};

export const lowerSoftmax: LowerRule = {
  fusesRelu: false,
  lower(lowering, node, { output }) {
    const from = lowering.placementOf(node, 0);
    const x = lowering.tensorAt(from);
    const columns = from.channels;
    if (columns > SOFTMAX_MOST_COLUMNS) {
      throw unsupported(node, `softmax over ${columns} values; at most ${SOFTMAX_MOST_COLUMNS}`);
    }
    const intoProduct = readers(lowering, output).every(
      (reader) => reader.operator === 'StridedMatMul' && reader.inputs[1] !== output,
    );
    lowering.placeAs(
      output,
      { ...from, tensor: output },
      intoProduct ? PROBABILITY_INT16 : PROBABILITY_INT8,
    );
    const { multiplier, shift } = factorOf(
      node,
      x.scale * Math.LOG2E * 2 ** SOFTMAX_EXPONENT_BITS,
      2 ** 16,
    );
    lowering.operations.push({
      kind: 'softmax',
      name: node.name,
      input: from.tensor,
      output,
      rows: from.height * from.width,
      columns,
      multiplier,
      shift,
      outputIsInt16: intoProduct,
    });
  },
};

/** Fraction bits of z, and the room of its product with gamma: 2^25 · 2^24 is exact everywhere. */
const Z_BITS = 20;
const GAMMA_LIMIT = 2 ** 24;
const BETA_LIMIT = 2 ** 30;

export const lowerChannelNorm: LowerRule = {
  fusesRelu: false,
  lower(lowering, node, { output }) {
    const from = lowering.placementOf(node, 0);
    const x = lowering.tensorAt(from);
    const { channels } = from;
    if (x.type !== 'int8') throw unsupported(node, 'its input is not int8');
    if (channels > CHANNEL_NORM_MOST_CHANNELS) {
      throw unsupported(node, `${channels} channels; at most ${CHANNEL_NORM_MOST_CHANNELS}`);
    }
    const quantisation = int8Range(lowering.activationRange(output), false);
    lowering.placeAs(output, { ...from, tensor: output }, { type: 'int8', ...quantisation });
    const steps = (index: number, fallback: number, offset: number): readonly number[] => {
      const values = constantValues(lowering, node, index);
      return Array.from(
        { length: channels },
        (_, c) => (values?.[c] ?? fallback) / quantisation.scale + offset,
      );
    };
    const gamma = steps(1, 1, 0);
    const beta = steps(2, 0, quantisation.zeroPoint);
    let shift = 40;
    const fits = (values: readonly number[], bits: number, limit: number): boolean =>
      values.every((value) => Math.abs(value) * 2 ** (shift - bits) < limit);
    while (!fits(gamma, Z_BITS, GAMMA_LIMIT) || !fits(beta, 16, BETA_LIMIT)) {
      shift -= 1;
      if (shift < Z_BITS) throw unsupported(node, 'its parameters are too large for its output');
    }
    const epsilon = floatAttribute(node, 'epsilon', DEFAULT_EPSILON);
    lowering.operations.push({
      kind: 'channelNorm',
      name: node.name,
      input: from.tensor,
      output,
      places: from.height * from.width,
      channels,
      epsilon: clampedEpsilon(256 * channels ** 2 * (epsilon / x.scale ** 2)),
      gamma: Int32Array.from(gamma, (value) => Math.round(value * 2 ** (shift - Z_BITS))),
      beta: Int32Array.from(beta, (value) => Math.round(value * 2 ** (shift - 16))),
      shift,
    });
  },
};

/** At least 1, so that a row of equal values has a root; far above any variance it changes nothing more. */
function clampedEpsilon(value: number): number {
  return Math.min(2 ** 50, Math.max(1, Math.round(value)));
}

function constantValues(
  lowering: Lowering,
  node: GraphNode,
  index: number,
): Float32Array | Float64Array | undefined {
  const name = node.inputs[index] ?? '';
  if (name === '') return undefined;
  const { data } = tensorOf(lowering.graph, name);
  if (data === undefined) throw unsupported(node, `input ${index} ("${name}") must be a constant`);
  return data;
}

function readers(lowering: Lowering, tensor: string): readonly GraphNode[] {
  return lowering.graph.nodes.filter((node) => node.inputs.includes(tensor));
}

/** Largest magnitude of a sum of `depth` products: probabilities of a softmax sum to one. */
function largestSum(lowering: Lowering, a: IntegerTensor, depth: number): number {
  if (a.type === 'int8') return 255 * 255 * depth;
  const maker = lowering.operations.find((operation) => operation.output === a.name);
  const whole = maker?.kind === 'softmax' && elementsOf(a) >= depth;
  return 255 * (whole ? 2 ** 15 + depth : 2 ** 15 * depth);
}

/** @param reach largest magnitude that the factor multiplies */
function factorOf(
  node: GraphNode,
  factor: number,
  reach: number,
): { readonly multiplier: number; readonly shift: number } {
  if (!(factor > 0) || factor >= 2 ** 13 || factor * reach >= 2 ** 31) {
    throw unsupported(node, `the scales of its tensors differ by ${factor}`);
  }
  const { multiplier, shift } = fixedFactors([factor]);
  return { multiplier: multiplier[0] ?? 0, shift };
}

/** Steps of a strided product. */
export function three(strides: readonly number[]): readonly [number, number, number] {
  return [strides[0] ?? 0, strides[1] ?? 0, strides[2] ?? 0];
}

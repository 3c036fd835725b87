/** ADD, SUB and MUL of TFLite: two signals, or a signal and a constant, whole or broadcast. */
import type { GraphNode } from '../../graph/graph.js';
import { inputName, tensorOf } from '../../graph/graph.js';
import { scaledProduct, type ScaledProduct } from '../../integer/multiply.js';
import {
  RESCALED_ADD_LEFT_SHIFT,
  rescaledSum,
  type RescaledSum,
} from '../../integer/rescaled-add.js';
import type { Strides } from '../../integer/strides.js';
import { unsupported } from '../../operators/require.js';
import type { Lowering } from '../lowering.js';
import { operandsOf } from '../lower/operands.js';
import { exactFactorOf } from './conv.js';
import type { OwnScalesContext, OwnScalesRule, Steps } from './rule.js';
import { clampOf, stepsOf } from './rule.js';
import { lookupOf } from './table.js';

/** add.cc and sub.cc, PrepareGeneral…: both terms come to twice the larger input scale first. */
function sum(sign: 1 | -1): OwnScalesRule {
  return (lowering, node, context) => {
    const [a, b] = operandSteps(lowering, node);
    const steps = stepsOf(lowering, node, context.output);
    const common = 2 * Math.max(a.scale, b.scale);
    const factorA = exactFactorOf(node, a.scale / common);
    const factorB = exactFactorOf(node, b.scale / common);
    const factor = exactFactorOf(node, common / (2 ** RESCALED_ADD_LEFT_SHIFT * steps.scale));
    const scales: RescaledSum = {
      offsetA: -a.zeroPoint,
      multiplierA: factorA.multiplier,
      shiftA: factorA.shift,
      offsetB: -b.zeroPoint,
      multiplierB: sign * factorB.multiplier,
      shiftB: factorB.shift,
      ...factor,
      outputOffset: steps.zeroPoint,
      ...clampOf(context.bounds, steps),
    };
    const apply = (left: number, right: number): number => rescaledSum(scales, left, right);
    emit(lowering, node, context, apply, (operands) => ({
      kind: 'rescaledAdd',
      name: node.name,
      output: context.output,
      ...operands,
      ...scales,
    }));
  };
}

export const addWithOwnScales = sum(1);
export const subWithOwnScales = sum(-1);

/** mul.cc, where the factor is made of floats. */
export const mulWithOwnScales: OwnScalesRule = (lowering, node, context) => {
  const [a, b] = operandSteps(lowering, node);
  const steps = stepsOf(lowering, node, context.output);
  const product: ScaledProduct = {
    zeroPointA: a.zeroPoint,
    zeroPointB: b.zeroPoint,
    ...exactFactorOf(node, Math.fround(Math.fround(a.scale * b.scale) / steps.scale)),
    zeroPoint: steps.zeroPoint,
    clampLow: -128,
  };
  const apply = (left: number, right: number): number => scaledProduct(product, left, right);
  emit(lowering, node, context, apply, (operands) => ({
    kind: 'multiply',
    name: node.name,
    output: context.output,
    ...operands,
    ...product,
  }));
};

function operandSteps(lowering: Lowering, node: GraphNode): readonly [Steps, Steps] {
  return [stepsOf(lowering, node, inputName(node, 0)), stepsOf(lowering, node, inputName(node, 1))];
}

interface TwoOperands {
  readonly inputA: string;
  readonly inputB: string;
  readonly positions: number;
  readonly channels: number;
  readonly stridesA: Strides;
  readonly stridesB: Strides;
}

/** A table where one operand is a single constant, the operation itself else. */
function emit(
  lowering: Lowering,
  node: GraphNode,
  context: OwnScalesContext,
  apply: (a: number, b: number) => number,
  operation: (operands: TwoOperands) => Lowering['operations'][number],
): void {
  const constants = [0, 1].map((index) => constantOf(lowering, node, index));
  const [only] = constants.filter((values) => values?.length === 1);
  const value = only?.[0];
  if (value !== undefined) {
    const isRight = constants[1] === only;
    const of = (code: number): number => (isRight ? apply(code, value) : apply(value, code));
    return lookupOf(lowering, node, isRight ? 0 : 1, context.output, of);
  }
  const { output } = context;
  const { a, b, height, width, channels } = operandsOf(lowering, node);
  const steps = stepsOf(lowering, node, output);
  lowering.placeAs(output, { tensor: output, height, width, channels }, { type: 'int8', ...steps });
  lowering.operations.push(
    operation({
      inputA: a.tensor.name,
      inputB: b.tensor.name,
      positions: height * width,
      channels,
      stridesA: a.strides,
      stridesB: b.strides,
    }),
  );
}

/** The codes of a constant operand; undefined for a signal. */
function constantOf(lowering: Lowering, node: GraphNode, index: number): Int8Array | undefined {
  const { data, quantization } = tensorOf(lowering.graph, inputName(node, index));
  if (data === undefined) return undefined;
  const values = quantization?.values;
  if (!(values instanceof Int8Array) || quantization?.scales.length !== 1) {
    throw unsupported(node, `its constant operand ${index} is not int8 with one scale`);
  }
  return values;
}

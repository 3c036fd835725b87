import type { GraphNode } from '../../graph/graph.js';
import { intAttribute, sizeOf } from '../../graph/graph.js';
import { requireShape, unsupported } from '../../operators/require.js';
import { ExpansionBuilder, reductionAxes, type Expand, type Expansion } from './expansion.js';

/**
 * A maximum over some axes: those become the last one, and a pooling as wide as it is takes the maximum. Over exactly the
 * spatial axes nothing moves.
 */
function maximum(
  builder: ExpansionBuilder,
  source: string,
  x: readonly number[],
  axes: readonly number[],
): string {
  const kept = x.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const moves = order.some((axis, i) => axis !== i);
  const moved = moves ? builder.add('Transpose', [source], { perm: order }) : source;
  const size = (of: readonly number[]): number => sizeOf(of.map((axis) => x[axis] ?? 1));
  const rows = builder.add('View', [moved], { shape: [1, size(kept), size(axes)] });
  return builder.add('MaxPool', [rows], { kernel_shape: [size(axes)] });
}

function reducedShape(
  node: GraphNode,
  x: readonly number[],
  axes: readonly number[],
): readonly number[] {
  return intAttribute(node, 'keepdims', 1) !== 0
    ? x.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.filter((_, axis) => !axes.includes(axis));
}

/** ReduceMax, and ReduceMin as what it is of the negative. */
function extreme(sign: 1 | -1): Expand {
  return (node, inputs) => {
    const x = requireShape(node, inputs, 0);
    const axes = reductionAxes(node, inputs);
    const builder = new ExpansionBuilder(node);
    const shape = reducedShape(node, x, axes);
    if (axes.length === 0) return builder.finish('View', [builder.input], { shape });
    if (sign === 1) {
      return builder.finish('View', [maximum(builder, builder.input, x, axes)], { shape });
    }
    const negative = builder.add('Neg', [builder.input]);
    const least = builder.add('Neg', [maximum(builder, negative, x, axes)]);
    return builder.finish('View', [least], { shape });
  };
}

export const reduceMax = extreme(1);
export const reduceMin = extreme(-1);

/** A pooling over all positions is a window as large as the input. */
export const globalMaxPool: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  if (x.length !== 3 && x.length !== 4) {
    throw unsupported(node, `input [${x.join(', ')}]; only 1-D and 2-D signals`);
  }
  const builder = new ExpansionBuilder(node);
  return builder.finish('MaxPool', [builder.input], { kernel_shape: x.slice(2) });
};

/** Sums are means times the number of values; what is summed is a function of each value. */
function sum(
  before: (builder: ExpansionBuilder, x: string) => string,
  after?: (builder: ExpansionBuilder, total: string) => Expansion,
): Expand {
  return (node, inputs) => {
    const x = requireShape(node, inputs, 0);
    const axes = reductionAxes(node, inputs);
    const builder = new ExpansionBuilder(node);
    const keepdims = intAttribute(node, 'keepdims', 1);
    const values = before(builder, builder.input);
    const mean =
      axes.length === 0 ? values : builder.add('ReduceMean', [values], { axes, keepdims });
    const count = builder.scalar(sizeOf(axes.map((axis) => x[axis] ?? 1)));
    if (after === undefined) return builder.finish('Mul', [mean, count]);
    return after(builder, builder.add('Mul', [mean, count]));
  };
}

const square = (builder: ExpansionBuilder, x: string): string => builder.add('Mul', [x, x]);

export const reduceSum = sum((_, x) => x);
export const reduceSumSquare = sum(square);
export const reduceL1 = sum((builder, x) => builder.add('Abs', [x]));
export const reduceL2 = sum(square, (builder, total) => builder.finish('Sqrt', [total]));
/** Without the usual shift by the maximum: the values of a network that quantises are far from overflow. */
export const reduceLogSum = sum(
  (_, x) => x,
  (builder, total) => builder.finish('Log', [total]),
);
export const reduceLogSumExp = sum(
  (builder, x) => builder.add('Exp', [x]),
  (builder, total) => builder.finish('Log', [total]),
);

/** Axes as an attribute, sorted, whichever operator set wrote them. */
export const reduceMean: Expand = (node, inputs) => {
  const builder = new ExpansionBuilder(node);
  const axes = reductionAxes(node, inputs);
  if (axes.length === 0) return builder.done(builder.input);
  const keepdims = intAttribute(node, 'keepdims', 1);
  return builder.finish('ReduceMean', [builder.input], { axes, keepdims });
};

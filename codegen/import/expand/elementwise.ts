import type { GraphNode } from '../../graph/graph.js';
import { intAttribute, sizeOf } from '../../graph/graph.js';
import { FLOAT_TYPES } from '../../operators/constant-rules.js';
import { requireShape, resolveAxes, shapeError, unsupported } from '../../operators/require.js';
import { ExpansionBuilder, type Expand, type Inputs } from './expansion.js';

/** Signals are float whatever the file computes in. */
export const cast: Expand = (node) => {
  const to = intAttribute(node, 'to', 1);
  if (!FLOAT_TYPES.includes(to)) throw unsupported(node, `a signal as ONNX data type ${to}`);
  const builder = new ExpansionBuilder(node);
  return builder.done(builder.input);
};

/** An operator of any number of inputs as a chain of one of two. */
function chain(
  pair: (
    builder: ExpansionBuilder,
    a: string,
    b: string,
    inputs: readonly Inputs[number][],
  ) => string,
  last?: (builder: ExpansionBuilder, all: string, count: number) => string,
): Expand {
  return (node, inputs) => {
    const [first, ...others] = node.inputs;
    if (first === undefined) throw shapeError(node, 'it has no input');
    const builder = new ExpansionBuilder(node);
    const all = others.reduce(
      (sum, name, index) =>
        pair(builder, sum, name, [index === 0 ? inputs[0] : undefined, inputs[index + 1]]),
      first,
    );
    const result = last === undefined ? all : last(builder, all, node.inputs.length);
    return builder.done(result);
  };
}

const add = (builder: ExpansionBuilder, a: string, b: string): string => builder.add('Add', [a, b]);

export const sum = chain(add);

export const mean = chain(add, (builder, all, count) =>
  builder.add('Mul', [all, builder.scalar(1 / count)]),
);

/** Against one constant a Clip; else max(a, b) = a + relu(b − a), min(a, b) = a − relu(a − b). */
function extreme(bound: 'min' | 'max'): Expand {
  return chain((builder, a, b, inputs) => {
    const constant = inputs.findIndex(
      (info) => info?.data !== undefined && sizeOf(info.shape) === 1 && info.shape.length <= 1,
    );
    if (constant !== -1) {
      const [signal, limit] = constant === 0 ? [b, a] : [a, b];
      const value = builder.add('View', [limit], { shape: [] });
      return builder.add('Clip', bound === 'max' ? [signal, value] : [signal, '', value]);
    }
    const difference = builder.add('Sub', bound === 'max' ? [b, a] : [a, b]);
    const positive = builder.add('Relu', [difference]);
    return builder.add(bound === 'max' ? 'Add' : 'Sub', [a, positive]);
  });
}

export const max = extreme('max');
export const min = extreme('min');

/**
 * Up to operator set 12 a Softmax runs over all axes from `axis` (1 when left out) on together; from 13 on over `axis`
 * alone (the last when left out).
 */
function softmaxRows(
  builder: ExpansionBuilder,
  node: GraphNode,
  inputs: Inputs,
  opset: number,
): string {
  const x = requireShape(node, inputs, 0);
  if (opset >= 13) {
    const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', -1)], x.length);
    return builder.add('Softmax', [builder.input], { axis });
  }
  const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', 1)], x.length);
  const size = sizeOf(x.slice(axis));
  const inner = x.findLastIndex((extent) => extent > 1);
  // One axis alone: no view is needed.
  if (sizeOf(x.slice(axis + 1)) === 1) return builder.add('Softmax', [builder.input], { axis });
  if (inner >= axis && x[inner] === size) {
    return builder.add('Softmax', [builder.input], { axis: inner });
  }
  const flat = builder.add('View', [builder.input], { shape: [sizeOf(x) / size, size] });
  const rows = builder.add('Softmax', [flat], { axis: 1 });
  return builder.add('View', [rows], { shape: x });
}

export const softmax: Expand = (node, inputs, opset) => {
  const builder = new ExpansionBuilder(node);
  return builder.done(softmaxRows(builder, node, inputs, opset));
};

export const logSoftmax: Expand = (node, inputs, opset) => {
  const builder = new ExpansionBuilder(node);
  return builder.finish('Log', [softmaxRows(builder, node, inputs, opset)]);
};

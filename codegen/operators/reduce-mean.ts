import type { GraphNode, Shape } from '../graph/graph.js';
import { inputName, intAttribute, intsAttribute, nodeError, sizeOf } from '../graph/graph.js';
import { meanGradient } from './global-average-pool.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, resolveAxes } from './require.js';

/** ReduceMean with its axes as an attribute, as the import writes it. Over exactly the spatial axes it is global average pooling with or without kept axes. */
export const reduceMean: OperatorRule = {
  operator: 'ReduceMean',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    const axes = reducedAxes(node, x);
    const keep = intAttribute(node, 'keepdims', 1) !== 0;
    const shape = keep
      ? x.map((size, axis) => (axes.includes(axis) ? 1 : size))
      : x.filter((_, axis) => !axes.includes(axis));
    return [{ shape, elementType: 'float32' }];
  },
  evaluate(node, inputs, outputs) {
    const x = dataOf(node, inputs, 0);
    const axes = reducedAxes(node, x.shape);
    const steps = x.shape.map((_, axis) => keptStep(x.shape, axes, axis));
    const sums = new Float64Array(sizeOf(x.shape.filter((_, axis) => !axes.includes(axis))));
    x.data.forEach((value, index) => {
      let rest = index;
      let to = 0;
      for (let axis = steps.length - 1; axis >= 0; axis -= 1) {
        const size = x.shape[axis] ?? 1;
        to += (rest % size) * (steps[axis] ?? 0);
        rest = Math.floor(rest / size);
      }
      sums[to] = (sums[to] ?? 0) + value;
    });
    const count = x.data.length / sums.length;
    return [
      { shape: outputs[0]?.shape ?? [], data: Float32Array.from(sums, (sum) => sum / count) },
    ];
  },
  gradient(node, builder) {
    const shape = builder.shapeOf(inputName(node, 0));
    const axes = reducedAxes(node, shape);
    if (shape.length < 3 || axes.join() !== spatialAxes(shape).join()) {
      throw nodeError(
        '',
        node,
        'EXPLAIN_NO_GRADIENT',
        `operator "ReduceMean" has a gradient rule over all spatial axes only`,
        'Build without an explanation (--explain none), or replace the operator.',
      );
    }
    return meanGradient(node, builder);
  },
};

function spatialAxes(shape: Shape): readonly number[] {
  return shape.map((_, axis) => axis).filter((axis) => axis >= 2);
}

/** Axes that it averages over, counted from the first. */
export function reducedAxes(node: GraphNode, x: Shape): readonly number[] {
  const all = x.map((_, axis) => axis);
  return resolveAxes(node, intsAttribute(node, 'axes', all), x.length);
}

/** Elements of the result between neighbours along an input axis: none along a reduced one. */
function keptStep(shape: Shape, axes: readonly number[], axis: number): number {
  if (axes.includes(axis)) return 0;
  return sizeOf(shape.filter((_, other) => other > axis && !axes.includes(other)));
}

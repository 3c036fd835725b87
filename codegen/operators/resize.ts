import type { GraphNode, Shape } from '../graph/graph.js';
import { intsAttribute, sizeOf } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';
import { arrayLike, eachStrided, stridesOf } from './strides.js';

/** How often each value is repeated along each axis. */
export function repeatsOf(node: GraphNode, x: Shape): readonly number[] {
  const repeats = intsAttribute(node, 'repeats', []);
  if (repeats.length !== x.length || repeats.some((times) => times < 1 || times > 65_536)) {
    throw shapeError(node, `factors [${repeats.join(', ')}] for [${x.join(', ')}]`);
  }
  return repeats;
}

/** Resize as the import writes it: nearest neighbour by whole factors, attribute `repeats` for each axis. */
export const resize: OperatorRule = {
  operator: 'Resize',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    const repeats = repeatsOf(node, x);
    return [
      {
        shape: x.map((size, axis) => size * (repeats[axis] ?? 1)),
        elementType: inputs[0]?.elementType ?? 'float32',
      },
    ];
  },
  evaluate(node, inputs, outputs) {
    const x = dataOf(node, inputs, 0);
    const shape = outputs[0]?.shape ?? [];
    const repeats = repeatsOf(node, x.shape);
    const strides = stridesOf(x.shape);
    const data = arrayLike(x.data, sizeOf(shape));
    // Each axis is two: position and repetition.
    const split = x.shape.flatMap((size, axis) => [size, repeats[axis] ?? 1]);
    const steps = strides.flatMap((stride) => [stride, 0]);
    eachStrided(split, steps, 0, (position, index) => {
      data[index] = x.data[position] ?? 0;
    });
    return [{ shape, data }];
  },
};

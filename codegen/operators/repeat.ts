/** Operators that repeat values, as the import writes them: what the model file says in inputs is an attribute. */
import type { GraphNode, Shape } from '../graph/graph.js';
import { inputName, intsAttribute, nodeError, sizeOf } from '../graph/graph.js';
import { broadcastShape, reducedGradient } from './broadcast.js';
import type { GradientBuilder, OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';
import { broadcastStrides, gatherStrided, stridesOf } from './strides.js';

/** A gradient that adds up more repetitions than this would be slower than the network. */
const MOST_REPETITIONS = 64;

/** How often each value is repeated along each axis. */
export function repeatsOf(node: GraphNode, x: Shape): readonly number[] {
  const repeats = intsAttribute(node, 'repeats', []);
  if (repeats.length !== x.length || repeats.some((times) => times < 1 || times > 65_536)) {
    throw shapeError(node, `factors [${repeats.join(', ')}] for [${x.join(', ')}]`);
  }
  return repeats;
}

/** An operator that repeats along axes: each axis of the output is two walks through the input, in some order. */
function repetition(
  operator: string,
  steps: (repeats: number, size: number, stride: number) => readonly (readonly [number, number])[],
  slice: (x: Shape, repeats: readonly number[]) => Omit<SliceSteps, 'sizes'>,
): OperatorRule {
  return {
    operator,
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
      const repeats = repeatsOf(node, x.shape);
      const strides = stridesOf(x.shape);
      const walk = x.shape.flatMap((size, axis) =>
        steps(repeats[axis] ?? 1, size, strides[axis] ?? 0),
      );
      const { data } = gatherStrided(
        x,
        walk.map(([extent]) => extent),
        walk.map(([, stride]) => stride),
        0,
      );
      return [{ shape: outputs[0]?.shape ?? [], data }];
    },
    gradient(node, builder) {
      const x = builder.shapeOf(inputName(node, 0));
      const repeats = repeatsOf(node, x);
      return [[0, sumOfRepetitions(node, builder, x, repeats, slice(x, repeats))]];
    },
  };
}

interface SliceSteps {
  /** From one repetition to the next along each axis. */
  readonly apart: readonly number[];
  /** Between neighbours within one repetition. */
  readonly steps: readonly number[];
  readonly sizes: readonly number[];
}

/** Each repetition is a slice of the output's gradient; they add up. */
function sumOfRepetitions(
  node: GraphNode,
  builder: GradientBuilder,
  x: Shape,
  repeats: readonly number[],
  { apart, steps }: Omit<SliceSteps, 'sizes'>,
): string {
  const count = sizeOf(repeats);
  if (count > MOST_REPETITIONS) {
    throw nodeError(
      '',
      node,
      'EXPLAIN_NO_GRADIENT',
      `operator "${node.operator}" repeats ${count} times; its gradient adds up ${MOST_REPETITIONS} at most`,
      'Build without an explanation (--explain none), or replace the operator.',
    );
  }
  const parts = Array.from({ length: count }, (_, index) => {
    let rest = index;
    const starts = repeats.map((times, axis) => {
      const at = rest % times;
      rest = Math.floor(rest / times);
      return at * (apart[axis] ?? 0);
    });
    return builder.add('Slice', [builder.outputGradient], { starts, sizes: x, steps });
  });
  return parts.reduce((sum, part) => builder.add('Add', [sum, part]));
}

/** Nearest neighbour by whole factors, attribute `repeats` for each axis: a b → a a b b. */
export const resize = repetition(
  'Resize',
  (repeats, size, stride) => [
    [size, stride],
    [repeats, 0],
  ],
  (x, repeats) => ({ apart: x.map(() => 1), steps: repeats }),
);

/** The whole tensor again and again, attribute `repeats` for each axis: a b → a b a b. */
export const tile = repetition(
  'Tile',
  (repeats, size, stride) => [
    [repeats, 0],
    [size, stride],
  ],
  (x) => ({ apart: x, steps: x.map(() => 1) }),
);

/** A tensor broadcast to attribute `shape`. */
export const expand: OperatorRule = {
  operator: 'Expand',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    const shape = broadcastShape(node, x, intsAttribute(node, 'shape', []));
    return [{ shape, elementType: inputs[0]?.elementType ?? 'float32' }];
  },
  evaluate(node, inputs, outputs) {
    const x = dataOf(node, inputs, 0);
    const shape = outputs[0]?.shape ?? [];
    return [gatherStrided(x, shape, broadcastStrides(x.shape, shape), 0)];
  },
  gradient: (node, builder) => [[0, reducedGradient(node, builder, 0)]],
};

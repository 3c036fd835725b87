import type { GraphNode } from '../../graph/graph.js';
import { inputName, outputName, sizeOf, tensorOf } from '../../graph/graph.js';
import type { IntegerTensor } from '../../integer/program.js';
import type { Strides } from '../../integer/strides.js';
import { unsupported } from '../../operators/require.js';
import type { Lowering } from '../lowering.js';

/** One input of a two-input operation. */
export interface Operand {
  readonly tensor: IntegerTensor;
  readonly strides: Strides;
}

/** Two inputs against the output that they broadcast to. */
export interface Operands {
  readonly a: Operand;
  readonly b: Operand;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Both lie as the output does. */
  readonly whole: boolean;
}

/** @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR for a broadcast along some of the spatial axes only */
export function operandsOf(lowering: Lowering, node: GraphNode): Operands {
  const shape = tensorOf(lowering.graph, outputName(node)).shape;
  const [, channels = 1, ...spatial] = shape;
  const [height, width] =
    spatial.length === 2 ? [spatial[0] ?? 1, spatial[1] ?? 1] : [1, spatial[0] ?? 1];
  if (spatial.length > 2) throw unsupported(node, `its output has the shape [${shape.join(', ')}]`);
  const positions = height * width;
  const [a, b] = [0, 1].map((index) => {
    const tensor = lowering.tensorAt(lowering.placementOf(node, index));
    return { tensor, strides: stridesOf(lowering, node, index, shape) };
  });
  if (a === undefined || b === undefined) throw new RangeError('two inputs have two operands');
  const whole = [a, b].every(
    ({ strides }) =>
      (strides.position === channels || positions === 1) &&
      (strides.channel === 1 || channels === 1),
  );
  return { a, b, height, width, channels, whole };
}

/** How input `index` of a node lies against a tensor of shape `output` that it broadcasts to. */
export function stridesOf(
  lowering: Lowering,
  node: GraphNode,
  index: number,
  output: readonly number[],
): Strides {
  const placement = lowering.placementOf(node, index);
  const own = tensorOf(lowering.graph, inputName(node, index)).shape;
  const aligned = [...Array<number>(output.length - own.length).fill(1), ...own];
  const channels = aligned[1] ?? 1;
  const spatial = aligned.slice(2);
  const positions = sizeOf(spatial);
  const placed = placement.height * placement.width;
  // Where one of the two is 1, channels and positions are the same order of memory.
  const sameOrder =
    (placement.channels === channels && placed === positions) ||
    (Math.min(channels, positions) === 1 && Math.min(placement.channels, placed) === 1);
  const partial = positions !== 1 && spatial.some((size, axis) => size !== output[axis + 2]);
  if (!sameOrder || partial) {
    throw unsupported(
      node,
      `input ${index} [${own.join(', ')}] against [${output.join(', ')}]: only whole axes of channels or of all positions broadcast`,
    );
  }
  return { position: positions === 1 ? 0 : channels, channel: channels === 1 ? 0 : 1 };
}

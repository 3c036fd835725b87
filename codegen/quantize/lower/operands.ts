import type { GraphNode, Shape } from '../../graph/graph.js';
import { inputName, outputName, tensorOf } from '../../graph/graph.js';
import type { IntegerTensor } from '../../integer/program.js';
import { isWhole, type Strides } from '../../integer/strides.js';
import { axisOrder, joinLoops, layoutOf, layoutStrides, type Layout } from '../layout.js';
import type { Lowering, Placement } from '../lowering.js';

/** One input of a two-input operation. */
export interface Operand {
  readonly tensor: IntegerTensor;
  readonly strides: Strides;
}

/** Two inputs against the output that they broadcast to. */
export interface Operands extends Layout {
  readonly a: Operand;
  readonly b: Operand;
  /** Both lie as the output does. */
  readonly whole: boolean;
}

export function operandsOf(lowering: Lowering, node: GraphNode): Operands {
  const { shape } = tensorOf(lowering.graph, outputName(node));
  const layout = layoutOf(shape);
  const a = operandOf(lowering, node, 0, shape);
  const b = operandOf(lowering, node, 1, shape);
  const positions = layout.height * layout.width;
  const whole = [a, b].every(({ strides }) => isWhole(strides, layout.channels, positions));
  return { a, b, ...layout, whole };
}

/**
 * How input `index` of a node lies against a tensor of shape `output` that it broadcasts to. What broadcasts along some of
 * the positions only is written out first: the kernels know one step for all positions.
 */
export function operandOf(
  lowering: Lowering,
  node: GraphNode,
  index: number,
  output: Shape,
): Operand {
  const name = inputName(node, index);
  const { shape, data } = tensorOf(lowering.graph, name);
  const aligned = [...Array<number>(output.length - shape.length).fill(1), ...shape];
  const strides = operandStrides(aligned, output);
  if (strides === undefined) {
    const whole = lowering.tensorAt(expanded(lowering, node, index, output));
    return { tensor: whole, strides: { position: whole.channels, channel: 1 } };
  }
  const placement =
    data === undefined
      ? lowering.inLayout(node, lowering.placementOf(node, index), layoutOf(aligned), name)
      : lowering.constant(name, aligned);
  return { tensor: lowering.tensorAt(placement), strides };
}

/** Input `index` of a node written out to the shape that it broadcasts to. */
export function expanded(
  lowering: Lowering,
  node: GraphNode,
  index: number,
  output: Shape,
): Placement {
  const name = inputName(node, index);
  const { shape, data } = tensorOf(lowering.graph, name);
  if (data !== undefined) return lowering.constant(name, output);
  const aligned = [...Array<number>(output.length - shape.length).fill(1), ...shape];
  const from = lowering.inLayout(node, lowering.placementOf(node, index), layoutOf(aligned), name);
  const walk = { loops: broadcastLoops(aligned, output), offset: 0 };
  const whole = `${outputName(node)}/input_${index}_whole`;
  return lowering.rearrange(node, from, layoutOf(output), walk, whole);
}

/** Steps through a tensor of shape `aligned`, in the order of the output's memory; 0 where it broadcasts. */
function broadcastLoops(
  aligned: Shape,
  output: Shape,
): readonly { readonly extent: number; readonly stride: number }[] {
  const steps = layoutStrides(aligned);
  return axisOrder(output).map((axis) => ({
    extent: output[axis] ?? 1,
    stride: aligned[axis] === 1 ? 0 : (steps[axis] ?? 0),
  }));
}

/** One step for all positions and one for the channels; undefined where that does not do. */
function operandStrides(aligned: Shape, output: Shape): Strides | undefined {
  const { channels } = layoutOf(output);
  const loops = broadcastLoops(aligned, output);
  // The last loop is the channels', where the layout has them.
  const inner = channels === 1 ? [] : loops.slice(-1);
  const [position, ...more] = joinLoops(loops.slice(0, loops.length - inner.length));
  if (more.length > 0) return undefined;
  return { position: position?.stride ?? 0, channel: inner[0]?.stride ?? 0 };
}

/** Operators that move values and leave their codes: slices, padding, transposition, repetition. */
import type { GraphNode } from '../../graph/graph.js';
import { floatAttribute, inputName, outputName, tensorOf } from '../../graph/graph.js';
import { unsupported } from '../../operators/require.js';
import { repeatsOf } from '../../operators/repeat.js';
import { boxStrides, padBox, sliceBox } from '../../operators/slice.js';
import { permutationOf } from '../../operators/transpose.js';
import { axisOrder, fourLoops, joinLoops, layoutOf, layoutStrides, type Loop } from '../layout.js';
import { expanded } from './operands.js';
import type { Lowering, Placement } from '../lowering.js';
import type { LowerRule } from './rule.js';

/** Loops over the output of a Slice, Transpose or Resize, in its layout, through the laid-out input. */
function walkOf(
  lowering: Lowering,
  node: GraphNode,
): { readonly loops: readonly Loop[]; readonly offset: number } {
  const { shape } = tensorOf(lowering.graph, inputName(node, 0));
  const output = tensorOf(lowering.graph, outputName(node)).shape;
  const order = axisOrder(output);
  const strides = layoutStrides(shape);
  const loop = (axis: number, stride: number | undefined): Loop => ({
    extent: output[axis] ?? 1,
    stride: stride ?? 0,
  });
  if (node.operator === 'Transpose') {
    const permutation = permutationOf(node, shape.length);
    return {
      loops: order.map((axis) => loop(axis, strides[permutation[axis] ?? 0])),
      offset: 0,
    };
  }
  if (node.operator === 'Resize' || node.operator === 'Tile') {
    const repeats = repeatsOf(node, shape);
    const loops = order.map((axis) => [
      { extent: shape[axis] ?? 1, stride: strides[axis] ?? 0 },
      { extent: repeats[axis] ?? 1, stride: 0 },
    ]);
    const inOrder = node.operator === 'Resize' ? loops : loops.map((two) => two.toReversed());
    return { loops: inOrder.flat(), offset: 0 };
  }
  const box = boxStrides(sliceBox(node, shape), strides);
  return { loops: order.map((axis) => loop(axis, box.strides[axis])), offset: box.offset };
}

/** Slice, Transpose or Resize of a tensor that lies in the layout of its shape. */
export function moveValues(lowering: Lowering, node: GraphNode, from: Placement): void {
  const output = outputName(node);
  const layout = layoutOf(tensorOf(lowering.graph, output).shape);
  const walk = walkOf(lowering, node);
  lowering.placements.set(output, lowering.rearrange(node, from, layout, walk, output));
}

/** Pad of a tensor that lies in the layout of its shape. */
export function embedValues(
  lowering: Lowering,
  node: GraphNode,
  from: Placement,
  fill: number,
): void {
  const { shape } = tensorOf(lowering.graph, inputName(node, 0));
  const output = outputName(node);
  const outputShape = tensorOf(lowering.graph, output).shape;
  const box = boxStrides(padBox(node, shape), layoutStrides(outputShape));
  const loops = axisOrder(shape).map((axis) => ({
    extent: shape[axis] ?? 1,
    stride: box.strides[axis] ?? 0,
  }));
  const four = fourLoops(joinLoops(loops));
  if (four === undefined) throw unsupported(node, 'it moves values along too many axes at once');
  const layout = layoutOf(outputShape);
  lowering.addCopy(output, layout, lowering.tensorAt(from));
  lowering.placements.set(output, { ...layout, tensor: output });
  lowering.operations.push({
    kind: 'embed',
    name: node.name,
    input: from.tensor,
    output,
    ...four,
    offset: box.offset,
    fill,
  });
}

const move: LowerRule = {
  fusesRelu: false,
  int16: 'moves',
  lower: (lowering, node) => moveValues(lowering, node, lowering.laidOut(node, 0)),
};

export const lowerSlice = move;
export const lowerTranspose = move;
export const lowerResize = move;
export const lowerTile = move;

export const lowerExpand: LowerRule = {
  fusesRelu: false,
  int16: 'moves',
  lower(lowering, node) {
    const { shape } = tensorOf(lowering.graph, outputName(node));
    lowering.placements.set(outputName(node), expanded(lowering, node, 0, shape));
  },
};

export const lowerPad: LowerRule = {
  fusesRelu: false,
  lower(lowering, node) {
    const from = lowering.laidOut(node, 0);
    const { type, scale, zeroPoint } = lowering.tensorAt(from);
    const value = floatAttribute(node, 'value', 0);
    const code = Math.round(value / scale) + zeroPoint;
    const least = type === 'int16' ? 0 : -128;
    const most = type === 'int16' ? 0 : 127;
    if (code < least || code > most) {
      throw unsupported(node, `its padding ${value} lies outside the range of its input`);
    }
    embedValues(lowering, node, from, code);
  },
};

import type { GraphNode } from '../../graph/graph.js';
import { inputName, sizeOf, tensorOf } from '../../graph/graph.js';
import { concatAxis } from '../../operators/concat.js';
import { axisOrder } from '../layout.js';
import type { Lowering, Signal } from '../lowering.js';
import type { LowerRule } from './rule.js';
import { summandShift } from './summand.js';

export const lowerConcat: LowerRule = {
  fusesRelu: true,
  int16: 'computes',
  lower(lowering, node, { output, relu }) {
    emitConcat(lowering, node, output, lowering.signal(output, relu));
  },
};

/** Brings every part to the output's scale. */
export function emitConcat(
  lowering: Lowering,
  node: GraphNode,
  output: string,
  { steps, clampLow, clampHigh }: Signal,
): void {
  const { shape } = tensorOf(lowering.graph, output);
  const axis = concatAxis(node, shape.length);
  const order = axisOrder(shape);
  const parts = node.inputs.map((_, index) => {
    const from = lowering.laidOut(node, index);
    const part = lowering.tensorAt(from);
    const own = tensorOf(lowering.graph, inputName(node, index)).shape;
    const inner = order.slice(order.indexOf(axis)).map((a) => own[a] ?? 1);
    const shift = summandShift(node, [part], steps);
    const multiplier = Math.round((part.scale / steps.scale) * 2 ** shift);
    const zeroPoints = steps.zeroPoint * 2 ** shift - part.zeroPoint * multiplier;
    return {
      input: from.tensor,
      elements: sizeOf(inner),
      multiplier,
      bias: zeroPoints + 2 ** (shift - 1),
      shift,
    };
  });
  lowering.place(output, steps);
  lowering.operations.push({
    kind: 'concat',
    name: node.name,
    parts,
    output,
    rows: sizeOf(order.slice(0, order.indexOf(axis)).map((a) => shape[a] ?? 1)),
    clampLow,
    clampHigh,
  });
}

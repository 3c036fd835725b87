import type { GraphNode } from '../../graph/graph.js';
import { inputName, sizeOf, tensorOf } from '../../graph/graph.js';
import { concatAxis } from '../../operators/concat.js';
import { unsupported } from '../../operators/require.js';
import { axisOrder } from '../layout.js';
import { int8Range } from '../ranges.js';
import type { Lowering } from '../lowering.js';
import type { LowerRule } from './rule.js';

interface ConcatOutput {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly clampLow: number;
}

export const lowerConcat: LowerRule = {
  fusesRelu: true,
  lower(lowering, node, { output, relu }) {
    const quantisation = int8Range(lowering.activationRange(output), relu);
    const clampLow = relu ? quantisation.zeroPoint : -128;
    emitConcat(lowering, node, output, { ...quantisation, clampLow });
  },
};

/** Brings every part to the output's scale. */
export function emitConcat(
  lowering: Lowering,
  node: GraphNode,
  output: string,
  { scale, zeroPoint, clampLow }: ConcatOutput,
): void {
  const { shape } = tensorOf(lowering.graph, output);
  const axis = concatAxis(node, shape.length);
  const order = axisOrder(shape);
  const parts = node.inputs.map((_, index) => {
    const from = lowering.laidOut(node, index);
    const part = lowering.tensorAt(from);
    if (part.type !== 'int8') throw unsupported(node, `input ${index} is not int8`);
    const own = tensorOf(lowering.graph, inputName(node, index)).shape;
    const inner = order.slice(order.indexOf(axis)).map((a) => own[a] ?? 1);
    // A product of 8 by 21 bits and a bias stay in int32.
    const factor = part.scale / scale;
    let shift = 20;
    while (factor * 2 ** shift >= 2 ** 21) shift -= 1;
    if (shift < 1) throw unsupported(node, `the scales of its inputs differ by ${factor}`);
    const multiplier = Math.round(factor * 2 ** shift);
    const zeroPoints = zeroPoint * 2 ** shift - part.zeroPoint * multiplier;
    return {
      input: from.tensor,
      elements: sizeOf(inner),
      multiplier,
      bias: zeroPoints + 2 ** (shift - 1),
      shift,
    };
  });
  lowering.place(output, { type: 'int8', scale, zeroPoint });
  lowering.operations.push({
    kind: 'concat',
    name: node.name,
    parts,
    output,
    rows: sizeOf(order.slice(0, order.indexOf(axis)).map((a) => shape[a] ?? 1)),
    clampLow,
  });
}

import { inputName, tensorOf } from '../../graph/graph.js';
import { stridedWalk } from '../../operators/strided-copy.js';
import { unsupported } from '../../operators/require.js';
import { fourLoops, joinLoops, layoutOf } from '../layout.js';
import type { LowerRule } from './rule.js';

/** A walk through the input in steps, its codes kept; a factor changes only what a step means. */
export const lowerStridedCopy: LowerRule = {
  fusesRelu: false,
  int16: 'moves',
  lower(lowering, node, { output }) {
    const from = lowering.placementOf(node, 0);
    const source = lowering.tensorAt(from);
    const { shape, sizes, strides, offset, scale } = stridedWalk(
      node,
      tensorOf(lowering.graph, inputName(node, 0)).shape,
    );
    const loops = sizes.map((extent, axis) => ({ extent, stride: strides[axis] ?? 0 }));
    const walk = fourLoops(joinLoops(loops));
    if (walk === undefined) throw unsupported(node, 'it moves values along too many axes at once');
    const { type, zeroPoint } = source;
    const layout = layoutOf(shape);
    lowering.placeAs(
      output,
      { ...layout, tensor: output },
      { type, zeroPoint, scale: source.scale * scale },
    );
    lowering.operations.push({
      kind: 'rearrange',
      name: node.name,
      input: from.tensor,
      output,
      ...walk,
      offset,
    });
  },
};

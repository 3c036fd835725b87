import { outputName, tensorOf } from '../../graph/graph.js';
import { unsupported } from '../../operators/require.js';
import type { OwnScalesRule } from './rule.js';

/** Reshapes of TFLite are channels last, as the integer program is: no value moves. */
export const viewWithOwnScales: OwnScalesRule = (lowering, node) => {
  const from = lowering.placementOf(node, 0);
  const output = outputName(node);
  const { shape, quantization } = tensorOf(lowering.graph, output);
  const x = lowering.tensorAt(from);
  // A dense layer's own view of its input carries no scale.
  if (
    quantization !== undefined &&
    (quantization.scales[0] !== x.scale || quantization.zeroPoint !== x.zeroPoint)
  ) {
    throw unsupported(node, 'a reshape that also changes the scale');
  }
  lowering.view(output, from.tensor, shape);
};

import type { GraphNode } from '../../graph/graph.js';
import { inputName, intsAttribute, tensorOf } from '../../graph/graph.js';
import { exactFactor } from '../../integer/round.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import { unsupported } from '../../operators/require.js';
import type { Lowering, Placement } from '../lowering.js';
import { exactFactorOf } from './conv.js';
import type { OwnScalesContext, OwnScalesRule } from './rule.js';
import { clampOf, stepsOf } from './rule.js';

/** AVERAGE_POOL_2D over the whole input: input and output share one scale (pooling.cc). */
export const averageWithOwnScales: OwnScalesRule = (lowering, node, context) => {
  const from = lowering.placementOf(node, 0);
  averageOf(lowering, node, context, wholeInput(from));
};

/** Means of windows in one scale. */
export function averageOf(
  lowering: Lowering,
  node: GraphNode,
  { output, bounds }: OwnScalesContext,
  geometry: ConvGeometry,
): void {
  const from = lowering.placementOf(node, 0);
  const x = lowering.tensorAt(from);
  const steps = stepsOf(lowering, node, output);
  if (x.scale !== steps.scale || x.zeroPoint !== steps.zeroPoint) {
    throw unsupported(node, 'its input and output differ in scale, which TFLite does not allow');
  }
  lowering.place(output, { type: 'int8', ...steps });
  lowering.operations.push({
    kind: 'windowMean',
    name: node.name,
    input: from.tensor,
    output,
    geometry,
    inputOffset: 0,
    ...exactFactor(1),
    outputOffset: 0,
    ...clampOf(bounds, steps),
  });
}

/** MEAN over all positions: rescaled in front of the division (reference/integer_ops/mean.h). */
export const meanWithOwnScales: OwnScalesRule = (lowering, node, { output, bounds }) => {
  const from = lowering.placementOf(node, 0);
  const x = lowering.tensorAt(from);
  const steps = stepsOf(lowering, node, output);
  const rank = tensorOf(lowering.graph, inputName(node, 0)).shape.length;
  const axes = [...intsAttribute(node, 'axes', [])].sort((a, b) => a - b);
  if (axes.length === 0 || axes.join() !== [...Array(rank).keys()].slice(2).join()) {
    throw unsupported(node, `an int8 mean over axes [${axes.join(', ')}], not the spatial ones`);
  }
  const factor = x.scale / steps.scale;
  const geometry = wholeInput(from);
  if (factor * 256 * geometry.kernelHeight * geometry.kernelWidth >= 2 ** 30) {
    throw unsupported(node, `its scales differ by a factor of ${factor}`);
  }
  lowering.place(output, { type: 'int8', ...steps });
  lowering.operations.push({
    kind: 'windowMean',
    name: node.name,
    input: from.tensor,
    output,
    geometry,
    inputOffset: -x.zeroPoint,
    ...exactFactorOf(node, factor),
    outputOffset: steps.zeroPoint,
    ...clampOf(bounds, steps),
  });
};

function wholeInput(from: Placement): ConvGeometry {
  return {
    inputChannels: from.channels,
    inputHeight: from.height,
    inputWidth: from.width,
    outputChannels: from.channels,
    outputHeight: 1,
    outputWidth: 1,
    kernelHeight: from.height,
    kernelWidth: from.width,
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    padTop: 0,
    padLeft: 0,
    groups: from.channels,
  };
}

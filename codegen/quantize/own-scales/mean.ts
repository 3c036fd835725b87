import type { GraphNode } from '../../graph/graph.js';
import { inputName, intsAttribute, tensorOf } from '../../graph/graph.js';
import { countsPadding } from '../../operators/average-pool.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import { poolGeometry } from '../../operators/pool-geometry.js';
import { unsupported } from '../../operators/require.js';
import type { Lowering, Placement } from '../lowering.js';
import { exactFactorOf } from './conv.js';
import type { OwnScalesContext, OwnScalesRule } from './rule.js';
import { clampOf, stepsOf } from './rule.js';

/** The mean of the whole input. */
export const globalAverageWithOwnScales: OwnScalesRule = (lowering, node, context) =>
  averageOf(lowering, node, context, wholeInput(lowering.laidOut(node, 0)));

/** Means of windows, padding left out of the count. */
export const averagePoolWithOwnScales: OwnScalesRule = (lowering, node, context) => {
  const geometry = poolGeometry(node, tensorOf(lowering.graph, inputName(node, 0)).shape);
  const { padTop, padLeft, padBottom, padRight } = geometry;
  if (geometry.dilationHeight * geometry.dilationWidth !== 1) {
    throw unsupported(node, 'an int8 average over a dilated window');
  }
  if (countsPadding(node) && padTop + padLeft + padBottom + padRight > 0) {
    throw unsupported(node, 'an int8 average that counts its padding');
  }
  averageOf(lowering, node, context, geometry);
};

/** MEAN over all positions. */
export const meanWithOwnScales: OwnScalesRule = (lowering, node, context) => {
  const rank = tensorOf(lowering.graph, inputName(node, 0)).shape.length;
  const axes = [...intsAttribute(node, 'axes', [])].sort((a, b) => a - b);
  if (axes.length === 0 || axes.join() !== [...Array(rank).keys()].slice(2).join()) {
    throw unsupported(node, `an int8 mean over axes [${axes.join(', ')}], not the spatial ones`);
  }
  averageOf(lowering, node, context, wholeInput(lowering.laidOut(node, 0)));
};

/**
 * In one scale as AVERAGE_POOL_2D (pooling.cc), else as MEAN: rescaled in front of the division
 * (reference/integer_ops/mean.h). In one scale the two are the same.
 */
function averageOf(
  lowering: Lowering,
  node: GraphNode,
  { output, bounds }: OwnScalesContext,
  geometry: ConvGeometry,
): void {
  const from = lowering.laidOut(node, 0);
  const x = lowering.tensorAt(from);
  const steps = stepsOf(lowering, node, output);
  const factor = x.scale / steps.scale;
  if (factor * 256 * geometry.kernelHeight * geometry.kernelWidth >= 2 ** 30) {
    throw unsupported(node, `its scales differ by a factor of ${factor}`);
  }
  const sameSteps = factor === 1 && x.zeroPoint === steps.zeroPoint;
  lowering.place(output, { type: 'int8', ...steps });
  lowering.operations.push({
    kind: 'windowMean',
    name: node.name,
    input: from.tensor,
    output,
    geometry,
    inputOffset: sameSteps && node.operator !== 'ReduceMean' ? 0 : -x.zeroPoint,
    ...exactFactorOf(node, factor),
    outputOffset: sameSteps && node.operator !== 'ReduceMean' ? 0 : steps.zeroPoint,
    ...clampOf(bounds, steps),
  });
}

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

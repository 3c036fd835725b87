import type { GraphNode } from '../../graph/graph.js';
import { inputName, intsAttribute, tensorOf } from '../../graph/graph.js';
import { countsPadding } from '../../operators/average-pool.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { CountBounds, PoolGeometry } from '../../operators/pool-geometry.js';
import { countBounds, poolGeometry } from '../../operators/pool-geometry.js';
import { unsupported } from '../../operators/require.js';
import { emitWindowAverage } from '../lower/window-average.js';
import type { Lowering, Placement } from '../lowering.js';
import { exactFactorOf } from './conv.js';
import type { OwnScalesContext, OwnScalesRule } from './rule.js';
import { clampOf, stepsOf } from './rule.js';

/** The mean of the whole input. */
export const globalAverageWithOwnScales: OwnScalesRule = (lowering, node, context) => {
  const geometry = wholeInput(lowering.laidOut(node, 0));
  if (!isTflitePool(lowering, node, context, geometry, 0)) {
    average(lowering, node, context, geometry, countBounds(geometry, false));
  } else {
    meanOf(lowering, node, context, geometry);
  }
};

/** Means of windows; padding is left out of the count, or counted where the node says so. */
export const averagePoolWithOwnScales: OwnScalesRule = (lowering, node, context) => {
  const geometry = poolGeometry(node, tensorOf(lowering.graph, inputName(node, 0)).shape);
  const { padTop, padLeft, padBottom, padRight } = geometry;
  const counted = countsPadding(node) ? padTop + padLeft + padBottom + padRight : 0;
  if (isTflitePool(lowering, node, context, geometry, counted)) {
    meanOf(lowering, node, context, geometry);
  } else {
    average(lowering, node, context, geometry, countBounds(geometry, countsPadding(node)));
  }
};

/** MEAN over all positions. */
export const meanWithOwnScales: OwnScalesRule = (lowering, node, context) => {
  const rank = tensorOf(lowering.graph, inputName(node, 0)).shape.length;
  // An attribute up to opset 17, an input from 18 on.
  const given = tensorOf(lowering.graph, node.inputs[1] ?? inputName(node, 0)).data;
  const axes = [...(given ?? intsAttribute(node, 'axes', []))]
    .map((axis) => (axis < 0 ? axis + rank : axis))
    .sort((a, b) => a - b);
  if (axes.length === 0 || axes.join() !== [...Array(rank).keys()].slice(2).join()) {
    throw unsupported(node, `an int8 mean over axes [${axes.join(', ')}], not the spatial ones`);
  }
  meanOf(lowering, node, context, wholeInput(lowering.laidOut(node, 0)));
};

/** TFLite pools in one scale, windows without gaps, padding not counted. */
function isTflitePool(
  lowering: Lowering,
  node: GraphNode,
  { output }: OwnScalesContext,
  geometry: ConvGeometry,
  countedPadding: number,
): boolean {
  const x = lowering.tensorAt(lowering.laidOut(node, 0));
  const steps = stepsOf(lowering, node, output);
  const dense = geometry.dilationHeight * geometry.dilationWidth === 1;
  const oneScale = x.scale === steps.scale && x.zeroPoint === steps.zeroPoint;
  return oneScale && dense && countedPadding === 0;
}

/** As ONNX means it: one rounding from the sum to the output's scale. */
function average(
  lowering: Lowering,
  node: GraphNode,
  { output, bounds: activation }: OwnScalesContext,
  geometry: ConvGeometry,
  bounds: CountBounds,
): void {
  const steps = stepsOf(lowering, node, output);
  const from = lowering.laidOut(node, 0);
  // Refuses scales that no factor joins.
  exactFactorOf(node, lowering.tensorAt(from).scale / steps.scale);
  const to = { type: 'int8', ...steps, ...clampOf(activation, steps) } as const;
  emitWindowAverage(lowering, node, { from, output, geometry, bounds, to });
}

/** AVERAGE_POOL_2D (pooling.cc), and MEAN, which rescales in front of the division (reference/integer_ops/mean.h). */
function meanOf(
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
  // Pooling rounds the mean of the codes, MEAN that of the values: ties fall differently.
  const ofValues = node.operator === 'ReduceMean';
  lowering.place(output, { type: 'int8', ...steps });
  lowering.operations.push({
    kind: 'windowMean',
    name: node.name,
    input: from.tensor,
    output,
    geometry,
    inputOffset: ofValues ? -x.zeroPoint : 0,
    ...exactFactorOf(node, factor),
    outputOffset: ofValues ? steps.zeroPoint : 0,
    ...clampOf(bounds, steps),
  });
}

function wholeInput(from: Placement): PoolGeometry {
  return {
    padBottom: 0,
    padRight: 0,
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

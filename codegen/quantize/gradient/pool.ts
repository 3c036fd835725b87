import type { GraphNode } from '../../graph/graph.js';
import { inputName } from '../../graph/graph.js';
import { windowOverlap } from '../../integer/pool-window.js';
import type { IntegerTensor } from '../../integer/program.js';
import { fixedFactors, type FixedFactors } from '../../integer/round.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import { countsPadding } from '../../operators/average-pool.js';
import { poolInputShape } from '../../operators/max-pool.js';
import { countBounds, poolGeometry, type PoolGeometry } from '../../operators/pool-geometry.js';
import { unsupported } from '../../operators/require.js';
import { countRange } from '../lower/window-average.js';
import type { Lowering, Placement } from '../lowering.js';
import { maximum, realStep, type GradientLowering } from './lowering.js';
import type { GradientRule } from './rule.js';

/** Taps beyond this do not fit an int8 index. */
const MOST_NARROW_TAPS = 128;

export const lowerMaxPoolGradient: GradientRule = (gradient, node) => {
  const g = poolGeometry(node, poolInputShape(node));
  const wide = g.kernelHeight * g.kernelWidth > MOST_NARROW_TAPS;
  const { dy, output, mask, tensor, limit } = ends(gradient, node, g);
  gradient.push({
    kind: 'maxPoolGradient',
    name: node.name,
    input: dy.tensor,
    winner: winnerOf(gradient.lowering, node, g, wide),
    output,
    geometry: g,
    ...factorsOf(node, gradient.lowering.tensorAt(dy), tensor, 1, windowOverlap(g)),
    ...(mask === undefined ? {} : { mask }),
    limit,
  });
};

export const lowerWindowAverageGradient: GradientRule = (gradient, node) => {
  const g = poolGeometry(node, poolInputShape(node));
  const bounds = countBounds(g, countsPadding(node));
  const { fewest, counts } = countRange(g, bounds);
  const overlap = windowOverlap(g);
  // The largest power of two for which the weighted sum of int16 values stays in int32.
  let unit = 2 ** 15;
  while ((overlap * unit) / fewest >= 2 ** 15) unit /= 2;
  const weight = Int32Array.from(counts, (count) => Math.round(unit / count));
  if (weight.includes(0)) throw unsupported(node, 'windows of too many taps overlap too often');
  const { dy, output, mask, tensor, limit } = ends(gradient, node, g);
  gradient.push({
    kind: 'windowAverageGradient',
    name: node.name,
    input: dy.tensor,
    output,
    geometry: g,
    bounds,
    fewest,
    weight,
    ...factorsOf(
      node,
      gradient.lowering.tensorAt(dy),
      tensor,
      unit,
      overlap * maximum([...weight]),
    ),
    ...(mask === undefined ? {} : { mask }),
    limit,
  });
};

/** Input, output and mask that both gradients have. */
function ends(
  gradient: GradientLowering,
  node: GraphNode,
  g: PoolGeometry,
): {
  readonly dy: Placement;
  readonly output: string;
  readonly mask: string | undefined;
  readonly tensor: IntegerTensor;
  readonly limit: number;
} {
  const channels = g.inputChannels;
  const dy = gradient.inLayout(node, 0, { height: g.outputHeight, width: g.outputWidth, channels });
  const { output, mask } = gradient.masked(node);
  const placement = { tensor: output, height: g.inputHeight, width: g.inputWidth, channels };
  return { dy, output, mask, ...gradient.placeGradient(output, placement) };
}

/**
 * Multipliers per channel from the gathered sum, in units of 1/unit steps of dY, to steps of dX.
 * @param gain largest sum for a dY of 1
 */
function factorsOf(
  node: GraphNode,
  dy: IntegerTensor,
  dx: IntegerTensor,
  unit: number,
  gain: number,
): FixedFactors {
  const factors = Array.from(
    { length: dx.channels },
    (_, c) => realStep(dy, c) / (unit * realStep(dx, c)),
  );
  if (maximum(factors) * gain * 2 ** 15 >= 2 ** 31) {
    throw unsupported(node, 'its gradient grows beyond int16');
  }
  return fixedFactors(factors);
}

/** Indices of the winners of the forward pooling; written right behind what computes its input, once. */
function winnerOf(lowering: Lowering, node: GraphNode, g: PoolGeometry, wide: boolean): string {
  const source = lowering.placementOf(node, 1).tensor;
  const pool = lowering.operations.find(
    (op) => op.kind === 'maxPool' && op.input === source && sameWindows(op.geometry, g),
  );
  if (pool === undefined) throw unsupported(node, `"${inputName(node, 1)}" is pooled nowhere`);
  const name = `${pool.output}/winners`;
  if (lowering.tensors.has(name)) return name;
  lowering.tensors.set(name, {
    name,
    type: wide ? 'int16' : 'int8',
    height: g.outputHeight,
    width: g.outputWidth,
    channels: g.inputChannels,
    scale: 1,
    zeroPoint: 0,
  });
  // In front of the pooling: that may write over its input.
  lowering.operations.splice(lowering.operations.indexOf(pool), 0, {
    kind: 'maxPoolWinner',
    name,
    input: source,
    output: name,
    geometry: g,
  });
  return name;
}

function sameWindows(a: ConvGeometry, b: ConvGeometry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

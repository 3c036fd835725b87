import type { GraphNode } from '../../graph/graph.js';
import { inputName, tensorOf } from '../../graph/graph.js';
import type { IntegerTensor } from '../../integer/program.js';
import { fixedFactors } from '../../integer/round.js';
import { countsPadding } from '../../operators/average-pool.js';
import type { CountBounds } from '../../operators/pool-geometry.js';
import { countBounds, poolGeometry, windowCount } from '../../operators/pool-geometry.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { Layout } from '../layout.js';
import type { Lowering, Placement } from '../lowering.js';
import type { LowerRule } from './rule.js';

/** Smallest number of taps that a window divides by, and the numbers from there to the largest. */
export function countRange(
  geometry: ConvGeometry,
  bounds: CountBounds,
): { readonly fewest: number; readonly counts: readonly number[] } {
  let [fewest, most] = [Infinity, 0];
  for (let output = 0; output < geometry.outputHeight * geometry.outputWidth; output += 1) {
    const count = windowCount(geometry, output, bounds);
    fewest = Math.min(fewest, count);
    most = Math.max(most, count);
  }
  return { fewest, counts: Array.from({ length: most - fewest + 1 }, (_, i) => fewest + i) };
}

export const lowerWindowAverage: LowerRule = {
  fusesRelu: false,
  int16: 'computes',
  lower(lowering, node, { output }) {
    const from = lowering.laidOut(node, 0);
    const geometry = poolGeometry(node, tensorOf(lowering.graph, inputName(node, 0)).shape);
    const bounds = countBounds(geometry, countsPadding(node));
    const { steps, clampLow, clampHigh } = lowering.signal(output, false);
    const to = { ...steps, clampLow, clampHigh };
    emitWindowAverage(lowering, node, { from, output, geometry, bounds, to });
  },
};

/** Adds the averages of windows, each rounded once. */
export function emitWindowAverage(
  lowering: Lowering,
  node: GraphNode,
  {
    from,
    output,
    geometry,
    bounds,
    to: { clampLow, clampHigh, ...steps },
  }: {
    readonly from: Placement;
    readonly output: string;
    readonly geometry: ConvGeometry;
    readonly bounds: CountBounds;
    readonly to: Omit<IntegerTensor, 'name' | keyof Layout> & {
      readonly clampLow: number;
      readonly clampHigh: number;
    };
  },
): void {
  const x = lowering.tensorAt(from);
  const { fewest, counts } = countRange(geometry, bounds);
  lowering.place(output, steps);
  const { multiplier, shift } = fixedFactors(
    counts.map((count) => x.scale / (count * steps.scale)),
  );
  lowering.operations.push({
    kind: 'windowAverage',
    name: node.name,
    input: from.tensor,
    output,
    geometry,
    bounds,
    fewest,
    multiplier,
    shift,
    inputZeroPoint: x.zeroPoint,
    outputZeroPoint: steps.zeroPoint,
    clampLow,
    clampHigh,
  });
}

import type { GraphNode, Shape } from '../../graph/graph.js';
import { inputName, intsAttribute, outputName, sizeOf, tensorOf } from '../../graph/graph.js';
import { MOST_PRODUCT_TERMS, PRODUCT_MULTIPLIER_BITS } from '../../integer/product-gradient.js';
import { narrowFactors } from '../../integer/round.js';
import type { Strides } from '../../integer/strides.js';
import { unsupported } from '../../operators/require.js';
import { axisOrder, layoutOf, layoutStrides, positionsOf } from '../layout.js';
import { expanded, operandOf } from '../lower/operands.js';
import type { Lowering, Placement } from '../lowering.js';
import { realStep } from './lowering.js';
import type { GradientRule } from './rule.js';

/** Gradient of a product, summed over the axes along which its operand was broadcast. */
export const lowerProductGradient: GradientRule = (gradient, node) => {
  const { lowering } = gradient;
  const outer = tensorOf(lowering.graph, inputName(node, 0)).shape;
  const layout = layoutOf(outer);
  const { channels } = layout;
  const positions = positionsOf(layout);
  const shape = intsAttribute(node, 'input_shape', []);
  const aligned = [...Array<number>(outer.length - shape.length).fill(1), ...shape];
  const walk = sumWalk(outer, aligned, channels);
  const terms = (walk.sumsChannels ? channels : 1) * walk.sumPositions;
  if (terms > MOST_PRODUCT_TERMS) throw unsupported(node, `its sum has ${terms} terms`);
  // Channels add up, and values move, only in one common step.
  const given =
    walk.sumsChannels || walk.order !== undefined
      ? lowering.inLayout(node, gradient.inOneStep(node), layout, `${node.name}/input_0`)
      : gradient.inLayout(node, 0, layout);
  const from = summedLast(lowering, node, given, outer, walk, 'dy');
  const dy = lowering.tensorAt(from);
  const factor = factorOf(lowering, node, outer, walk);
  const output = outputName(node);
  // Without channels in the outer shape the kept axes lie in ONNX's own order.
  const outChannels = walk.sumsChannels ? 1 : channels;
  const flat = { height: 1, width: positions / walk.sumPositions, channels: outChannels };
  const own = layoutOf(aligned);
  const placement = { tensor: output, ...(own.channels === outChannels ? own : flat) };
  const steps = Array.from(
    { length: outChannels },
    (_, c) => realStep(dy, c) * (factor?.scale ?? 1),
  );
  const { tensor, limit } = gradient.placeGradient(output, placement, steps);
  const { multiplier, shift } = narrowFactors(
    steps.map((step, c) => step / realStep(tensor, c)),
    PRODUCT_MULTIPLIER_BITS,
  );
  gradient.push({
    kind: 'productGradient',
    name: node.name,
    input: from.tensor,
    ...(factor === undefined ? {} : { factor: factor.tensor }),
    output,
    positions,
    channels,
    factorStrides: factor?.strides ?? { position: 0, channel: 0 },
    factorZeroPoint: factor?.zeroPoint ?? 0,
    sumPositions: walk.sumPositions,
    sumsChannels: walk.sumsChannels,
    multiplier,
    shift,
    limit,
  });
};

/** What adds up, of a tensor in the layout of its shape. */
interface SumWalk {
  readonly sumPositions: number;
  readonly sumsChannels: boolean;
  /** Axes in memory, outermost first, so that summed positions are neighbours; absent where they are as it lies. */
  readonly order: readonly number[] | undefined;
}

function sumWalk(outer: Shape, aligned: Shape, channels: number): SumWalk {
  const axes = axisOrder(outer);
  const sums = (axis: number): boolean => aligned[axis] === 1 && (outer[axis] ?? 1) > 1;
  const inner = channels === 1 ? [] : axes.slice(-1);
  const spatial = axes.slice(0, axes.length - inner.length).filter((axis) => outer[axis] !== 1);
  const moved = [...spatial.filter((axis) => !sums(axis)), ...spatial.filter(sums)];
  return {
    sumPositions: sizeOf(spatial.filter(sums).map((axis) => outer[axis] ?? 1)),
    sumsChannels: inner.some(sums),
    order: moved.some((axis, i) => axis !== spatial[i]) ? [...moved, ...inner] : undefined,
  };
}

/** A tensor in the layout of `outer` with its axes in the order of the walk. */
function summedLast(
  lowering: Lowering,
  node: GraphNode,
  from: Placement,
  outer: Shape,
  { order }: SumWalk,
  what: string,
): Placement {
  if (order === undefined) return from;
  const strides = layoutStrides(outer);
  const loops = order.map((axis) => ({ extent: outer[axis] ?? 1, stride: strides[axis] ?? 0 }));
  const { channels, height, width } = from;
  const to = { height: 1, width: height * width, channels };
  return lowering.rearrange(node, from, to, { loops, offset: 0 }, `${node.name}/${what}_moved`);
}

function factorOf(
  lowering: Lowering,
  node: GraphNode,
  outer: Shape,
  walk: SumWalk,
):
  | {
      readonly tensor: string;
      readonly strides: Strides;
      readonly scale: number;
      readonly zeroPoint: number;
    }
  | undefined {
  if (node.inputs[1] === undefined) return undefined;
  if (walk.order === undefined) {
    const { tensor, strides } = operandOf(lowering, node, 1, outer);
    return { tensor: tensor.name, strides, scale: tensor.scale, zeroPoint: tensor.zeroPoint };
  }
  const whole = expanded(lowering, node, 1, outer);
  const moved = summedLast(lowering, node, whole, outer, walk, 'factor');
  const { scale, zeroPoint } = lowering.tensorAt(moved);
  const { channels } = layoutOf(outer);
  return { tensor: moved.tensor, strides: { position: channels, channel: 1 }, scale, zeroPoint };
}

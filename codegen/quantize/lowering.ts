import { IsochroneError } from '../errors.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import { inputName, outputName, tensorOf } from '../graph/graph.js';
import type { IntegerOperation, IntegerTensor } from '../integer/program.js';
import type { ClipBounds } from '../operators/clip.js';
import { elementsOf } from '../integer/program.js';
import { clamp } from '../integer/round.js';
import { unsupported } from '../operators/require.js';
import { broadcastStrides, gatherStrided } from '../operators/strides.js';
import type { CalibratedRange, Calibration } from './calibration.js';
import { int16Limit } from './int16.js';
import type { Layout, Loop } from './layout.js';
import {
  axisOrder,
  fourLoops,
  joinLoops,
  layoutOf,
  positionsOf,
  reorderLoops,
  sameOrder,
} from './layout.js';
import { INT16_MOST, int16Range, int8Range, symmetricInt8 } from './ranges.js';
import type { QuantizedWeights } from './weights.js';

/** How a float tensor lies in the integer program: the same values, channels last. */
export interface Placement extends Layout {
  readonly tensor: string;
}

/** How an operation writes a signal. */
export interface Signal {
  readonly steps: {
    readonly type: 'int8' | 'int16';
    readonly scale: number;
    readonly zeroPoint: number;
  };
  readonly clampLow: number;
  readonly clampHigh: number;
}

/** The integer program while it grows; shared by the forward and the gradient lowering. */
export class Lowering {
  readonly tensors = new Map<string, IntegerTensor>();
  readonly operations: IntegerOperation[] = [];
  /** By name of the float tensor. */
  readonly placements = new Map<string, Placement>();
  /** Quantised weights by name of the forward node that owns them. */
  readonly weights = new Map<string, QuantizedWeights>();
  /** Bounds of each Clip, by name of its output. */
  readonly clips = new Map<string, ClipBounds>();

  /** @param int16 float tensors whose codes are int16; the others are int8 */
  constructor(
    readonly graph: Graph,
    readonly calibration: Calibration,
    private readonly int16: ReadonlySet<string> = new Set(),
  ) {}

  /** Makes an integer tensor for a float one, in the shape that ONNX gives it. */
  place(
    name: string,
    tensor: Omit<IntegerTensor, 'name' | 'height' | 'width' | 'channels'>,
  ): Placement {
    const layout = layoutOf(tensorOf(this.graph, name).shape);
    return this.placeAs(name, { tensor: name, ...layout }, tensor);
  }

  /** Makes an integer tensor for a float one in a given channels-last shape. */
  placeAs(
    name: string,
    placement: Placement,
    tensor: Omit<IntegerTensor, 'name' | 'height' | 'width' | 'channels'>,
  ): Placement {
    const { height, width, channels } = placement;
    this.tensors.set(placement.tensor, {
      name: placement.tensor,
      height,
      width,
      channels,
      ...tensor,
    });
    this.placements.set(name, placement);
    return placement;
  }

  /** Where the node's nth input lies; a constant is made a tensor in flash. */
  placementOf(node: GraphNode, index: number): Placement {
    const name = inputName(node, index);
    const placement = this.placements.get(name);
    if (placement !== undefined) return placement;
    const { shape } = tensorOf(this.graph, name);
    return this.constant(name, shape);
  }

  /** A constant, broadcast to `shape`, as int8 codes: those that the file gives it, else over its own range. */
  constant(name: string, shape: readonly number[]): Placement {
    const { data, shape: own, quantization: given } = tensorOf(this.graph, name);
    if (data === undefined) throw new RangeError(`"${name}" was not placed`);
    const placement = { ...layoutOf(shape), tensor: `${name}/constant_${shape.join('x')}` };
    if (this.tensors.has(placement.tensor)) return placement;
    const strides = broadcastStrides(own, shape);
    const order = axisOrder(shape);
    const values = Float32Array.from(
      gatherStrided(
        { shape: own, data },
        order.map((axis) => shape[axis] ?? 1),
        order.map((axis) => strides[axis] ?? 0),
        0,
      ).data,
    );
    const low = values.reduce((a, b) => Math.min(a, b), 0);
    const high = values.reduce((a, b) => Math.max(a, b), 0);
    const [only] = given?.scales ?? [];
    const quantisation =
      given === undefined || only === undefined
        ? int8Range({ low, high }, false)
        : { scale: only, zeroPoint: given.zeroPoint };
    const { scale, zeroPoint } = quantisation;
    this.tensors.set(placement.tensor, {
      name: placement.tensor,
      type: 'int8',
      height: placement.height,
      width: placement.width,
      channels: placement.channels,
      ...quantisation,
      constant: Int8Array.from(values, (value) =>
        clamp(Math.round(value / scale) + zeroPoint, -128, 127),
      ),
    });
    return placement;
  }

  tensorAt(placement: Pick<Placement, 'tensor'>): IntegerTensor {
    const tensor = this.tensors.get(placement.tensor);
    if (tensor === undefined) throw new RangeError(`no integer tensor "${placement.tensor}"`);
    return tensor;
  }

  /** Another name and shape for an integer tensor, in which every value stays where it lies. */
  view(name: string, tensor: string, shape: readonly number[]): void {
    this.placements.set(name, { ...layoutOf(shape), tensor });
  }

  /** A view keeps the integer tensor where no value moves, or where it flattens everything; else values move. */
  alias(node: GraphNode): void {
    const from = this.placementOf(node, 0);
    const output = outputName(node);
    const { shape } = tensorOf(this.graph, output);
    const to = layoutOf(shape);
    if (sameOrder(from, to)) this.placements.set(output, { ...to, tensor: from.tensor });
    else if (shape.length === 2 && shape[0] === 1) this.placements.set(output, from);
    else this.placements.set(output, this.reorder(node, from, to, output));
  }

  /** The node's nth input in the layout of its shape: as it lies, or a reordered copy that later readers get too. */
  laidOut(node: GraphNode, index: number): Placement {
    const from = this.placementOf(node, index);
    const name = inputName(node, index);
    const placement = this.inLayout(node, from, layoutOf(tensorOf(this.graph, name).shape), name);
    this.placements.set(name, placement);
    return placement;
  }

  /** The same float values in another layout: as they lie where their order is the same, else a reordered copy. */
  inLayout(node: GraphNode, from: Placement, to: Layout, name: string): Placement {
    const { height, width, channels } = to;
    if (sameOrder(from, to)) return { tensor: from.tensor, height, width, channels };
    return this.reorder(node, from, to, `${name}/${channels}_channels`);
  }

  private reorder(node: GraphNode, from: Placement, to: Layout, name: string): Placement {
    const loops = reorderLoops(from, to);
    if (loops !== undefined) return this.rearrange(node, from, to, { loops, offset: 0 }, name);
    // In ONNX's own order in between.
    const flat = { height: 1, width: positionsOf(from) * from.channels, channels: 1 };
    return this.reorder(node, this.reorder(node, from, flat, `${name}/flat`), to, name);
  }

  /**
   * A tensor called `name` in layout `to` whose elements, in order, are those of `from` that the loops visit; the input
   * itself where they visit all of it in order. Codes and scale stay.
   */
  rearrange(
    node: GraphNode,
    from: Placement,
    to: Layout,
    walk: { readonly loops: readonly Loop[]; readonly offset: number },
    name: string,
  ): Placement {
    const source = this.tensorAt(from);
    const { height, width, channels } = to;
    const joined = joinLoops(walk.loops);
    const elements = height * width * channels;
    const [only] = joined;
    const inOrder = joined.length === 0 || (joined.length === 1 && only?.stride === 1);
    if (inOrder && elements === elementsOf(source)) {
      return { tensor: from.tensor, height, width, channels };
    }
    const four = fourLoops(joined);
    if (four === undefined) throw unsupported(node, 'it moves values along too many axes at once');
    this.addCopy(name, to, source);
    this.operations.push({
      kind: 'rearrange',
      name: node.name,
      input: from.tensor,
      output: name,
      ...four,
      offset: walk.offset,
    });
    return { tensor: name, height, width, channels };
  }

  /** A tensor of another layout with the codes of `source`. */
  addCopy(name: string, layout: Layout, source: IntegerTensor): void {
    if (source.channelScale !== undefined) throw new RangeError(`"${name}" mixes channel scales`);
    const { height, width, channels } = layout;
    const { type, scale, zeroPoint } = source;
    this.tensors.set(name, { name, type, height, width, channels, scale, zeroPoint });
  }

  /** Adds an operation right behind the one that computes `tensor` (in front of all for the network's input). */
  insertBehind(tensor: string, operation: IntegerOperation): void {
    const producer = this.operations.findIndex((op) => op.output === tensor);
    this.operations.splice(producer + 1, 0, operation);
  }

  /**
   * Steps and limits of a signal that an operation computes, as wide as was chosen for it.
   * @param relu a ReLU is fused into the operation
   */
  signal(name: string, relu: boolean): Signal {
    if (!this.int16.has(name)) {
      const range = int8Range(this.activationRange(name), relu);
      return {
        steps: { type: 'int8', ...range },
        clampLow: relu ? range.zeroPoint : -128,
        clampHigh: 127,
      };
    }
    const limit = int16Limit(this.graph, name);
    const range = int16Range(this.wholeRange(name), limit);
    const clip = this.clips.get(name);
    const code = (bound: number): number =>
      Math.max(-limit, Math.min(limit, Math.round(bound / range.scale)));
    return {
      steps: { type: 'int16', ...range },
      clampLow: relu ? 0 : code(clip?.low ?? -Infinity),
      clampHigh: code(clip?.high ?? Infinity),
    };
  }

  /** The network's answer: int16, whatever computes it. */
  answer(name: string): Signal {
    const range = int16Range(this.activationRange(name));
    return { steps: { type: 'int16', ...range }, clampLow: -INT16_MOST, clampHigh: INT16_MOST };
  }

  /** The network's input: symmetric, so that the zero of a signal is the zero of its code. */
  input(name: string): Signal['steps'] {
    return this.int16.has(name)
      ? { type: 'int16', ...int16Range(this.wholeRange(name)) }
      : { type: 'int8', ...symmetricInt8(this.activationRange(name)) };
  }

  /** Everything that calibration saw of a tensor, where its range may leave rare values out. */
  private wholeRange(name: string): { readonly low: number; readonly high: number } {
    const { low, high, magnitude = 0 } = this.calibratedRange(name);
    return { low: Math.min(low, -magnitude), high: Math.max(high, magnitude) };
  }

  private calibratedRange(name: string): CalibratedRange {
    const range = this.calibration.activations[name];
    if (range === undefined) throw missing(name);
    return range;
  }

  activationRange(name: string): { readonly low: number; readonly high: number } {
    const range = this.calibratedRange(name);
    const clip = this.clips.get(name);
    // A range that ends just short of a bound ends at it: what the network clips is then what the integers clip.
    const near = (end: number, bound: number): number => (end / bound > 0.9 ? bound : end);
    return clip === undefined
      ? range
      : { low: near(range.low, clip.low), high: near(range.high, clip.high) };
  }

  /** Largest magnitude per channel of a gradient tensor, for `channels` channels. */
  gradientRange(name: string, channels: number): readonly number[] {
    const range = this.calibration.gradients[name];
    if (range === undefined || range.length % channels !== 0) throw missing(name);
    // A flattened tensor has its values channel by channel.
    const each = range.length / channels;
    return Array.from({ length: channels }, (_, c) =>
      range.slice(c * each, (c + 1) * each).reduce((a, b) => Math.max(a, b), 0),
    );
  }
}

function missing(name: string): IsochroneError {
  return new IsochroneError('CALIBRATION_INCOMPLETE', `it has no range for tensor "${name}"`, {
    hint: 'Run `isochrone calibrate MODEL --data DIR` again.',
    where: { tensor: name },
  });
}

import { IsochroneError } from '../errors.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import { inputName, tensorOf } from '../graph/graph.js';
import type { IntegerOperation, IntegerTensor } from '../integer/program.js';
import type { ClipBounds } from '../operators/clip.js';
import { unsupported } from '../operators/require.js';
import type { Calibration } from './calibration.js';
import type { QuantizedWeights } from './weights.js';

/** How a float tensor lies in the integer program: the same values, channels last. */
export interface Placement {
  readonly tensor: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
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

  constructor(
    readonly graph: Graph,
    readonly calibration: Calibration,
  ) {}

  /** Makes an integer tensor for a float one, in the shape that ONNX gives it. */
  place(
    name: string,
    tensor: Omit<IntegerTensor, 'name' | 'height' | 'width' | 'channels'>,
  ): Placement {
    const [, channels = 1, ...spatial] = tensorOf(this.graph, name).shape;
    const [height, width] =
      spatial.length === 2 ? [spatial[0] ?? 1, spatial[1] ?? 1] : [1, spatial[0] ?? 1];
    return this.placeAs(name, { tensor: name, height, width, channels }, tensor);
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

  placementOf(node: GraphNode, index: number): Placement {
    const name = inputName(node, index);
    const placement = this.placements.get(name);
    if (placement === undefined) {
      throw unsupported(
        node,
        `input ${index} ("${name}") is a constant where a signal is expected`,
      );
    }
    return placement;
  }

  tensorAt(placement: Placement): IntegerTensor {
    const tensor = this.tensors.get(placement.tensor);
    if (tensor === undefined) throw new RangeError(`no integer tensor "${placement.tensor}"`);
    return tensor;
  }

  /** A view keeps the integer tensor where the channels stay the channels, or where it flattens everything. */
  alias(node: GraphNode): void {
    const from = this.placementOf(node, 0);
    const output = node.outputs[0] ?? '';
    const shape = tensorOf(this.graph, output).shape;
    const [, channels = 1, ...spatial] = shape;
    if (channels === from.channels && spatial.length <= 2) {
      const [height, width] =
        spatial.length === 2 ? [spatial[0] ?? 1, spatial[1] ?? 1] : [1, spatial[0] ?? 1];
      this.placements.set(output, { tensor: from.tensor, height, width, channels });
    } else if (shape.length === 2) {
      this.placements.set(output, from);
    } else {
      throw unsupported(
        node,
        `a view of ${from.channels} channels as [${shape.join(', ')}] would move values between channels`,
      );
    }
  }

  activationRange(name: string): { readonly low: number; readonly high: number } {
    const range = this.calibration.activations[name];
    if (range === undefined) throw missing(name);
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

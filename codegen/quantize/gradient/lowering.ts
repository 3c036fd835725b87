import type { GraphNode } from '../../graph/graph.js';
import { inputName, outputName, tensorOf } from '../../graph/graph.js';
import { largestGradientGain } from '../../integer/conv-gradient.js';
import type { PackInsideOperation } from '../../integer/pack-inside.js';
import type { PackSignsOperation } from '../../integer/pack-signs.js';
import type { IntegerOperation, IntegerTensor } from '../../integer/program.js';
import { fixedFactors } from '../../integer/round.js';
import { clipBounds } from '../../operators/clip.js';
import { unsupported } from '../../operators/require.js';
import { layoutOf, type Layout } from '../layout.js';
import { INT16_MOST } from '../ranges.js';
import type { Lowering, Placement } from '../lowering.js';
import type { QuantizedWeights } from '../weights.js';

/** Records beyond the calibration set may have steeper gradients; what still does not fit saturates and is counted. */
const GRADIENT_HEADROOM = 1.5;
/** Only a gradient that was zero throughout the calibration has larger steps against another one. */
const LARGEST_FACTOR = 2 ** 12;
/** No code reaches it. */
const UNREACHED = 100_000;

/** The seed of the backward pass: one value for each class, for the case that it is the class to explain. */
export interface LoweredSeed {
  readonly tensor: string;
  readonly values: Int16Array;
}

/** The backward half of the integer program while it grows: what the rules of this folder share. */
export class GradientLowering {
  readonly fused = new Set<GraphNode>();
  /** Per-channel weight steps that an integer gradient tensor is kept in, by its name. */
  private readonly normals = new Map<string, Float64Array | undefined>();

  constructor(
    readonly lowering: Lowering,
    readonly nodes: readonly GraphNode[],
    private readonly inputGradient: string,
  ) {}

  placeSeed(seed: string): LoweredSeed {
    const channels = tensorOf(this.lowering.graph, seed).shape[1] ?? 1;
    const normal = this.steps(seed, channels);
    const largest = maximum(this.channelSteps(normal, channels));
    const limit = this.limitOf(seed);
    const scale = largest / limit;
    const placement = this.lowering.place(seed, this.gradientTensor(scale, normal));
    this.normals.set(placement.tensor, normal);
    const tensor = this.lowering.tensorAt(placement);
    const values = Int16Array.from({ length: channels }, (_, c) =>
      Math.round(1 / realStep(tensor, c)),
    );
    return { tensor: placement.tensor, values };
  }

  /**
   * The one tensor of `node` after the ReLU gradient that alone reads it, fused: its name, and the ReLU's sign bits.
   */
  masked(node: GraphNode): { readonly output: string; readonly mask: string | undefined } {
    const relu = this.onlyReluGradient(outputName(node));
    return relu === undefined
      ? { output: outputName(node), mask: undefined }
      : { output: outputName(relu), mask: this.mask(relu) };
  }

  pushMerge(
    name: string,
    a: Placement,
    b: Placement | undefined,
    output: IntegerTensor,
    limit: number,
    mask: string | undefined,
    sign: 1 | -1 = 1,
  ): void {
    const factors = (from: Placement): number[] =>
      Array.from({ length: output.channels }, (_, c) =>
        Math.min(LARGEST_FACTOR, realStep(this.lowering.tensorAt(from), c) / realStep(output, c)),
      );
    const factorsB = b === undefined ? [] : factors(b);
    const all = fixedFactors([...factors(a), ...factorsB]);
    this.push({
      kind: 'gradientMerge',
      name,
      inputA: a.tensor,
      output: output.name,
      positions: output.height * output.width,
      channels: output.channels,
      multiplierA: all.multiplier.slice(0, output.channels).map((factor) => sign * factor),
      ...(b === undefined
        ? {}
        : { inputB: b.tensor, multiplierB: all.multiplier.slice(output.channels) }),
      shift: all.shift,
      ...(mask === undefined ? {} : { mask }),
      limit,
    });
  }

  /** The gradient that a convolution multiplies, in the steps of its weights: as it lies, or a rescaled copy. */
  inSteps(node: GraphNode, weights: QuantizedWeights): Placement {
    const name = inputName(node, 0);
    const { outputHeight: height, outputWidth: width, outputChannels: channels } = weights.geometry;
    const placement = this.inLayout(node, 0, { height, width, channels });
    if (this.normals.get(placement.tensor) === weights.scale) return placement;
    const copy = `${node.name}/rescaled`;
    const range = this.lowering.gradientRange(name, placement.channels);
    const limit = this.limitFor(weights);
    const scale = this.scaleFor(range, weights.scale, limit);
    this.lowering.tensors.set(copy, {
      name: copy,
      height: placement.height,
      width: placement.width,
      channels: placement.channels,
      ...this.gradientTensor(scale, weights.scale),
    });
    const to = { ...placement, tensor: copy };
    this.pushMerge(copy, placement, undefined, this.lowering.tensorAt(to), limit, undefined);
    return to;
  }

  /** The gradient that a node reads, in one step for all channels: as it lies, or a rescaled copy. */
  inOneStep(node: GraphNode, index = 0): Placement {
    const placement = this.lowering.placementOf(node, index);
    if (this.lowering.tensorAt(placement).channelScale === undefined) return placement;
    const copy = `${node.name}/common_${index}`;
    const range = this.lowering.gradientRange(inputName(node, index), placement.channels);
    const { height, width, channels } = placement;
    this.lowering.tensors.set(copy, {
      name: copy,
      height,
      width,
      channels,
      ...this.gradientTensor(this.scaleFor(range, undefined, INT16_MOST), undefined),
    });
    const to = { ...placement, tensor: copy };
    this.pushMerge(copy, placement, undefined, this.lowering.tensorAt(to), INT16_MOST, undefined);
    return to;
  }

  /** The node's nth input in a given layout. */
  inLayout(node: GraphNode, index: number, to: Layout): Placement {
    const from = this.lowering.placementOf(node, index);
    if (from.channels === to.channels) return from;
    const name = `${node.name}/input_${index}`;
    return this.lowering.inLayout(node, this.inOneStep(node, index), to, name);
  }

  /**
   * Places a gradient in steps that its calibrated range asks for.
   * @param least finest useful step per channel: finer ones only add digits that the sources do not have
   */
  placeGradient(
    name: string,
    placement: Placement,
    least: readonly number[] = [],
  ): { readonly tensor: IntegerTensor; readonly limit: number } {
    const normal = this.steps(name, placement.channels);
    const limit = this.limitOf(name);
    const range = this.lowering.gradientRange(name, placement.channels);
    const steps = this.channelSteps(normal, placement.channels);
    const scale = Math.max(
      this.scaleFor(range, normal, limit),
      ...least.map((step, c) => step * (steps[c] ?? 1)),
    );
    this.lowering.placeAs(name, placement, this.gradientTensor(scale, normal));
    this.normals.set(placement.tensor, normal);
    return { tensor: this.lowering.tensorAt(placement), limit };
  }

  /** Places a gradient in one step for all channels, whatever reads it. */
  placeInOneStep(
    name: string,
    placement: Placement,
  ): { readonly tensor: IntegerTensor; readonly limit: number } {
    const range = this.lowering.gradientRange(name, placement.channels);
    const scale = this.scaleFor(range, undefined, INT16_MOST);
    this.lowering.placeAs(name, placement, this.gradientTensor(scale, undefined));
    return { tensor: this.lowering.tensorAt(placement), limit: INT16_MOST };
  }

  /** The node's nth input with one step for all channels, in the layout of its shape. */
  commonIn(node: GraphNode, index: number): Placement {
    const layout = layoutOf(tensorOf(this.lowering.graph, inputName(node, index)).shape);
    const from = this.inOneStep(node, index);
    return this.lowering.inLayout(node, from, layout, `${node.name}/input_${index}`);
  }

  private scaleFor(
    range: readonly number[],
    normal: Float64Array | undefined,
    limit: number,
  ): number {
    const steps = this.channelSteps(normal, range.length);
    const largest = maximum(range.map((value, c) => value * (steps[c] ?? 1)));
    // A gradient that was always zero (of a rounding, say) needs a step all the same.
    return largest === 0 ? 1 : (largest * GRADIENT_HEADROOM) / limit;
  }

  private gradientTensor(
    scale: number,
    normal: Float64Array | undefined,
  ): Pick<IntegerTensor, 'type' | 'scale' | 'zeroPoint' | 'channelScale'> {
    return {
      type: 'int16',
      scale,
      zeroPoint: 0,
      ...(normal === undefined ? {} : { channelScale: normal.map((value) => 1 / value) }),
    };
  }

  private channelSteps(normal: Float64Array | undefined, channels: number): readonly number[] {
    return normal === undefined ? Array<number>(channels).fill(1) : Array.from(normal);
  }

  /**
   * Per-channel weight steps that a gradient tensor is kept in: those of the first convolution that reads it, unless a
   * view between them makes other channels of it.
   */
  private steps(name: string, channels: number): Float64Array | undefined {
    const steps = this.firstConvReader(name)?.scale;
    return steps?.length === channels ? steps : undefined;
  }

  private limitOf(name: string): number {
    const reader = this.firstConvReader(name);
    return reader === undefined ? INT16_MOST : this.limitFor(reader);
  }

  private limitFor(weights: QuantizedWeights): number {
    const gain = largestGradientGain(weights.geometry, weights.values);
    return Math.min(INT16_MOST, Math.floor((2 ** 31 - 1) / Math.max(1, gain)));
  }

  /** Reads through views: they keep the integer tensor. */
  private firstConvReader(name: string): QuantizedWeights | undefined {
    for (const node of this.nodes) {
      if (node.inputs[0] !== name) continue;
      if (node.operator === 'ConvInputGradient' || node.operator === 'GemmInputGradient') {
        return this.weightsOf(node);
      }
      if (node.operator === 'View') {
        const behind = this.firstConvReader(outputName(node));
        if (behind !== undefined) return behind;
      }
    }
    return undefined;
  }

  weightsOf(node: GraphNode): QuantizedWeights {
    const w = inputName(node, 1);
    const owner = this.lowering.graph.nodes.find(
      (other) => (other.operator === 'Conv' || other.operator === 'Gemm') && other.inputs[1] === w,
    );
    const weights = owner === undefined ? undefined : this.lowering.weights.get(owner.name);
    if (weights === undefined) throw unsupported(node, 'its weights belong to no convolution');
    return weights;
  }

  onlyReluGradient(tensor: string): GraphNode | undefined {
    const readers = this.nodes.filter((node) => node.inputs.includes(tensor));
    const [reader] = readers;
    if (
      readers.length !== 1 ||
      (reader?.operator !== 'ReluGradient' && reader?.operator !== 'ClipGradient') ||
      reader.inputs[0] !== tensor ||
      tensor === this.inputGradient
    ) {
      return undefined;
    }
    this.fused.add(reader);
    return reader;
  }

  /** Where the gradient of a ReLU or a Clip passes, one bit per element of its output. */
  mask(reader: GraphNode): string {
    const source = this.lowering.tensorAt(this.lowering.placementOf(reader, 1));
    if (reader.operator === 'ReluGradient') return this.signsOf(source);
    const bounds = clipBounds(
      reader,
      reader.inputs
        .slice(1)
        .map((name) => (name === '' ? undefined : tensorOf(this.lowering.graph, name))),
    );
    const code = (bound: number): number =>
      Number.isFinite(bound)
        ? Math.round(bound / source.scale) + source.zeroPoint
        : Math.sign(bound) * UNREACHED;
    const [least, most] = source.type === 'int16' ? [-INT16_MOST, INT16_MOST] : [-128, 127];
    // One code beyond the last is a bound that rounding has pushed out: the last code stands for it.
    const [low, high] = [code(bounds.low), code(bounds.high)];
    return this.pack(source, 'inside', {
      kind: 'packInside',
      low: low < least - 1 ? -UNREACHED : Math.max(least, low),
      high: high > most + 1 ? UNREACHED : Math.min(most, high),
    });
  }

  /** Where a signal is above zero, one bit per element. */
  signsOf(source: IntegerTensor): string {
    return this.pack(source, 'signs', { kind: 'packSigns', zeroPoint: source.zeroPoint });
  }

  /** Bits of a signal, packed right behind the operation that computes it, once. */
  private pack(
    source: IntegerTensor,
    what: string,
    operation:
      | Pick<PackSignsOperation, 'kind' | 'zeroPoint'>
      | Pick<PackInsideOperation, 'kind' | 'low' | 'high'>,
  ): string {
    const name = `${source.name}/${what}`;
    if (this.lowering.tensors.has(name)) return name;
    const { height, width, channels } = source;
    this.lowering.tensors.set(name, {
      name,
      type: 'bits',
      height,
      width,
      channels,
      scale: 1,
      zeroPoint: 0,
    });
    this.lowering.insertBehind(source.name, {
      ...operation,
      name,
      input: source.name,
      output: name,
      elements: height * width * channels,
    });
    return name;
  }

  push(operation: IntegerOperation): void {
    this.lowering.operations.push(operation);
  }
}

/** Real value of one step of channel c. */
export function realStep(tensor: IntegerTensor, c: number): number {
  return tensor.scale * (tensor.channelScale?.[c] ?? 1);
}

export function maximum(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}

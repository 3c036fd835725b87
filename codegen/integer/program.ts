import type { AddOperation } from './add.js';
import type { AveragePoolGradientOperation } from './average-pool-gradient.js';
import type { ChannelNormOperation } from './channel-norm.js';
import type { ChannelNormGradientOperation } from './channel-norm-gradient.js';
import type { ConvOperation } from './conv.js';
import type { AveragePoolOperation } from './average-pool.js';
import type { ConcatOperation } from './concat.js';
import type { ConvGradientOperation } from './conv-gradient.js';
import type { EmbedOperation } from './embed.js';
import type { GradientMergeOperation } from './gradient-merge.js';
import type { GruOperation } from './gru.js';
import type { LstmOperation } from './lstm.js';
import type { MatMulOperation } from './mat-mul.js';
import type { MatMulGradientOperation } from './mat-mul-gradient.js';
import type { PackSignsOperation } from './pack-signs.js';
import type { SoftmaxOperation } from './softmax.js';
import type { SoftmaxGradientOperation } from './softmax-gradient.js';
import type { BroadcastAddOperation } from './broadcast-add.js';
import type { LookupOperation } from './lookup.js';
import type { LookupGradientOperation } from './lookup-gradient.js';
import type { MultiplyOperation } from './multiply.js';
import type { PackInsideOperation } from './pack-inside.js';
import type { PReluOperation } from './prelu.js';
import type { PReluGradientOperation } from './prelu-gradient.js';
import type { ProductGradientOperation } from './product-gradient.js';
import type { MaxPoolGradientOperation } from './max-pool-gradient.js';
import type { MaxPoolWinnerOperation } from './max-pool-winner.js';
import type { MaxPoolOperation } from './max-pool.js';
import type { RearrangeOperation } from './rearrange.js';
import type { ReluOperation } from './relu.js';
import type { WindowAverageGradientOperation } from './window-average-gradient.js';
import type { WindowAverageOperation } from './window-average.js';
import type { RescaledAddOperation } from './rescaled-add.js';
import type { WidenOperation } from './widen.js';
import type { WindowMeanOperation } from './window-mean.js';

/** `bits`: one bit per element, least significant first; the only thing a ReLU's gradient keeps. */
export type IntegerType = 'int8' | 'int16' | 'bits';

/** A tensor of the integer program, channels last: [height][width][channels]. */
export interface IntegerTensor {
  readonly name: string;
  readonly type: IntegerType;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Real value of one step, per channel where `channelScale` is given (gradients): scale · channelScale[c]. */
  readonly scale: number;
  readonly channelScale?: Float64Array;
  readonly zeroPoint: number;
  /** The codes of a constant (a position embedding, say): it lies in flash and no operation writes it. */
  readonly constant?: Int8Array;
}

export type IntegerOperation =
  | AddOperation
  | AveragePoolGradientOperation
  | ChannelNormOperation
  | ChannelNormGradientOperation
  | ConvOperation
  | AveragePoolOperation
  | ConcatOperation
  | ConvGradientOperation
  | EmbedOperation
  | GradientMergeOperation
  | GruOperation
  | LstmOperation
  | MatMulOperation
  | MatMulGradientOperation
  | SoftmaxOperation
  | SoftmaxGradientOperation
  | MaxPoolGradientOperation
  | MaxPoolOperation
  | MaxPoolWinnerOperation
  | PackSignsOperation
  | BroadcastAddOperation
  | LookupOperation
  | LookupGradientOperation
  | MultiplyOperation
  | PackInsideOperation
  | PReluOperation
  | PReluGradientOperation
  | ProductGradientOperation
  | ReluOperation
  | RearrangeOperation
  | WindowAverageGradientOperation
  | WindowAverageOperation
  | RescaledAddOperation
  | WidenOperation
  | WindowMeanOperation;

/**
 * What the device executes: integers only, channels last, one rounding rule. The interpreter defines it; the C on every
 * target must give the same bytes in every tensor.
 */
export interface IntegerProgram {
  readonly name: string;
  readonly tensors: ReadonlyMap<string, IntegerTensor>;
  readonly operations: readonly IntegerOperation[];
  /** How many of the operations are the answer; the rest are its explanation. */
  readonly forwardOperations: number;
  readonly input: string;
  readonly logits: string;
  /** Absent when built without explanation. */
  readonly explanation?: {
    readonly seed: string;
    /** The seed's value for each class where that class is asked for; zero elsewhere. */
    readonly seedValues: Int16Array;
    readonly inputGradient: string;
    /** Where Grad-CAM is built in: its values over time, [positions], int16. */
    readonly gradCam?: string;
  };
  /** The answer holds probabilities: a network with scales of its own keeps the softmax or sigmoid at its end. */
  readonly answersProbabilities?: true;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Codes of a signal, as they lie in memory. */
export type SignalArray = Int8Array | Int16Array;
export type IntegerArray = SignalArray | Uint8Array;

/** The type of a tensor that is a signal, not bits. */
export function widthOf(tensor: IntegerTensor): 'int8' | 'int16' {
  if (tensor.type === 'bits') throw new RangeError(`"${tensor.name}" is no signal`);
  return tensor.type;
}

export function elementsOf(tensor: IntegerTensor): number {
  return tensor.height * tensor.width * tensor.channels;
}

export function bytesOf(tensor: IntegerTensor): number {
  const elements = elementsOf(tensor);
  if (tensor.type === 'bits') return Math.ceil(elements / 8);
  return tensor.type === 'int16' ? 2 * elements : elements;
}

/** A named tensor of the program; one that is missing is a fault of the compiler. */
export function integerTensor(
  program: Pick<IntegerProgram, 'tensors'>,
  name: string,
): IntegerTensor {
  const tensor = program.tensors.get(name);
  if (tensor === undefined) throw new RangeError(`the integer program has no tensor "${name}"`);
  return tensor;
}

/**
 * Many single operations as one integer program, so that the kernels of a backend run them exactly as in a network: chosen,
 * planned and emitted by the compiler, each output compared with the interpreter.
 */
import { emitFor, type CodeTarget, type CompiledNetwork } from '../../../../codegen/compile.js';
import type { ConvOperation } from '../../../../codegen/integer/conv.js';
import type { ConvGradientOperation } from '../../../../codegen/integer/conv-gradient.js';
import type {
  IntegerOperation,
  IntegerProgram,
  IntegerTensor,
} from '../../../../codegen/integer/program.js';
import type { ConvGeometry } from '../../../../codegen/operators/conv-geometry.js';
import { seededRandom } from '../../../../codegen/testing/random.js';

const INPUT_CHANNELS = 4;
const CLASSES = 2;
/** For tensors whose real values nobody asks for. */
const PLAIN = { scale: 1, zeroPoint: 0 } as const;

/** Collects operations on constant inputs. */
export class OperationProgram {
  readonly tensors = new Map<string, IntegerTensor>();
  private readonly forward: IntegerOperation[] = [];
  private readonly backward: IntegerOperation[] = [];
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  int8(): number {
    return Math.floor(this.random() * 256) - 128;
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** A constant int8 tensor of noise. */
  noise(shape: readonly [number, number, number]): string {
    const [height, width, channels] = shape;
    const name = `constant ${this.tensors.size}`;
    const constant = Int8Array.from({ length: height * width * channels }, () => this.int8());
    this.tensors.set(name, { name, type: 'int8', height, width, channels, ...PLAIN, constant });
    return name;
  }

  tensor(type: IntegerTensor['type'], shape: readonly [number, number, number]): string {
    const [height, width, channels] = shape;
    const name = `tensor ${this.tensors.size}`;
    this.tensors.set(name, { name, type, height, width, channels, ...PLAIN });
    return name;
  }

  add(operation: IntegerOperation, pass: 'forward' | 'backward' = 'forward'): void {
    (pass === 'forward' ? this.forward : this.backward).push(operation);
  }

  /** Weights in ±127, as the quantiser makes them. */
  weights(g: ConvGeometry): Int8Array {
    const taps = g.kernelHeight * g.kernelWidth * (g.inputChannels / g.groups);
    return Int8Array.from({ length: g.outputChannels * taps }, () => Math.max(-127, this.int8()));
  }

  /** A convolution of noise, without its input and output: bias and multipliers that use the range of the output. */
  convolution(
    name: string,
    geometry: ConvGeometry,
    reach: number,
  ): Omit<ConvOperation, 'input' | 'output'> {
    const taps =
      geometry.kernelHeight * geometry.kernelWidth * (geometry.inputChannels / geometry.groups);
    const factor = reach / (74 * 74 * 1.5 * Math.sqrt(taps));
    return {
      kind: 'conv',
      name,
      geometry,
      weights: this.weights(geometry),
      bias: Int32Array.from({ length: geometry.outputChannels }, () => this.below(20_000) - 10_000),
      multiplier: Int32Array.from({ length: geometry.outputChannels }, () =>
        Math.min(2 ** 31 - 1, Math.round(factor * (0.5 + this.random()) * 2 ** 32)),
      ),
      shift: 32,
      clampLow: -128,
      clampHigh: 127,
      inputZeroPoint: this.int8(),
    };
  }

  /** Shifts by channel, an offset and bounds, as networks with scales of their own have them. */
  ownScales(
    g: ConvGeometry,
  ): Pick<
    ConvOperation,
    'multiplier' | 'shift' | 'channelShift' | 'outputOffset' | 'clampLow' | 'clampHigh'
  > {
    const channels = Array.from({ length: g.outputChannels });
    const taps = g.kernelHeight * g.kernelWidth * (g.inputChannels / g.groups);
    // Full multipliers, so that the shift alone brings the sums to about ±60.
    const least = Math.round(30.5 + Math.log2((74 * 74 * 1.5 * Math.sqrt(taps)) / 60));
    return {
      multiplier: Int32Array.from(channels, () => 2 ** 30 + this.below(2 ** 30)),
      shift: least,
      channelShift: Uint8Array.from(channels, () => least + this.below(3)),
      outputOffset: this.below(100) - 50,
      clampLow: this.below(2) === 0 ? -128 : -30,
      clampHigh: this.below(2) === 0 ? 127 : 50,
    };
  }

  /**
   * An int16 signal of noise that fills ±`reach`, some of it clamped: what a constant cannot hold is a convolution of one.
   * @param reach the largest code
   */
  wideNoise(
    shape: readonly [number, number, number],
    pass: 'forward' | 'backward',
    reach: number,
  ): string {
    const [height, width, channels] = shape;
    const output = this.tensor('int16', shape);
    const pointwise: ConvGeometry = {
      ...{ inputHeight: height, inputWidth: width, inputChannels: channels },
      ...{ outputHeight: height, outputWidth: width, outputChannels: channels },
      ...{ kernelHeight: 1, kernelWidth: 1, strideHeight: 1, strideWidth: 1 },
      ...{ padTop: 0, padLeft: 0, dilationHeight: 1, dilationWidth: 1, groups: channels },
    };
    this.add(
      {
        ...this.convolution(`wide ${output}`, pointwise, 12_000),
        input: this.noise(shape),
        output,
        clampLow: -reach,
        clampHigh: reach,
      },
      pass,
    );
    return output;
  }

  /** An int16 gradient for `gradient` to read, and the gradient, which may be masked; some values saturate. */
  addGradient(name: string, geometry: ConvGeometry, masked: boolean): void {
    const g = geometry;
    const output = [g.outputHeight, g.outputWidth, g.outputChannels] as const;
    const input = [g.inputHeight, g.inputWidth, g.inputChannels] as const;
    const forward: ConvOperation = {
      ...this.convolution(`${name} forward`, g, 60),
      input: this.noise(input),
      output: this.tensor('int8', output),
    };
    this.add(forward);
    const wide = this.wideNoise(output, 'backward', 32_767);
    const sums =
      (g.outputChannels / g.groups) * Math.ceil(g.kernelHeight / g.strideHeight) * g.kernelWidth;
    const limit = masked ? 32_767 : 20_000;
    // dy has a root mean square of about 4,000: a few of a hundred values saturate.
    const factor = limit / 2 / (4000 * 74 * Math.sqrt(sums));
    const gradient: ConvGradientOperation = {
      kind: 'convGradient',
      name,
      input: wide,
      output: this.tensor('int16', input),
      conv: forward.name,
      geometry,
      weights: forward.weights,
      multiplier: Int32Array.from({ length: g.inputChannels }, () =>
        Math.round(factor * (0.5 + this.random()) * 2 ** 32),
      ),
      shift: 32,
      limit,
      ...(masked ? { mask: this.signs(input) } : {}),
    };
    this.add(gradient, 'backward');
  }

  private signs(shape: readonly [number, number, number]): string {
    const output = this.tensor('bits', shape);
    const elements = shape[0] * shape[1] * shape[2];
    this.add({
      kind: 'packSigns',
      name: output,
      input: this.noise(shape),
      output,
      elements,
      zeroPoint: this.int8(),
    });
    return output;
  }

  /** The finished program for one backend, with an answer and an explanation of its own at the ends. */
  compile(target: CodeTarget): CompiledNetwork {
    const dense: ConvGeometry = {
      ...{ inputHeight: 1, inputWidth: 1, inputChannels: INPUT_CHANNELS },
      ...{ outputHeight: 1, outputWidth: 1, outputChannels: CLASSES },
      ...{ kernelHeight: 1, kernelWidth: 1, strideHeight: 1, strideWidth: 1 },
      ...{ padTop: 0, padLeft: 0, dilationHeight: 1, dilationWidth: 1, groups: 1 },
    };
    const shape = [1, 1, INPUT_CHANNELS] as const;
    const input = this.tensor('int8', shape);
    const logits = this.tensor('int16', [1, 1, CLASSES]);
    const seed = this.tensor('int16', [1, 1, CLASSES]);
    const inputGradient = this.tensor('int16', shape);
    const answer: ConvOperation = {
      ...this.convolution('answer', dense, 9000),
      input,
      output: logits,
      clampLow: -32_767,
      clampHigh: 32_767,
    };
    const explanation: ConvGradientOperation = {
      kind: 'convGradient',
      name: 'explanation',
      input: seed,
      output: inputGradient,
      conv: 'answer',
      geometry: dense,
      weights: answer.weights,
      multiplier: new Int32Array(INPUT_CHANNELS).fill(2 ** 26),
      shift: 32,
      limit: 32_767,
    };
    const program: IntegerProgram = {
      name: 'operations',
      tensors: this.tensors,
      operations: [...this.forward, answer, ...this.backward, explanation],
      forwardOperations: this.forward.length + 1,
      input,
      logits,
      explanation: { seed, seedValues: new Int16Array(CLASSES).fill(10_000), inputGradient },
      metadata: {},
    };
    // Only the integer program counts from here on.
    const explained = {} as CompiledNetwork['explained'];
    return emitFor(
      { graph: {} as CompiledNetwork['graph'], explained, program, equalised: [], methods: [] },
      target,
    );
  }
}

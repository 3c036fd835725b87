import { IsochroneError } from '../errors.js';
import type { AttributeValue, GraphNode, Quantization, Shape, TensorInfo } from '../graph/graph.js';
import { nodeError, sizeOf } from '../graph/graph.js';
import { operatorRule } from '../operators/registry.js';
import type { TfliteFile, TfliteOperator, TfliteTensor } from './tflite-file.js';
import { tfliteDamaged } from './tflite-file.js';
import { ACTIVATION, TYPE, TYPE_NAMES } from './tflite-schema.js';
import { channelsFirst, constantOf, unsupportedType } from './tflite-values.js';

/** Activations of one tensor beyond this cannot belong to a network for a microcontroller: 2^24 elements. */
const MOST_ACTIVATIONS = 1 << 24;
/** Constants of one network beyond this cannot either, however often a damaged file names the same bytes. */
const MOST_CONSTANTS = 1 << 26;

/** Fused activations that are operators without bounds; the others clip. */
const ACTIVATION_OPERATORS: ReadonlyMap<number, string> = new Map([
  [ACTIVATION.relu, 'Relu'],
  [ACTIVATION.tanh, 'Tanh'],
]);

/** A padding that its readers take over: [top, left, bottom, right] of the signal `input`. */
export interface DeferredPad {
  readonly input: string;
  readonly pads: readonly number[];
}

/** The Graph while it grows from a TFLite file: names, layout and quantisation are settled here. */
export class TfliteBuilder {
  readonly tensors = new Map<string, TensorInfo>();
  readonly nodes: GraphNode[] = [];
  /** Graph tensors by index of the file's. */
  private readonly names = new Map<number, string>();
  /** Constants that the file keeps in another type (float16) in front of the operator that reads them. */
  private readonly substitutes = new Map<number, TfliteTensor>();
  /** Padded signals that only convolutions read, which pad by themselves. */
  private readonly padded = new Map<number, DeferredPad>();
  private constants = 0;

  constructor(
    private readonly model: TfliteFile,
    readonly file: string,
  ) {}

  /** A signal that enters the network. */
  input(index: number): string {
    const tensor = this.tensor(index);
    const shape = this.signalShape(tensor);
    this.names.set(index, tensor.name);
    this.tensors.set(tensor.name, { shape, elementType: 'float32', ...this.quantization(tensor) });
    return tensor.name;
  }

  tensor(index: number): TfliteTensor {
    const tensor = this.substitutes.get(index) ?? this.model.tensors[index];
    if (tensor === undefined) throw tfliteDamaged(this.file, `it has no tensor ${index}`);
    return tensor;
  }

  /** The file's tensor behind an operand; undefined when the optional operand is absent. */
  operand(op: TfliteOperator, index: number): TfliteTensor | undefined {
    const tensor = op.inputs[index] ?? -1;
    return tensor === -1 ? undefined : this.tensor(tensor);
  }

  requireOperand(op: TfliteOperator, index: number): TfliteTensor {
    const tensor = this.operand(op, index);
    if (tensor === undefined) throw this.broken(op, `operand ${index} is missing`);
    return tensor;
  }

  output(op: TfliteOperator): TfliteTensor {
    const [index, ...others] = op.outputs;
    if (index === undefined || others.length > 0) {
      throw this.broken(op, `it has ${op.outputs.length} outputs; one is expected`);
    }
    return this.tensor(index);
  }

  /** Graph tensor of an operand that must be a signal. */
  signal(op: TfliteOperator, index: number): string {
    const tensor = this.requireOperand(op, index);
    const name = this.names.get(tensor.index);
    if (name !== undefined) return name;
    if (tensor.bytes !== undefined) {
      throw this.unsupported(op, `operand ${index} ("${tensor.name}") is a constant`);
    }
    throw this.broken(op, `it reads "${tensor.name}", which nothing before it defines`);
  }

  /** Graph tensor of a signal or of a constant that is combined with one, as [1, C, 1…] where it has one axis. */
  signalOrConstant(op: TfliteOperator, index: number, rank: number): string {
    const tensor = this.requireOperand(op, index);
    if (this.names.has(tensor.index) || tensor.bytes === undefined) return this.signal(op, index);
    const missing = Array<number>(Math.max(0, rank - tensor.shape.length)).fill(1);
    const padded = { ...tensor, shape: [...missing, ...tensor.shape] };
    const order = channelsFirst([...padded.shape.keys()]);
    return this.constant(op, padded, order, channelsFirst(padded.shape));
  }

  /** Adds a constant of the file to the graph, its axes reordered. */
  constant(
    op: TfliteOperator,
    tensor: TfliteTensor,
    order: readonly number[],
    shape?: Shape,
  ): string {
    this.constants += sizeOf(tensor.shape);
    if (this.constants > MOST_CONSTANTS) throw this.broken(op, 'its constants are far too large');
    return this.addConstant(op, tensor.name, constantOf(tensor, order, this.file, shape));
  }

  /** Adds a constant that the import makes itself: a clipping bound, a shape. */
  made(op: TfliteOperator, what: string, info: TensorInfo): string {
    return this.addConstant(op, what, info);
  }

  /** The signal continues under another index of the file: nothing is computed. */
  rename(from: string, to: TfliteTensor): void {
    this.define(to.index, from);
  }

  /** Makes a signal that the file quantises right at its entry the quantised entry itself. */
  quantizeInput(name: string, as: TfliteTensor): void {
    const info = this.tensors.get(name);
    if (info === undefined) throw new RangeError(`no tensor "${name}"`);
    this.tensors.set(name, { ...info, ...this.quantization(as) });
    this.define(as.index, name);
  }

  /** Reads of `to`, a dequantised constant, become reads of the constant itself. */
  dequantizeConstant(op: TfliteOperator, from: TfliteTensor, to: TfliteTensor): void {
    if (to.bytes !== undefined || sizeOf(from.shape) !== sizeOf(to.shape)) {
      throw this.broken(op, `"${from.name}" cannot be dequantised to "${to.name}"`);
    }
    const { shape, index, name } = to;
    this.substitutes.set(index, { ...from, shape, index, name });
  }

  /** Whether a code means the same in both tensors. */
  sameSteps(a: TfliteTensor, b: TfliteTensor): boolean {
    const [from, to] = [this.quantization(a).quantization, this.quantization(b).quantization];
    return from?.scales[0] === to?.scales[0] && from?.zeroPoint === to?.zeroPoint;
  }

  deferPad(output: TfliteTensor, input: string, pads: readonly number[]): void {
    this.padded.set(output.index, { input, pads });
  }

  deferredPad(index: number): DeferredPad | undefined {
    return this.padded.get(index);
  }

  /** A node in front of the operator's own; its result has no name in the file. Returns the graph's tensor. */
  step(
    op: TfliteOperator,
    operator: string,
    signal: string,
    attributes: Readonly<Record<string, AttributeValue>>,
  ): string {
    const name = `${op.name}:${operator}`;
    this.add(op, { operator, name, inputs: [signal], outputs: [name], attributes }, undefined);
    return name;
  }

  /**
   * Adds the node of an operator, and a second one for the activation fused into it; checks the file's shape against
   * what the operators' own rules say.
   */
  emit(
    op: TfliteOperator,
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    activation: number = ACTIVATION.none,
  ): void {
    const output = this.output(op);
    const plain = activation === ACTIVATION.none;
    const linear = plain ? output.name : `${output.name}:linear`;
    const main = { operator, name: op.name, inputs, outputs: [linear], attributes };
    this.add(op, main, plain ? output : undefined);
    if (!plain) {
      const from = [linear, ...this.activationBounds(op, activation)];
      const kind = ACTIVATION_OPERATORS.get(activation) ?? 'Clip';
      const name = `${op.name}:activation`;
      this.add(
        op,
        { operator: kind, name, inputs: from, outputs: [output.name], attributes: {} },
        output,
      );
    }
    const { shape } = this.tensors.get(output.name) ?? { shape: [] };
    const declared = channelsFirst(output.shape);
    if (shape.length !== declared.length || shape.some((size, axis) => size !== declared[axis])) {
      throw this.broken(
        op,
        `its output is [${shape.join(', ')}], the file declares [${declared.join(', ')}] (channels first)`,
      );
    }
    this.define(output.index, output.name);
  }

  /** Lower and upper bound of a clipping activation; none for others. */
  activationBounds(op: TfliteOperator, activation: number): readonly string[] {
    if (ACTIVATION_OPERATORS.has(activation)) return [];
    const bounds = { [ACTIVATION.relu6]: [0, 6], [ACTIVATION.reluN1To1]: [-1, 1] }[activation];
    if (bounds === undefined) throw this.unsupported(op, `fused activation ${activation}`);
    return bounds.map((bound) =>
      this.made(op, `bound ${bound}`, {
        shape: [],
        elementType: 'float32',
        data: Float32Array.of(bound),
      }),
    );
  }

  /** The graph's name of the file's tensor. */
  nameOf(index: number): string {
    const name = this.names.get(index);
    if (name === undefined) {
      throw tfliteDamaged(this.file, `its output "${this.tensor(index).name}" is never computed`);
    }
    return name;
  }

  /** How many operators of the file read a tensor. */
  readers(index: number): readonly TfliteOperator[] {
    return this.model.operators.filter((op) => op.inputs.includes(index));
  }

  isEnd(index: number): boolean {
    return this.model.inputs.includes(index) || this.model.outputs.includes(index);
  }

  unsupported(op: TfliteOperator, why: string): IsochroneError {
    return nodeError(
      this.model.name,
      this.placeholder(op),
      'MODEL_UNSUPPORTED_OPERATOR',
      why,
      'Rewrite this part of the network with supported operators (docs/operators.md lists them).',
    );
  }

  broken(op: TfliteOperator, why: string): IsochroneError {
    return nodeError(
      this.model.name,
      this.placeholder(op),
      'MODEL_DAMAGED',
      why,
      'The file is damaged or not valid TFLite; convert it again.',
    );
  }

  private placeholder(op: TfliteOperator): GraphNode {
    return { operator: op.operator, name: op.name, inputs: [], outputs: [], attributes: {} };
  }

  private add(op: TfliteOperator, node: GraphNode, output: TfliteTensor | undefined): void {
    const [name = ''] = node.outputs;
    const known = node.inputs.map((input) => this.tensors.get(input));
    const [info] = operatorRule(node, this.model.name).infer(node, known);
    if (info === undefined || this.tensors.has(name)) {
      throw this.broken(op, `tensor "${name}" is defined twice`);
    }
    if (!(sizeOf(info.shape) <= MOST_ACTIVATIONS)) {
      throw new IsochroneError(
        'MODEL_TOO_LARGE',
        `"${name}" would hold [${info.shape.join(', ')}]`,
        {
          hint: 'This cannot fit a microcontroller; check the export.',
          where: { file: this.file, tensor: name },
        },
      );
    }
    const own = output === undefined ? {} : this.quantization(output);
    this.tensors.set(name, { ...info, ...own });
    this.nodes.push(node);
  }

  private addConstant(op: TfliteOperator, what: string, info: TensorInfo): string {
    const name = `${op.name}/${what}/${this.tensors.size}`;
    this.tensors.set(name, info);
    return name;
  }

  private define(index: number, name: string): void {
    if (this.names.has(index)) {
      throw tfliteDamaged(this.file, `tensor "${this.tensor(index).name}" is defined twice`);
    }
    this.names.set(index, name);
  }

  private signalShape(tensor: TfliteTensor): Shape {
    const { shape } = tensor;
    if (shape.length < 2 || shape[0] !== 1 || shape.some((size) => size < 1)) {
      throw new IsochroneError(
        'MODEL_DYNAMIC_SHAPE',
        `input "${tensor.name}" has the shape [${shape.join(', ')}]`,
        { hint: 'Convert with fixed sizes and a batch of 1.', where: { file: this.file } },
      );
    }
    if (!(sizeOf(shape) <= MOST_ACTIVATIONS)) {
      throw new IsochroneError(
        'MODEL_TOO_LARGE',
        `input "${tensor.name}" would hold [${shape.join(', ')}]`,
        {
          hint: 'This cannot fit a microcontroller; check the export.',
          where: { file: this.file },
        },
      );
    }
    return channelsFirst(shape);
  }

  /** How a signal is quantised; an int8 signal must say it, a float one has nothing to say. */
  private quantization(tensor: TfliteTensor): { readonly quantization?: Quantization } {
    if (tensor.type === TYPE.float32) return {};
    const unsigned = tensor.type === TYPE.uint8 && this.isEnd(tensor.index);
    if (tensor.type !== TYPE.int8 && !unsigned) {
      const type = TYPE_NAMES[tensor.type] ?? tensor.type;
      throw unsupportedType(this.file, tensor, `is a signal of type ${type}`);
    }
    const given = tensor.quantization;
    // uint8 codes lie 128 higher.
    const zeroPoint = (given?.zeroPoints[0] ?? 0) - (unsigned ? 128 : 0);
    if (given?.scales.length !== 1 || zeroPoint < -128 || zeroPoint > 127) {
      throw tfliteDamaged(this.file, `int8 signal "${tensor.name}" has no scale of its own`);
    }
    return { quantization: { scales: Float64Array.from(given.scales), zeroPoint } };
  }
}

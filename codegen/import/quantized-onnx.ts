import type { Graph, GraphNode, Quantization, TensorInfo } from '../graph/graph.js';
import { inputName, intAttribute, nodeError, outputName } from '../graph/graph.js';
import type { OnnxFile } from './onnx-file.js';
import { floatForm, QUANTIZED_OPERATORS, type Codes } from './quantized-operators.js';

/** A quantised ONNX file as a network of reals, and how its signals are quantised. */
export interface RealForm {
  readonly onnx: OnnxFile;
  /** By name of the signal. */
  readonly scales: ReadonlyMap<string, Quantization>;
}

/**
 * QuantizeLinear and DequantizeLinear pairs (QDQ) and operators on codes (QOperator) → the same network in real numbers,
 * beside the scale and zero point of each signal. Codes are int8 from here on: uint8 ones, with their zero points, are
 * taken 128 lower. A file without quantisation stays as it is.
 * @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR naming the node
 */
export function realForm(onnx: OnnxFile): RealForm {
  const quantised = onnx.nodes.some((node) => QUANTIZED_OPERATORS.has(node.operator));
  return quantised ? new Rewriter(onnx).result() : { onnx, scales: new Map() };
}

/** Gives the signals of an imported graph what `realForm` found out about them. */
export function withScales(graph: Graph, scales: RealForm['scales']): Graph {
  if (scales.size === 0) return graph;
  const tensors = new Map(graph.tensors);
  for (const [name, quantization] of scales) {
    const info = tensors.get(name);
    if (info !== undefined) tensors.set(name, { ...info, quantization });
  }
  return { ...graph, tensors };
}

/** Scale and zero point of a tensor; several where they change along an axis. */
interface Steps {
  readonly scales: Float64Array;
  /** In int8. */
  readonly zeroPoint: number;
  /** What was taken off the file's codes. */
  readonly shift: number;
}

class Rewriter {
  private readonly constants: Map<string, TensorInfo>;
  private readonly scales = new Map<string, Quantization>();
  private readonly nodes: GraphNode[] = [];
  /** What a name of the file is called in the result. */
  private readonly names = new Map<string, string>();

  constructor(private readonly onnx: OnnxFile) {
    this.constants = new Map(onnx.initializers);
    for (const { operator, outputs, attributes } of onnx.nodes) {
      const value = attributes['value'];
      if (operator === 'Constant' && typeof value === 'object' && 'shape' in value) {
        this.constants.set(outputs[0] ?? '', value);
      }
    }
  }

  result(): RealForm {
    for (const node of this.onnx.nodes) this.rewrite(node);
    return {
      onnx: {
        ...this.onnx,
        nodes: this.nodes,
        initializers: this.constants,
        outputs: this.onnx.outputs.map((name) => this.now(name)),
      },
      scales: this.scales,
    };
  }

  private rewrite(node: GraphNode): void {
    if (node.operator === 'QuantizeLinear') return this.quantize(node);
    if (node.operator === 'DequantizeLinear') return this.dequantize(node);
    const form = floatForm(node);
    if (form === undefined) {
      // A constant is among the initialisers already.
      if (node.operator === 'Constant' && this.constants.has(outputName(node))) return;
      this.nodes.push({ ...node, inputs: node.inputs.map((name) => this.now(name)) });
      return;
    }
    if ((node.attributes['channels_last'] ?? 0) !== 0) throw unsupported(node, 'channels last');
    const inputs = form.inputs.map((codes, index) => this.operand(node, codes, index));
    const bias = form.bias === undefined ? '' : (node.inputs[form.bias] ?? '');
    if (bias !== '') inputs.push(this.bias(node, bias, form.inputs));
    const steps = this.stepsOf(node, form.output.scale, form.output.zeroPoint);
    this.nodes.push({ ...node, operator: form.operator, inputs });
    this.scales.set(outputName(node), signalSteps(node, steps));
  }

  /** A float signal takes the finest scale that it is quantised to; other scales are steps of their own. */
  private quantize(node: GraphNode): void {
    const name = inputName(node, 0);
    const steps = this.stepsOf(node, 1, 2);
    const output = outputName(node);
    const constant = this.constants.get(name);
    if (constant !== undefined) {
      this.constants.set(output, codesOf(node, constant, steps));
      return;
    }
    const x = this.now(name);
    const wanted = signalSteps(node, steps);
    if (!this.scales.has(x)) this.scales.set(x, this.finest(name) ?? wanted);
    if (sameSteps(this.scales.get(x), wanted)) {
      this.names.set(output, x);
    } else {
      this.nodes.push({
        operator: 'Identity',
        name: node.name,
        inputs: [x],
        outputs: [output],
        attributes: {},
      });
      this.scales.set(output, wanted);
    }
  }

  private finest(name: string): Quantization | undefined {
    return this.onnx.nodes
      .filter((node) => node.operator === 'QuantizeLinear' && node.inputs[0] === name)
      .map((node) => signalSteps(node, this.stepsOf(node, 1, 2)))
      .reduce<Quantization | undefined>(
        (best, other) =>
          best === undefined || (other.scales[0] ?? 0) < (best.scales[0] ?? 0) ? other : best,
        undefined,
      );
  }

  private dequantize(node: GraphNode): void {
    const name = inputName(node, 0);
    const constant = this.constants.get(name);
    const output = outputName(node);
    if (constant === undefined) this.names.set(output, this.codes(node, name, 1, 2));
    else this.constants.set(output, this.realConstant(node, constant, this.stepsOf(node, 1, 2)));
  }

  /** The signal behind codes that the node takes to be in certain steps. */
  private codes(node: GraphNode, name: string, scale: number, zeroPoint: number): string {
    const x = this.now(name);
    const steps = signalSteps(node, this.stepsOf(node, scale, zeroPoint));
    const own = this.scales.get(x);
    // Codes that entered the network, or that were only moved since they had a scale.
    if (own === undefined) this.scales.set(x, steps);
    else if (!sameSteps(own, steps)) {
      throw unsupported(node, `it reads "${name}" in another scale than it was written in`);
    }
    return x;
  }

  private operand(node: GraphNode, codes: Codes, index: number): string {
    const name = inputName(node, codes.value);
    const constant = this.constants.get(name);
    if (constant === undefined) return this.codes(node, name, codes.scale, codes.zeroPoint);
    const steps = this.stepsOf(node, codes.scale, codes.zeroPoint);
    // Scales of weights belong to the output's channels: a matrix has them in its last axis unless it is transposed.
    const matrix = constant.shape.length === 2 && intAttribute(node, 'transB', 0) === 0;
    return this.made(node, index, realOf(node, constant, steps, matrix ? 1 : 0));
  }

  /** int32 in steps of input times weight. */
  private bias(node: GraphNode, name: string, [x, w]: readonly Codes[]): string {
    const constant = this.constants.get(name);
    if (constant === undefined || x === undefined || w === undefined) {
      throw unsupported(node, 'its bias is not a constant');
    }
    const [input = 0] = this.stepsOf(node, x.scale, x.zeroPoint).scales;
    const weights = this.stepsOf(node, w.scale, w.zeroPoint);
    const scales = weights.scales.map((scale) => scale * input);
    return this.made(node, 2, realOf(node, constant, { scales, zeroPoint: 0, shift: 0 }, 0));
  }

  private made(node: GraphNode, index: number, info: TensorInfo): string {
    const name = `${node.name}/operand_${index}`;
    this.constants.set(name, info);
    return name;
  }

  private realConstant(node: GraphNode, constant: TensorInfo, steps: Steps): TensorInfo {
    const rank = constant.shape.length;
    const given = intAttribute(node, 'axis', 1);
    const axis = given < 0 ? given + rank : given;
    if (intAttribute(node, 'block_size', 0) !== 0) throw unsupported(node, 'scales by blocks');
    return realOf(node, constant, steps, steps.scales.length === 1 ? 0 : axis);
  }

  private stepsOf(node: GraphNode, scale: number, zeroPoint: number): Steps {
    const scales = this.constants.get(inputName(node, scale))?.data;
    const name = node.inputs[zeroPoint] ?? '';
    const zero = name === '' ? undefined : this.constants.get(name);
    if (scales === undefined || (name !== '' && zero?.data === undefined)) {
      throw unsupported(node, 'its scale or zero point is not a constant');
    }
    if (scales.length === 0 || !scales.every((value) => value > 0)) {
      throw unsupported(node, `its scale is ${scales[0]}`);
    }
    // Without a zero point, codes are uint8 (of QuantizeLinear), or what a constant is stored as.
    const stored = this.constants.get(node.inputs[0] ?? '');
    const codes = zero?.codes ?? (stored === undefined ? 'uint8' : stored.codes);
    const shift = codes === 'uint8' ? 128 : 0;
    const [first = 0] = zero?.data ?? [];
    if (zero?.data?.some((value) => value !== first) === true) {
      throw unsupported(node, 'it has a zero point for each channel');
    }
    return { scales: Float64Array.from(scales), zeroPoint: first - shift, shift };
  }

  private now(name: string): string {
    return this.names.get(name) ?? name;
  }
}

function unsupported(node: GraphNode, why: string): ReturnType<typeof nodeError> {
  const hint = 'Quantise with one int8 or uint8 scale for each activation (docs/operators.md).';
  return nodeError('', node, 'MODEL_UNSUPPORTED_OPERATOR', why, hint);
}

/** Steps of a signal, of which there is one pair. */
function signalSteps(node: GraphNode, { scales, zeroPoint }: Steps): Quantization {
  if (scales.length !== 1) throw unsupported(node, 'an activation with several scales');
  if (zeroPoint < -128 || zeroPoint > 127) throw unsupported(node, `the zero point ${zeroPoint}`);
  return { scales, zeroPoint };
}

function sameSteps(a: Quantization | undefined, b: Quantization): boolean {
  return a?.scales[0] === b.scales[0] && a?.zeroPoint === b.zeroPoint;
}

/** Codes of a float constant, as the file would store them. */
function codesOf(node: GraphNode, constant: TensorInfo, steps: Steps): TensorInfo {
  const [scale = 1, ...others] = steps.scales;
  if (others.length > 0) throw unsupported(node, 'a constant quantised by channel in the graph');
  const low = -128 + steps.shift;
  return {
    shape: constant.shape,
    elementType: 'int64',
    codes: steps.shift === 0 ? 'int8' : 'uint8',
    data: Float64Array.from(constant.data ?? [], (value) => {
      const code = roundEven(value / scale) + steps.zeroPoint + steps.shift;
      return Math.min(low + 255, Math.max(low, code));
    }),
  };
}

/** ONNX rounds ties to even. */
function roundEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** What the codes of a constant stand for, with the codes. */
function realOf(node: GraphNode, constant: TensorInfo, steps: Steps, axis: number): TensorInfo {
  const { shape } = constant;
  const { scales, zeroPoint, shift } = steps;
  const size = shape[axis] ?? 1;
  if (scales.length !== 1 && scales.length !== size) {
    throw unsupported(node, `${scales.length} scales along an axis of ${size}`);
  }
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const raw = Array.from(constant.data ?? [], (code) => code - shift);
  const values = constant.codes === undefined ? Int32Array.from(raw) : Int8Array.from(raw);
  const scaleOf = (i: number): number =>
    scales[scales.length === 1 ? 0 : Math.floor(i / inner) % size] ?? 1;
  return {
    shape,
    elementType: 'float32',
    data: Float32Array.from(values, (value, i) => (value - zeroPoint) * scaleOf(i)),
    quantization: { scales, zeroPoint, values, axis },
  };
}

import { IsochroneError } from '../errors.js';

/** Dimensions, outermost first, in the layout of ONNX (N, C, spatial…). The batch is always 1. */
export type Shape = readonly number[];

/** int64 tensors (shapes, axes) are held as exact doubles. */
export type ElementType = 'float32' | 'int64';

export interface TensorInfo {
  readonly shape: Shape;
  readonly elementType: ElementType;
  /** Present for constants only: weights, biases, shapes. */
  readonly data?: Float32Array | Float64Array;
  /** The 8-bit type of a constant's codes in the file, which mean nothing by themselves. */
  readonly codes?: 'int8' | 'uint8';
  /** Present where the model file itself says how the tensor is quantised; the quantiser then keeps to it. */
  readonly quantization?: Quantization;
}

/** real = scale · (integer − zeroPoint), with one scale for the tensor or one for each index along an axis. */
export interface Quantization {
  readonly scales: Float64Array;
  /** The axis of several scales; the first when left out. */
  readonly axis?: number;
  readonly zeroPoint: number;
  /** The integers of a constant, in the order of `data`, which holds what they stand for. */
  readonly values?: Int8Array | Int32Array;
}

export type AttributeValue = number | string | readonly number[] | TensorInfo;

export interface GraphNode {
  readonly operator: string;
  readonly name: string;
  /** Tensor names; an absent optional input is the empty string. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A float network in topological order. Passes map one Graph to another and never write into one. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** The tensor called `name`; a graph that names one it does not hold is broken, whoever made it. */
export function tensorOf(graph: Graph, name: string): TensorInfo {
  const tensor = graph.tensors.get(name);
  if (tensor === undefined) {
    throw new IsochroneError('MODEL_MISSING_TENSOR', `tensor "${name}" is used but never defined`, {
      hint: 'The model file is damaged or was cut from a larger graph; export it again.',
      where: { graph: graph.name, tensor: name },
    });
  }
  return tensor;
}

/** An error about one node: names graph, operator and node. */
export function nodeError(
  graphName: string,
  node: GraphNode,
  code: string,
  message: string,
  hint: string,
): IsochroneError {
  return new IsochroneError(code, message, {
    hint,
    where: { model: graphName, operator: node.operator, node: node.name },
  });
}

/** The node's nth input, which its operator requires. */
export function inputName(node: GraphNode, index: number): string {
  const name = node.inputs[index];
  if (name === undefined || name === '') {
    throw new IsochroneError(
      'MODEL_MISSING_INPUT',
      `input ${index} of the operator is missing (it has ${node.inputs.length})`,
      {
        hint: 'The model file is damaged or not valid ONNX; export it again.',
        where: { operator: node.operator, node: node.name },
      },
    );
  }
  return name;
}

export function outputName(node: GraphNode, index = 0): string {
  const name = node.outputs[index];
  if (name === undefined || name === '') {
    throw new IsochroneError('MODEL_MISSING_OUTPUT', `output ${index} of the operator is missing`, {
      hint: 'The model file is damaged or not valid ONNX; export it again.',
      where: { operator: node.operator, node: node.name },
    });
  }
  return name;
}

/** A whole-number attribute, or the operator's default. */
export function intAttribute(node: GraphNode, key: string, fallback: number): number {
  const value = node.attributes[key];
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw attributeError(node, key, value);
  return value;
}

export function floatAttribute(node: GraphNode, key: string, fallback: number): number {
  const value = node.attributes[key];
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw attributeError(node, key, value);
  return value;
}

export function stringAttribute(node: GraphNode, key: string, fallback: string): string {
  const value = node.attributes[key];
  if (value === undefined) return fallback;
  if (typeof value !== 'string') throw attributeError(node, key, value);
  return value;
}

export function intsAttribute(
  node: GraphNode,
  key: string,
  fallback: readonly number[],
): readonly number[] {
  const value = node.attributes[key];
  if (value === undefined) return fallback;
  if (!Array.isArray(value) || !value.every((item) => Number.isInteger(item)))
    throw attributeError(node, key, value);
  return value as readonly number[];
}

function attributeError(node: GraphNode, key: string, value: unknown): IsochroneError {
  return new IsochroneError(
    'MODEL_BAD_ATTRIBUTE',
    `attribute "${key}" has an unusable value: ${JSON.stringify(value)?.slice(0, 80)}`,
    {
      hint: 'The model file is damaged or not valid ONNX; export it again.',
      where: { operator: node.operator, node: node.name },
    },
  );
}

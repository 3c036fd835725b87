import { IsochroneError } from '../errors.js';
import type { Graph, GraphNode, TensorInfo } from '../graph/graph.js';
import { sizeOf } from '../graph/graph.js';
import { constantResult } from '../operators/constant-rules.js';
import { operatorRule, requireImportable } from '../operators/registry.js';
import { constantOutputs } from '../passes/fold-constants.js';
import { expandNode } from './expand/registry.js';
import type { OnnxFile } from './onnx-file.js';
import { readOnnx } from './onnx-file.js';
import { realForm, withScales } from './quantized-onnx.js';

/** Activations of one tensor beyond this cannot belong to a network for a microcontroller: 2^24 elements. */
const MOST_ACTIVATIONS = 1 << 24;

/**
 * Bytes of an .onnx file → checked Graph with every shape known; the batch is fixed to 1 and constants are folded.
 * @param file the path as the user gave it, for messages
 * @throws IsochroneError MODEL_*: names file, and node and operator where there is one
 */
export function importOnnx(bytes: Uint8Array, file: string): Graph {
  try {
    const { onnx, scales } = realForm(readOnnx(bytes, file));
    return withScales(graphFrom(onnx, file), scales);
  } catch (error) {
    throw withFile(error, file);
  }
}

function graphFrom(onnx: OnnxFile, file: string): Graph {
  const tensors = new Map<string, TensorInfo>(onnx.initializers);
  // Old exporters list the weights among the inputs too.
  const inputs = onnx.inputs.filter((value) => !onnx.initializers.has(value.name));
  if (inputs.length === 0) throw damaged(file, 'it has no input');
  for (const input of inputs) {
    const shape = input.shape.map((size, axis) => (axis === 0 && size === -1 ? 1 : size));
    if (shape.length < 2 || shape[0] !== 1 || shape.some((size) => size < 1)) {
      throw new IsochroneError(
        'MODEL_DYNAMIC_SHAPE',
        `input "${input.name}" has the shape [${input.shape.map((s) => (s === -1 ? '?' : s)).join(', ')}]`,
        {
          hint: 'Export with fixed sizes; only the batch may be free, and it is fixed to 1.',
          where: { file },
        },
      );
    }
    checkSize(shape, input.name, file);
    tensors.set(input.name, { shape, elementType: 'float32' });
  }
  const nodes: GraphNode[] = [];
  const define = (name: string | undefined, info: TensorInfo, node: GraphNode): void => {
    if (name === undefined || name === '') throw damaged(file, `node "${node.name}" has no output`);
    if (tensors.has(name)) throw damaged(file, `tensor "${name}" is defined twice`);
    checkSize(info.shape, name, file);
    tensors.set(name, info);
  };
  const names = new Set<string>();
  for (const [index, given] of onnx.nodes.entries()) {
    // Passes know nodes by their names, which ONNX does not ask to differ.
    const name = names.has(given.name) ? `${given.name}_${index}` : given.name;
    names.add(name);
    const original = { ...given, name };
    if (original.operator === 'Constant') {
      tensors.set(original.outputs[0] ?? '', constantValue(original, file));
      continue;
    }
    const known = original.inputs.map((name) => inputOf(name, original, tensors, file));
    const constant = constantResult(original, known);
    if (constant !== undefined) {
      define(original.outputs[0], constant, original);
      continue;
    }
    const expansion = expandNode(original, known, onnx.opset);
    for (const [name, info] of expansion.constants ?? []) define(name, info, original);
    for (const node of expansion.nodes) {
      const rule =
        node === original
          ? requireImportable(node, onnx.graphName)
          : operatorRule(node, onnx.graphName);
      const read = node.inputs.map((name) => inputOf(name, node, tensors, file));
      const infos = rule.infer(node, read);
      // Optional outputs beyond the first (Dropout's mask, BatchNormalization's statistics) are of no use at inference.
      const outputs = infos.map((_, index) => outputOf(node, index, file));
      infos.forEach((info, index) => define(outputs[index], info, node));
      const made = { ...node, outputs };
      // Later nodes may need its values for their shapes.
      const values = constantOutputs(made, tensors, onnx.graphName);
      if (values === undefined) nodes.push(made);
      else values.forEach((value, index) => tensors.set(made.outputs[index] ?? '', value));
    }
  }
  if (onnx.outputs.length === 0) throw damaged(file, 'it has no output');
  for (const output of onnx.outputs) {
    if (!tensors.has(output)) throw damaged(file, `its output "${output}" is never computed`);
  }
  return {
    name: onnx.graphName,
    inputs: inputs.map((input) => input.name),
    outputs: onnx.outputs,
    nodes,
    tensors,
    metadata: onnx.metadata,
  };
}

/** The node's nth output; one that the file leaves out (an LSTM's sequence, say) gets a name of its own. */
function outputOf(node: GraphNode, index: number, file: string): string {
  const name = node.outputs[index] ?? '';
  if (name !== '') return name;
  if (node.outputs.every((other) => other === '')) {
    throw damaged(file, `node "${node.name}" has no output`);
  }
  return `${node.name}/unused_output_${index}`;
}

function inputOf(
  name: string,
  node: GraphNode,
  tensors: ReadonlyMap<string, TensorInfo>,
  file: string,
): TensorInfo | undefined {
  if (name === '') return undefined;
  const tensor = tensors.get(name);
  if (tensor === undefined) {
    throw damaged(
      file,
      `node "${node.name}" (${node.operator}) reads "${name}", which nothing before it defines`,
    );
  }
  return tensor;
}

function constantValue(node: GraphNode, file: string): TensorInfo {
  const { value, value_float, value_floats, value_int, value_ints } = node.attributes;
  if (typeof value === 'object' && 'shape' in value) return value;
  const numbers = (one: unknown, many: unknown): TensorInfo['data'] | undefined =>
    typeof one === 'number'
      ? Float64Array.of(one)
      : Array.isArray(many)
        ? Float64Array.from(many as readonly number[])
        : undefined;
  const [float, whole] = [numbers(value_float, value_floats), numbers(value_int, value_ints)];
  const shapeOf = (one: unknown, data: { readonly length: number }): readonly number[] =>
    typeof one === 'number' ? [] : [data.length];
  if (float !== undefined) {
    const data = Float32Array.from(float);
    return { shape: shapeOf(value_float, data), elementType: 'float32', data };
  }
  if (whole !== undefined) {
    return { shape: shapeOf(value_int, whole), elementType: 'int64', data: whole };
  }
  throw damaged(file, `constant "${node.name}" holds no tensor`);
}

function checkSize(shape: readonly number[], name: string, file: string): void {
  if (!(sizeOf(shape) <= MOST_ACTIVATIONS)) {
    throw new IsochroneError(
      'MODEL_TOO_LARGE',
      `tensor "${name}" would hold [${shape.join(', ')}] values`,
      {
        hint: 'This cannot fit a microcontroller; check the export.',
        where: { file, tensor: name },
      },
    );
  }
}

function damaged(file: string, why: string): IsochroneError {
  return new IsochroneError('MODEL_DAMAGED', `the model cannot be read: ${why}`, {
    hint: 'The file is damaged or not valid ONNX; export it again.',
    where: { file },
  });
}

function withFile(error: unknown, file: string): unknown {
  if (!(error instanceof IsochroneError) || error.where['file'] !== undefined) return error;
  const where = Object.fromEntries(Object.entries(error.where).filter(([key]) => key !== 'model'));
  return new IsochroneError(error.code, error.message, {
    hint: error.hint,
    where: { file, ...where },
    cause: error.cause,
  });
}

import { IsochroneError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { TfliteBuilder } from './tflite-builder.js';
import { readTflite, tfliteDamaged } from './tflite-file.js';
import { translate } from './tflite-operators.js';

/**
 * Bytes of a .tflite file → checked Graph in ONNX's order of axes. Weights are dequantised in `data`; a network that is
 * quantised itself says so in `quantization` of its tensors.
 * @param file the path as the user gave it, for messages
 * @throws IsochroneError MODEL_*: names file, and operator where there is one
 */
export function importTflite(bytes: Uint8Array, file: string): Graph {
  try {
    return graphFrom(bytes, file);
  } catch (error) {
    if (!(error instanceof IsochroneError) || error.where['file'] !== undefined) throw error;
    const named = Object.entries(error.where).filter(([key]) => key !== 'model');
    const where = { file, ...Object.fromEntries(named) };
    const options = { hint: error.hint, where, cause: error.cause };
    throw new IsochroneError(error.code, error.message, options);
  }
}

function graphFrom(bytes: Uint8Array, file: string): Graph {
  const model = readTflite(bytes, file);
  const builder = new TfliteBuilder(model, file);
  const inputs = model.inputs.map((index) => builder.input(index));
  for (const operator of model.operators) translate(builder, operator);
  const outputs = model.outputs.map((index) => builder.nameOf(index));
  if (inputs.length === 0 || outputs.length === 0) {
    throw tfliteDamaged(file, 'it has no input or no output');
  }
  if (builder.nodes.length === 0) throw tfliteDamaged(file, 'it computes nothing');
  const { nodes, tensors } = builder;
  return { name: model.name, inputs, outputs, nodes, tensors, metadata: {} };
}

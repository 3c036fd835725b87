import type { Graph } from '../graph/graph.js';
import { hasIdentifier } from './flat-table.js';
import { importOnnx } from './onnx.js';
import { FILE_IDENTIFIER } from './tflite-schema.js';
import { importTflite } from './tflite.js';

/** Whether the bytes are TFLite; the name of a file proves nothing. */
export function isTflite(bytes: Uint8Array): boolean {
  return hasIdentifier(bytes, FILE_IDENTIFIER);
}

/**
 * Bytes of a model, ONNX or TFLite by what they hold → Graph.
 * @throws IsochroneError MODEL_*
 */
export function importModel(bytes: Uint8Array, file: string): Graph {
  return isTflite(bytes) ? importTflite(bytes, file) : importOnnx(bytes, file);
}

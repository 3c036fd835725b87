/** What the compiler makes of a file that may be damaged. */
import { frontEnd } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import type { PreparedGraph } from '../../codegen/explain/gradient.js';
import { sizeOf, tensorOf, type Graph } from '../../codegen/graph/graph.js';
import { runFloat } from '../../codegen/interpret/float.js';
import { hasOwnScales, lowerWithOwnScales } from '../../codegen/quantize/own-scales/lower.js';
import { quantize } from '../../codegen/quantize/quantize.js';
import { anyCalibration } from '../../codegen/report/analyze.js';

/** Work, in products of sizes, up to which an accepted network is also run. */
const MOST_WORK = 3e6;

/**
 * Imports, differentiates, lowers and, where that is not long, runs the file.
 * @returns the code of the typed error, or `accepted`
 * @throws whatever is a defect: any other error, a tensor that is not as large as its shape says
 */
export function tryModel(bytes: Uint8Array, file: string): string {
  try {
    const prepared = prepare(bytes, file);
    if (hasOwnScales(prepared.graph)) lowerWithOwnScales(prepared);
    else quantize(prepared, anyCalibration(prepared));
    runSmall(prepared);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof IsochroneError)) throw error;
    if (error.code === '' || error.hint === '' || error.message === '') {
      throw new Error(`a typed error that says nothing: ${error.describe()}`, { cause: error });
    }
    return error.code;
  }
}

/** With its gradient where there is one. */
function prepare(bytes: Uint8Array, file: string): PreparedGraph {
  try {
    return frontEnd(bytes, file);
  } catch (error) {
    if (error instanceof IsochroneError && error.code.startsWith('EXPLAIN_')) {
      return frontEnd(bytes, file, 'none');
    }
    throw error;
  }
}

function runSmall(prepared: PreparedGraph): void {
  const { graph, input, forwardNodes } = prepared;
  const forward = { ...graph, inputs: [input], nodes: graph.nodes.slice(0, forwardNodes) };
  if (workOf(forward) > MOST_WORK) return;
  const values = runFloat(
    forward,
    new Map([[input, new Float32Array(sizeOf(tensorOf(graph, input).shape)).fill(0.5)]]),
  );
  for (const node of forward.nodes) {
    for (const name of node.outputs) {
      const length = values.get(name)?.data.length;
      if (length !== sizeOf(tensorOf(graph, name).shape)) {
        throw new Error(
          `${node.operator} "${name}" has ${length ?? 0} values, its shape says other`,
        );
      }
    }
  }
}

/** Products, roughly: values that a node writes times the weights or the window that each of them meets. */
function workOf(graph: Graph): number {
  const size = (name: string): number => sizeOf(graph.tensors.get(name)?.shape ?? []);
  return graph.nodes.reduce((sum, node) => {
    const { kernel_shape: window } = node.attributes;
    const weights = node.inputs.filter((name) => graph.tensors.get(name)?.data !== undefined);
    const channels = graph.tensors.get(node.outputs[0] ?? '')?.shape[1] ?? 1;
    const perValue = Math.max(
      Array.isArray(window) ? sizeOf(window as readonly number[]) : 1,
      ...weights.map((name) => size(name) / channels),
      // Products of two signals.
      ...(node.operator === 'MatMul' ? node.inputs.map((name) => size(name) / channels) : []),
    );
    const written = node.outputs.reduce((total, name) => total + size(name), 0);
    return sum + written * perValue + node.inputs.reduce((total, name) => total + size(name), 0);
  }, 0);
}

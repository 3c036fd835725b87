import type { GraphNode, TensorInfo } from '../graph/graph.js';
import { intAttribute, stringAttribute } from '../graph/graph.js';
import type { FloatTensor, OutputInfo } from './operator.js';
import { dataOf, requireShape, shapeError, unsupported } from './require.js';

/** Sizes of an ONNX LSTM or GRU, or of the compiler's own form of it. */
export interface RecurrentGeometry {
  readonly steps: number;
  readonly inputs: number;
  readonly hidden: number;
  /** One entry for each direction: whether it walks backwards in time. */
  readonly reverse: readonly boolean[];
}

/** What one direction of a recurrent layer reads, in ONNX's order of gates. */
export interface RecurrentWeights {
  /** [gate][hidden][input]. */
  readonly input: Float32Array | Float64Array;
  /** [gate][hidden][hidden]. */
  readonly recurrent: Float32Array | Float64Array;
  /** [gate][hidden], of the input side and of the recurrent side. */
  readonly inputBias: Float64Array;
  readonly recurrentBias: Float64Array;
  readonly initialHidden: Float64Array;
  readonly initialCell: Float64Array;
}

const DIRECTIONS: Readonly<Record<string, readonly boolean[]>> = {
  forward: [false],
  reverse: [true],
  bidirectional: [false, true],
};

/**
 * Sizes, after checks of everything that ONNX allows and this compiler does not do.
 * @param data steps and features of the input, which the two layouts hold at different places
 */
export function recurrentGeometry(
  node: GraphNode,
  inputs: readonly (TensorInfo | undefined)[],
  gates: number,
  data: { readonly steps: number; readonly inputs: number },
): RecurrentGeometry {
  const direction = stringAttribute(node, 'direction', 'forward');
  const reverse = DIRECTIONS[direction];
  if (reverse === undefined) throw shapeError(node, `direction "${direction.slice(0, 40)}"`);
  const w = requireShape(node, inputs, 1);
  const r = requireShape(node, inputs, 2);
  const hidden = r[2] ?? 0;
  const want = (what: string, shape: readonly number[] | undefined, sizes: number[]): void => {
    if (shape === undefined) return;
    if (shape.length !== sizes.length || shape.some((size, axis) => size !== sizes[axis])) {
      throw shapeError(node, `${what} [${shape.join(', ')}], expected [${sizes.join(', ')}]`);
    }
  };
  want('weights W', w, [reverse.length, gates * hidden, data.inputs]);
  want('weights R', r, [reverse.length, gates * hidden, hidden]);
  want('bias B', inputs[3]?.shape, [reverse.length, 2 * gates * hidden]);
  want('initial state', inputs[5]?.shape, [reverse.length, 1, hidden]);
  if (gates === 4) want('initial cell', inputs[6]?.shape, [reverse.length, 1, hidden]);
  const declared = intAttribute(node, 'hidden_size', hidden);
  if (declared !== hidden || hidden < 1) throw shapeError(node, `hidden_size ${declared}`);
  if (inputs[4] !== undefined) throw unsupported(node, 'sequences of several lengths');
  if (inputs[7] !== undefined) throw unsupported(node, 'peephole weights');
  if (node.attributes['clip'] !== undefined) throw unsupported(node, 'clip');
  if (node.attributes['activations'] !== undefined) throw unsupported(node, 'its own activations');
  if (intAttribute(node, 'input_forget', 0) !== 0) throw unsupported(node, 'input_forget');
  if (intAttribute(node, 'layout', 0) !== 0) throw unsupported(node, 'layout = 1 (batch first)');
  return { ...data, hidden, reverse };
}

/** Steps and features of ONNX's input [steps, 1, features]. */
export function onnxSequence(
  node: GraphNode,
  inputs: readonly (TensorInfo | undefined)[],
): { readonly steps: number; readonly inputs: number } {
  const x = requireShape(node, inputs, 0);
  if (x.length !== 3 || x[1] !== 1) {
    throw shapeError(node, `input [${x.join(', ')}] is not [steps, batch 1, features]`);
  }
  return { steps: x[0] ?? 0, inputs: x[2] ?? 0 };
}

/** Steps and features of the compiler's input [1, features, steps]. */
export function channelSequence(
  node: GraphNode,
  inputs: readonly (TensorInfo | undefined)[],
): { readonly steps: number; readonly inputs: number } {
  const x = requireShape(node, inputs, 0);
  if (x.length !== 3 || x[0] !== 1) {
    throw shapeError(node, `input [${x.join(', ')}] is not [1, features, steps]`);
  }
  return { steps: x[2] ?? 0, inputs: x[1] ?? 0 };
}

/** Y, Y_h and, with a cell, Y_c in ONNX's layout. */
export function recurrentOutputs(
  geometry: RecurrentGeometry,
  withCell: boolean,
): readonly OutputInfo[] {
  const { steps, hidden, reverse } = geometry;
  const last: OutputInfo = { shape: [reverse.length, 1, hidden], elementType: 'float32' };
  return [
    { shape: [steps, reverse.length, 1, hidden], elementType: 'float32' },
    last,
    ...(withCell ? [last] : []),
  ];
}

/** The weights of direction `direction`; absent biases and states are zero. */
export function recurrentWeights(
  node: GraphNode,
  inputs: readonly (Pick<FloatTensor, 'data'> | undefined)[],
  geometry: RecurrentGeometry,
  gates: number,
  direction: number,
): RecurrentWeights {
  const { hidden, inputs: features } = geometry;
  const part = (index: number, each: number): Float32Array | Float64Array | undefined =>
    inputs[index]?.data.subarray(direction * each, (direction + 1) * each);
  const filled = (values: ArrayLike<number> | undefined, from: number, length: number) =>
    Float64Array.from({ length }, (_, i) => values?.[from + i] ?? 0);
  const rows = gates * hidden;
  const bias = part(3, 2 * rows);
  const w = part(1, rows * features);
  const r = part(2, rows * hidden);
  if (w === undefined || r === undefined) throw shapeError(node, 'its weights are missing');
  return {
    input: w,
    recurrent: r,
    inputBias: filled(bias, 0, rows),
    recurrentBias: filled(bias, rows, rows),
    initialHidden: filled(part(5, hidden), 0, hidden),
    initialCell: filled(gates === 4 ? part(6, hidden) : undefined, 0, hidden),
  };
}

/** One direction's walk: the hidden state after each step, in the order of time, and the last states. */
export interface RecurrentTrace {
  /** [step][hidden]. */
  readonly states: Float32Array;
  readonly lastHidden: Float64Array;
  readonly lastCell: Float64Array;
}

/** From [1, features, steps] to the [steps][features] that the walk reads. */
export function stepsFirst(
  values: FloatTensor['data'],
  features: number,
  steps: number,
): Float32Array {
  return Float32Array.from(
    { length: values.length },
    (_, i) => values[(i % features) * steps + Math.floor(i / features)] ?? 0,
  );
}

/** Traces of all directions as ONNX's outputs. */
export function onnxResults(
  geometry: RecurrentGeometry,
  traces: readonly RecurrentTrace[],
  withCell: boolean,
): readonly FloatTensor[] {
  const { steps, hidden, reverse } = geometry;
  const directions = reverse.length;
  const y = new Float32Array(steps * directions * hidden);
  traces.forEach((trace, d) => {
    trace.states.forEach((value, i) => {
      const [step, unit] = [Math.floor(i / hidden), i % hidden];
      y[(step * directions + d) * hidden + unit] = value;
    });
  });
  const joined = (pick: (trace: RecurrentTrace) => Float64Array): FloatTensor => ({
    shape: [directions, 1, hidden],
    data: Float32Array.from(traces.flatMap((trace) => [...pick(trace)])),
  });
  return [
    { shape: [steps, directions, 1, hidden], data: y },
    joined((trace) => trace.lastHidden),
    ...(withCell ? [joined((trace) => trace.lastCell)] : []),
  ];
}

/** Traces of all directions as [1, directions · hidden, steps]. */
export function channelResult(
  geometry: RecurrentGeometry,
  traces: readonly RecurrentTrace[],
): FloatTensor {
  const { steps, hidden } = geometry;
  const y = new Float32Array(traces.length * hidden * steps);
  traces.forEach((trace, d) => {
    trace.states.forEach((value, i) => {
      y[(d * hidden + (i % hidden)) * steps + Math.floor(i / hidden)] = value;
    });
  });
  return { shape: [1, traces.length * hidden, steps], data: y };
}

/** Dot product of a row with a slice of values. */
export function dot(
  row: ArrayLike<number>,
  from: number,
  values: ArrayLike<number>,
  start: number,
  length: number,
): number {
  let sum = 0;
  for (let i = 0; i < length; i += 1) sum += (row[from + i] ?? 0) * (values[start + i] ?? 0);
  return sum;
}

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The data input, checked to be there. */
export function sequenceData(
  node: GraphNode,
  inputs: readonly (FloatTensor | undefined)[],
): FloatTensor['data'] {
  return dataOf(node, inputs, 0).data;
}

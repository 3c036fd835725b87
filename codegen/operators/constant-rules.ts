/**
 * Operators that exporters leave behind where shapes are computed, on constants only: the import evaluates them and no
 * later stage sees them. int64 stays exact: whole doubles, and a result beyond 2^53 is refused.
 */
import type { ElementType, GraphNode, Shape, TensorInfo } from '../graph/graph.js';
import { intAttribute, sizeOf } from '../graph/graph.js';
import { broadcastShape } from './broadcast.js';
import type { FloatTensor } from './operator.js';
import { resolveAxes, shapeError, unsupported } from './require.js';
import { arrayLike, broadcastStrides, eachStrided, gatherStrided, stridesOf } from './strides.js';

type Constant = FloatTensor & { readonly elementType: ElementType };
type ConstantRule = (
  node: GraphNode,
  inputs: readonly (Constant | undefined)[],
) => FloatTensor & { readonly elementType: ElementType };

/** Constants larger than this come from a damaged size: 2^24 elements. */
const MOST_ELEMENTS = 1 << 24;

/** ONNX data types that a Cast may name and that are held as whole numbers here. */
const WHOLE_TYPES: readonly number[] = [2, 3, 4, 5, 6, 7, 12, 13];
const BOOL_TYPE = 9;
export const FLOAT_TYPES: readonly number[] = [1, 10, 11];

function need(node: GraphNode, inputs: readonly (Constant | undefined)[], index: number): Constant {
  const input = inputs[index];
  if (input === undefined) throw shapeError(node, `input ${index} is missing`);
  return input;
}

function scalar(node: GraphNode, inputs: readonly (Constant | undefined)[], index: number): number {
  const { data } = need(node, inputs, index);
  if (data.length !== 1) throw shapeError(node, `input ${index} must be one number`);
  return data[0] ?? 0;
}

function emptyOf(node: GraphNode, elementType: ElementType, shape: readonly number[]): Constant {
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw shapeError(node, `shape [${shape.join(', ')}]`);
  }
  if (!(sizeOf(shape) <= MOST_ELEMENTS)) {
    throw unsupported(node, `a constant of [${shape.join(', ')}] values`);
  }
  const length = sizeOf(shape);
  const data = elementType === 'int64' ? new Float64Array(length) : new Float32Array(length);
  return { shape, elementType, data };
}

function checked(node: GraphNode, value: number, elementType: ElementType): number {
  const usable =
    elementType === 'int64' ? Math.abs(value) <= Number.MAX_SAFE_INTEGER : Number.isFinite(value);
  if (!usable) throw unsupported(node, `a constant becomes ${value}`);
  return value;
}

/** Elementwise with broadcasting; `elementType` of the result is that of the inputs or, for truth values, int64. */
function elementwise(
  apply: (values: readonly number[], whole: boolean) => number,
  options: { readonly inputs: number; readonly truth?: true } = { inputs: 2 },
): ConstantRule {
  return (node, inputs) => {
    const parts = Array.from({ length: options.inputs }, (_, index) => need(node, inputs, index));
    const shape = parts.reduce<Shape>((all, part) => broadcastShape(node, all, part.shape), []);
    const source = parts.at(-1)?.elementType ?? 'float32';
    const elementType = options.truth === true ? 'int64' : source;
    const result = emptyOf(node, elementType, shape);
    const columns = parts.map((part) =>
      gatherStrided(part, shape, broadcastStrides(part.shape, shape), 0),
    );
    for (let i = 0; i < result.data.length; i += 1) {
      const values = columns.map((column) => column.data[i] ?? 0);
      result.data[i] = checked(node, apply(values, source === 'int64'), elementType);
    }
    return result;
  };
}

const truth = (apply: (a: number, b: number) => boolean): ConstantRule =>
  elementwise(([a = 0, b = 0]) => (apply(a, b) ? 1 : 0), { inputs: 2, truth: true });

const binary = (apply: (a: number, b: number, whole: boolean) => number): ConstantRule =>
  elementwise(([a = 0, b = 0], whole) => apply(a, b, whole));

const unary = (apply: (value: number) => number): ConstantRule =>
  elementwise(([value = 0]) => apply(value), { inputs: 1 });

const cast: ConstantRule = (node, inputs) => {
  const x = need(node, inputs, 0);
  const to = intAttribute(node, 'to', 1);
  if (FLOAT_TYPES.includes(to)) {
    return { shape: x.shape, elementType: 'float32', data: Float32Array.from(x.data) };
  }
  if (to !== BOOL_TYPE && !WHOLE_TYPES.includes(to)) throw unsupported(node, `cast to type ${to}`);
  const convert = (value: number): number =>
    to === BOOL_TYPE ? Number(value !== 0) : Math.trunc(value);
  return { shape: x.shape, elementType: 'int64', data: Float64Array.from(x.data, convert) };
};

const gather: ConstantRule = (node, inputs) => {
  const x = need(node, inputs, 0);
  const indices = need(node, inputs, 1);
  const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', 0)], x.shape.length);
  const along = x.shape[axis] ?? 1;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const result = emptyOf(node, x.elementType, shape);
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  let to = 0;
  for (let o = 0; o < outer; o += 1) {
    for (const given of indices.data) {
      const index = given < 0 ? given + along : given;
      if (!(index >= 0 && index < along)) throw shapeError(node, `index ${given} of ${along}`);
      for (let i = 0; i < inner; i += 1) {
        result.data[to] = x.data[(o * along + index) * inner + i] ?? 0;
        to += 1;
      }
    }
  }
  return result;
};

const range: ConstantRule = (node, inputs) => {
  const [start, limit, delta] = [0, 1, 2].map((index) => scalar(node, inputs, index));
  if (start === undefined || limit === undefined || delta === undefined || delta === 0) {
    throw shapeError(node, 'a range with step 0');
  }
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  const result = emptyOf(node, need(node, inputs, 0).elementType, [count]);
  for (let i = 0; i < count; i += 1) {
    result.data[i] = checked(node, start + i * delta, result.elementType);
  }
  return result;
};

const constantOfShape: ConstantRule = (node, inputs) => {
  const shape = Array.from(need(node, inputs, 0).data);
  const value = node.attributes['value'];
  const given = typeof value === 'object' && 'shape' in value ? value : undefined;
  const result = emptyOf(node, given?.elementType ?? 'float32', shape);
  result.data.fill(given?.data?.[0] ?? 0);
  return result;
};

const expand: ConstantRule = (node, inputs) => {
  const x = need(node, inputs, 0);
  const shape = broadcastShape(node, x.shape, Array.from(need(node, inputs, 1).data));
  emptyOf(node, x.elementType, shape);
  return {
    ...gatherStrided(x, shape, broadcastStrides(x.shape, shape), 0),
    elementType: x.elementType,
  };
};

const tile: ConstantRule = (node, inputs) => {
  const x = need(node, inputs, 0);
  const repeats = Array.from(need(node, inputs, 1).data);
  if (repeats.length !== x.shape.length) throw shapeError(node, `repeats [${repeats.join(', ')}]`);
  const shape = x.shape.map((size, axis) => size * (repeats[axis] ?? 1));
  emptyOf(node, x.elementType, shape);
  const strides = stridesOf(x.shape);
  const data = arrayLike(x.data, sizeOf(shape));
  const split = x.shape.flatMap((size, axis) => [repeats[axis] ?? 1, size]);
  eachStrided(
    split,
    strides.flatMap((stride) => [0, stride]),
    0,
    (position, index) => {
      data[index] = x.data[position] ?? 0;
    },
  );
  return { shape, data, elementType: x.elementType };
};

const reduceProd: ConstantRule = (node, inputs) => {
  const x = need(node, inputs, 0);
  if (x.shape.length > 1) throw unsupported(node, 'a product over some axes only');
  const keep = intAttribute(node, 'keepdims', 1) !== 0;
  const result = emptyOf(node, x.elementType, keep ? x.shape.map(() => 1) : []);
  const product = sizeOf(Array.from(x.data));
  result.data[0] = checked(node, product, x.elementType);
  return result;
};

/** Whole division truncates towards zero, as in C. */
function divide(a: number, b: number, whole: boolean): number {
  return whole ? Math.trunc(a / b) : a / b;
}

const rules: ReadonlyMap<string, ConstantRule> = new Map<string, ConstantRule>([
  ['Add', binary((a, b) => a + b)],
  ['And', truth((a, b) => a !== 0 && b !== 0)],
  ['Cast', cast],
  ['Ceil', unary(Math.ceil)],
  ['ConstantOfShape', constantOfShape],
  ['Div', binary(divide)],
  ['Equal', truth((a, b) => a === b)],
  ['Expand', expand],
  ['Floor', unary(Math.floor)],
  ['Gather', gather],
  ['Greater', truth((a, b) => a > b)],
  ['Less', truth((a, b) => a < b)],
  ['Mul', binary((a, b) => a * b)],
  ['Neg', unary((value) => -value)],
  ['Not', unary((value) => (value === 0 ? 1 : 0))],
  ['Or', truth((a, b) => a !== 0 || b !== 0)],
  ['Pow', binary((a, b) => a ** b)],
  ['Range', range],
  ['ReduceProd', reduceProd],
  ['Sqrt', unary(Math.sqrt)],
  ['Sub', binary((a, b) => a - b)],
  ['Tile', tile],
  ['Where', elementwise(([condition, a = 0, b = 0]) => (condition !== 0 ? a : b), { inputs: 3 })],
]);

/** Shape and Size of a tensor are constants whatever it holds: every shape is known at import. */
const ofShape: ReadonlyMap<string, (node: GraphNode, shape: readonly number[]) => TensorInfo> =
  new Map([
    [
      'Shape',
      (node: GraphNode, shape: readonly number[]): TensorInfo => {
        const end = intAttribute(node, 'end', shape.length);
        const part = shape.slice(intAttribute(node, 'start', 0), end);
        return { shape: [part.length], elementType: 'int64', data: Float64Array.from(part) };
      },
    ],
    [
      'Size',
      (_node: GraphNode, shape: readonly number[]): TensorInfo => ({
        shape: [],
        elementType: 'int64',
        data: Float64Array.of(sizeOf(shape)),
      }),
    ],
  ]);

/** Operators that this module evaluates, sorted. */
export function constantOperators(): readonly string[] {
  return [...rules.keys(), ...ofShape.keys()].sort();
}

/** The node's value where it can be known at import by one of the rules above; undefined otherwise. */
export function constantResult(
  node: GraphNode,
  inputs: readonly (TensorInfo | undefined)[],
): TensorInfo | undefined {
  const shapeRule = ofShape.get(node.operator);
  const [first] = inputs;
  if (shapeRule !== undefined && first !== undefined) return shapeRule(node, first.shape);
  const rule = rules.get(node.operator);
  if (rule === undefined || inputs.length === 0) return undefined;
  const constants: (Constant | undefined)[] = [];
  for (const input of inputs) {
    if (input === undefined) constants.push(undefined);
    else if (input.data === undefined) return undefined;
    else constants.push({ ...input, data: input.data });
  }
  return rule(node, constants);
}

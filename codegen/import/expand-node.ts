/**
 * ONNX nodes in the forms that the compiler works on: what an operator set or an exporter can say in several ways is
 * said in one, and what is a combination of other operators becomes them.
 */
import type { GraphNode, Shape, TensorInfo } from '../graph/graph.js';
import {
  floatAttribute,
  inputName,
  intAttribute,
  intsAttribute,
  outputName,
  stringAttribute,
} from '../graph/graph.js';
import {
  requireConstant,
  requireShape,
  resolveAxes,
  shapeError,
  unsupported,
} from '../operators/require.js';
import { expandConvTranspose } from './expand-conv-transpose.js';

export type Inputs = readonly (TensorInfo | undefined)[];

/** Nodes that replace one, and constants that they read. */
export interface Expansion {
  readonly nodes: readonly GraphNode[];
  readonly constants?: ReadonlyMap<string, TensorInfo>;
}

type Expand = (node: GraphNode, inputs: Inputs) => Expansion;

/** Numbers that are an attribute in old operator sets and an input in new ones. */
function numbers(
  node: GraphNode,
  inputs: Inputs,
  key: string,
  index: number,
): readonly number[] | undefined {
  if (inputs[index] !== undefined) return requireConstant(node, inputs, index);
  return node.attributes[key] === undefined ? undefined : intsAttribute(node, key, []);
}

function boxNode(
  node: GraphNode,
  output: string,
  box: { starts: readonly number[]; sizes: readonly number[]; steps: readonly number[] },
  name = node.name,
): GraphNode {
  return {
    operator: 'Slice',
    name,
    inputs: [inputName(node, 0)],
    outputs: [output],
    attributes: { starts: box.starts, sizes: box.sizes, steps: box.steps },
  };
}

const slice: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const from = numbers(node, inputs, 'starts', 1) ?? [];
  const to = numbers(node, inputs, 'ends', 2) ?? [];
  const axes = resolveAxes(
    node,
    numbers(node, inputs, 'axes', 3) ?? from.map((_, i) => i),
    x.length,
  );
  const by = numbers(node, inputs, 'steps', 4) ?? from.map(() => 1);
  const lists = [from, to, axes, by];
  if (lists.some((list) => list.length !== from.length) || by.includes(0)) {
    throw shapeError(node, `starts, ends, axes and steps [${lists.join('] [')}]`);
  }
  const [starts, sizes, steps] = [x.map(() => 0), [...x], x.map(() => 1)];
  axes.forEach((axis, i) => {
    const size = x[axis] ?? 0;
    const step = by[i] ?? 1;
    // ONNX clamps to the tensor; a backward slice may end before its first element.
    const wrap = (index: number): number => (index < 0 ? index + size : index);
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const start = Math.min(high, Math.max(0, wrap(from[i] ?? 0)));
    const end = Math.min(high, Math.max(low, wrap(to[i] ?? 0)));
    starts[axis] = start;
    steps[axis] = step;
    sizes[axis] = Math.max(0, Math.ceil((end - start) / step));
  });
  if (sizes.some((size) => size < 1)) throw unsupported(node, 'the slice is empty');
  return { nodes: [boxNode(node, outputName(node), { starts, sizes, steps })] };
};

const split: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', 0)], x.length);
  const size = x[axis] ?? 0;
  const each = Math.ceil(size / node.outputs.length);
  const parts =
    numbers(node, inputs, 'split', 1) ??
    node.outputs.map((_, i) => Math.min(each, size - i * each));
  const whole = parts.reduce((a, b) => a + b, 0);
  if (parts.length !== node.outputs.length || whole !== size || parts.some((part) => part < 1)) {
    throw shapeError(node, `${size} values along axis ${axis} in parts [${parts.join(', ')}]`);
  }
  let start = 0;
  const nodes = node.outputs.map((output, i) => {
    const part = parts[i] ?? 0;
    const box = {
      starts: x.map((_, a) => (a === axis ? start : 0)),
      sizes: x.map((s, a) => (a === axis ? part : s)),
      steps: x.map(() => 1),
    };
    start += part;
    return boxNode(node, output, box, `${node.name}/${i}`);
  });
  return { nodes: nodes.filter((part) => part.outputs[0] !== '') };
};

const pad: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const mode = stringAttribute(node, 'mode', 'constant');
  if (mode !== 'constant') throw unsupported(node, `padding mode "${mode}"`);
  const given = numbers(node, inputs, 'pads', 1) ?? [];
  const axes = resolveAxes(
    node,
    inputs[3] === undefined ? x.map((_, i) => i) : requireConstant(node, inputs, 3),
    x.length,
  );
  const value =
    inputs[2] === undefined
      ? floatAttribute(node, 'value', 0)
      : (requireConstant(node, inputs, 2)[0] ?? 0);
  if (given.length !== 2 * axes.length || given.some((count) => Math.abs(count) > 65_536)) {
    throw shapeError(node, `pads [${given.join(', ')}] for axes [${axes.join(', ')}]`);
  }
  if (given.some((count) => count < 0)) throw unsupported(node, 'negative padding');
  const [starts, shape] = [x.map(() => 0), [...x]];
  axes.forEach((axis, i) => {
    starts[axis] = given[i] ?? 0;
    shape[axis] = (x[axis] ?? 0) + (given[i] ?? 0) + (given[i + axes.length] ?? 0);
  });
  const attributes = { shape, starts, steps: x.map(() => 1), value };
  return { nodes: [{ ...node, inputs: [inputName(node, 0)], attributes }] };
};

/** Nearest neighbour by whole factors, in whichever of ONNX's coordinate conventions gives floor(i / factor). */
const resize: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const mode = stringAttribute(node, 'mode', 'nearest');
  if (mode !== 'nearest') throw unsupported(node, `mode "${mode}"; only "nearest"`);
  const old = node.operator === 'Upsample' || inputs.length <= 2;
  const factors = node.attributes['scales'] ?? constantOr(node, inputs, old ? 1 : 2);
  const scales =
    Array.isArray(factors) && factors.length > 0
      ? (factors as readonly number[])
      : requireConstant(node, inputs, 3).map((size, axis) => size / (x[axis] ?? 1));
  if (scales.length !== x.length || scales.some((scale) => !Number.isInteger(scale) || scale < 1)) {
    throw unsupported(node, `factors [${scales.join(', ')}]; only whole ones`);
  }
  const transform = stringAttribute(
    node,
    'coordinate_transformation_mode',
    old ? 'asymmetric' : 'half_pixel',
  );
  const rounding = stringAttribute(node, 'nearest_mode', old ? 'floor' : 'round_prefer_floor');
  const usual =
    (transform === 'asymmetric' && rounding === 'floor') ||
    (['half_pixel', 'pytorch_half_pixel'].includes(transform) && rounding.startsWith('round'));
  if (!usual) throw unsupported(node, `coordinates "${transform}" rounded by "${rounding}"`);
  return {
    nodes: [
      {
        ...node,
        operator: 'Resize',
        inputs: [inputName(node, 0)],
        attributes: { repeats: scales },
      },
    ],
  };
};

function constantOr(node: GraphNode, inputs: Inputs, index: number): readonly number[] {
  return inputs[index] === undefined ? [] : requireConstant(node, inputs, index);
}

/** A pooling over all positions is a window as large as the input. */
function spatialMax(node: GraphNode, x: Shape, keep: boolean): Expansion {
  if (x.length !== 3 && x.length !== 4) {
    throw unsupported(node, `input [${x.join(', ')}]; only 1-D and 2-D signals`);
  }
  const pooled = keep ? outputName(node) : `${node.name}/pooled`;
  const pool: GraphNode = {
    operator: 'MaxPool',
    name: node.name,
    inputs: [inputName(node, 0)],
    outputs: [pooled],
    attributes: { kernel_shape: x.slice(2) },
  };
  if (keep) return { nodes: [pool] };
  return {
    nodes: [
      pool,
      {
        operator: 'View',
        name: `${node.name}/squeezed`,
        inputs: [pooled],
        outputs: [outputName(node)],
        attributes: { shape: x.slice(0, 2) },
      },
    ],
  };
}

const globalMaxPool: Expand = (node, inputs) =>
  spatialMax(node, requireShape(node, inputs, 0), true);

const reduceMax: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const axes = resolveAxes(node, numbers(node, inputs, 'axes', 1) ?? x.map((_, i) => i), x.length);
  const spatial = x.map((_, axis) => axis).filter((axis) => axis >= 2);
  if ([...axes].sort((a, b) => a - b).join() !== spatial.join()) {
    throw unsupported(node, `maximum over axes [${axes.join(', ')}]; only over all spatial axes`);
  }
  return spatialMax(node, x, intAttribute(node, 'keepdims', 1) !== 0);
};

/** One element along an axis of a signal (torch's x[:, :, -1]): a slice whose axis is gone. */
const gather: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const index = requireConstant(node, inputs, 1);
  const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', 0)], x.length);
  const size = x[axis] ?? 0;
  const [given = 0] = index;
  const start = given < 0 ? given + size : given;
  if (index.length !== 1) throw unsupported(node, `${index.length} elements of a signal; only one`);
  if (start < 0 || start >= size) throw shapeError(node, `element ${given} of ${size}`);
  const at = (value: number, other: readonly number[]): readonly number[] =>
    other.map((own, i) => (i === axis ? value : own));
  const element = `${outputName(node)}/element`;
  const box = {
    starts: at(
      start,
      x.map(() => 0),
    ),
    sizes: at(1, x),
    steps: x.map(() => 1),
  };
  const kept = inputs[1]?.shape ?? [];
  const shape = [...x.slice(0, axis), ...kept, ...x.slice(axis + 1)];
  return {
    nodes: [
      boxNode(node, element, box, `${node.name}/element`),
      { ...node, operator: 'View', inputs: [element], attributes: { shape } },
    ],
  };
};

/** A MatMul of one row and constants is a Gemm without bias; everything behind the import knows it as that. */
const matMul: Expand = (node, inputs) => {
  const [x, weights] = inputs;
  const dense = x?.shape.length === 2 && x.shape[0] === 1 && weights?.data !== undefined;
  const plain = dense && weights.shape.length === 2;
  return { nodes: [plain ? { ...node, operator: 'Gemm', attributes: {} } : node] };
};

const expansions: ReadonlyMap<string, Expand> = new Map<string, Expand>([
  ['ConvTranspose', expandConvTranspose],
  ['Gather', gather],
  ['GlobalMaxPool', globalMaxPool],
  ['MatMul', matMul],
  ['Pad', pad],
  ['ReduceMax', reduceMax],
  ['Resize', resize],
  ['Slice', slice],
  ['Split', split],
  ['Upsample', resize],
]);

/** Operators that a model may hold and that are rewritten here, sorted. */
export function expandedOperators(): readonly string[] {
  return [...expansions.keys()].sort();
}

/** The node in the compiler's forms; most are taken as they are. */
export function expandNode(node: GraphNode, inputs: Inputs): Expansion {
  return expansions.get(node.operator)?.(node, inputs) ?? { nodes: [node] };
}

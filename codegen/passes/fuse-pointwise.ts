import type { Graph, GraphNode, TensorInfo } from '../graph/graph.js';
import { inputName, outputName, sizeOf, tensorOf } from '../graph/graph.js';
import { clipBounds } from '../operators/clip.js';
import { unsupported } from '../operators/require.js';
import { compose, type ScalarExpression } from '../operators/scalar-function.js';
import { unaryExpression } from '../operators/unary.js';

/** A tensor that is one function of another, value by value. */
interface Mapped {
  readonly root: string;
  readonly expression: ScalarExpression;
}

/** Repeated use of an intermediate repeats its expression; far beyond every known activation. */
const MOST_TOKENS = 400;

const SYMBOLS: Readonly<Record<string, string>> = {
  Add: '+',
  Div: '/',
  Mul: '*',
  Pow: 'pow',
  Sub: '-',
};

/**
 * Merges each tree of pointwise operators over one tensor into one Pointwise node, which the quantiser makes a table of
 * 256 entries: x·Sigmoid(x), the Erf form of Gelu, a decomposed HardSwish cost one look-up and one rounding. A Relu or
 * a Clip around zero directly behind what computes its input stays: it is free there.
 */
export function fusePointwise(graph: Graph): Graph {
  const mapped = new Map<string, Mapped>();
  const tensors = new Map<string, TensorInfo>(graph.tensors);
  const nodes = graph.nodes.flatMap((node) => {
    const found = mappedBy(graph, node, mapped);
    if (found !== undefined) {
      mapped.set(outputName(node), found);
      return [pointwise(node.name, found, outputName(node))];
    }
    if (node.operator !== 'Div') return [node];
    // a / b of two signals becomes a · (1 / b).
    const divisor = inputName(node, 1);
    const name = `${node.name}/reciprocal`;
    const constant = tensorOf(graph, divisor);
    if (constant.data !== undefined) {
      const data = Float32Array.from(constant.data, (value) => 1 / value);
      if (!data.every(Number.isFinite)) throw unsupported(node, 'a division by zero');
      tensors.set(name, { ...constant, data });
      return [{ ...node, operator: 'Mul', inputs: [inputName(node, 0), name] }];
    }
    const inner = mapped.get(divisor) ?? { root: divisor, expression: 'x' };
    tensors.set(name, tensorOf(graph, divisor));
    return [
      pointwise(name, { ...inner, expression: compose('1 x /', inner.expression) }, name),
      { ...node, operator: 'Mul', inputs: [inputName(node, 0), name] },
    ];
  });
  return { ...graph, nodes, tensors };
}

function pointwise(name: string, { root, expression }: Mapped, output: string): GraphNode {
  return {
    operator: 'Pointwise',
    name,
    inputs: [root],
    outputs: [output],
    attributes: { expression },
  };
}

function mappedBy(
  graph: Graph,
  node: GraphNode,
  mapped: ReadonlyMap<string, Mapped>,
): Mapped | undefined {
  const operand = (index: number): Mapped => {
    const name = inputName(node, index);
    return mapped.get(name) ?? { root: name, expression: 'x' };
  };
  const expression = expressionOf(graph, node);
  if (expression !== undefined) {
    const inner = operand(0);
    if (staysClamp(graph, node) && inner.root === inputName(node, 0)) return undefined;
    return bounded(inner.root, compose(expression, inner.expression));
  }
  const symbol = SYMBOLS[node.operator];
  if (symbol === undefined) return undefined;
  const sides = [0, 1].map((index) => {
    const { data, shape } = tensorOf(graph, inputName(node, index));
    if (data === undefined) return operand(index);
    return sizeOf(shape) === 1 ? { root: '', expression: String(data[0] ?? 0) } : undefined;
  });
  const [a, b] = sides;
  if (a === undefined || b === undefined) return undefined;
  if (node.operator === 'Pow' && b.root !== '') return undefined;
  const root = a.root === '' ? b.root : a.root;
  if (root === '' || (a.root !== '' && b.root !== '' && a.root !== b.root)) return undefined;
  // A constant of higher rank would add axes.
  if (tensorOf(graph, root).shape.length !== tensorOf(graph, outputName(node)).shape.length) {
    return undefined;
  }
  return bounded(root, `${a.expression} ${b.expression} ${symbol}`);
}

function bounded(root: string, expression: ScalarExpression): Mapped | undefined {
  return expression.split(' ').length > MOST_TOKENS ? undefined : { root, expression };
}

function expressionOf(graph: Graph, node: GraphNode): ScalarExpression | undefined {
  if (node.operator === 'Relu') return 'x 0 max';
  if (node.operator === 'Clip') {
    const { low, high } = boundsOf(graph, node);
    const atLeast = Number.isFinite(low) ? ` ${low} max` : '';
    return `x${atLeast}${Number.isFinite(high) ? ` ${high} min` : ''}`;
  }
  if (node.operator === 'PRelu') {
    const slope = tensorOf(graph, inputName(node, 1));
    return sizeOf(slope.shape) === 1 ? `x 0 max x 0 min ${slope.data?.[0] ?? 0} * +` : undefined;
  }
  return unaryExpression(node);
}

function boundsOf(graph: Graph, node: GraphNode): { readonly low: number; readonly high: number } {
  return clipBounds(
    node,
    node.inputs.map((name) => (name === '' ? undefined : tensorOf(graph, name))),
  );
}

/** Relu and Clip around zero: the saturation of an integer operation does them. */
function staysClamp(graph: Graph, node: GraphNode): boolean {
  if (node.operator === 'Relu') return true;
  if (node.operator !== 'Clip') return false;
  const { low, high } = boundsOf(graph, node);
  return low <= 0 && high >= 0;
}

import { frontEnd } from '../compile.js';
import { IsochroneError } from '../errors.js';
import type { PreparedGraph } from '../explain/gradient.js';
import { withGradient, withoutGradient } from '../explain/gradient.js';
import type { Graph, GraphNode, Shape } from '../graph/graph.js';
import { sizeOf, tensorOf } from '../graph/graph.js';
import { readOnnx } from '../import/onnx-file.js';
import { importModel, isTflite } from '../import/model.js';
import { kernelOf } from '../integer/registry.js';
import { importableOperators } from '../operators/registry.js';
import { optimise } from '../passes/passes.js';
import { chooseKernels } from '../emit/backend.js';
import { backendNamed } from '../emit/backends.js';
import { planArena } from '../plan/arena.js';
import type { Calibration } from '../quantize/calibration.js';
import { lowerRule } from '../quantize/lower/registry.js';
import { hasOwnScales, lowerWithOwnScales } from '../quantize/own-scales/lower.js';
import { quantize } from '../quantize/quantize.js';

/** Something that keeps the model, or its explanation, from being built. */
export interface AnalysisProblem {
  readonly code: string;
  readonly message: string;
  readonly where: Readonly<Record<string, string | number>>;
  readonly hint: string;
}

export interface AnalysisNode {
  readonly operator: string;
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly parameters: number;
}

/** What a build would cost. Sizes do not depend on the ranges, so no calibration is needed. */
export interface AnalysisCost {
  readonly layers: number;
  readonly multiplyAccumulates: number;
  readonly arenaBytes: number;
}

export interface ModelAnalysis {
  readonly file: string;
  /** Nodes as the device sees them: folded, fused with constants; those of the file where it cannot be imported. */
  readonly nodes: readonly AnalysisNode[];
  readonly operators: Readonly<Record<string, number>>;
  readonly parameters: number;
  readonly input?: Shape;
  readonly output?: Shape;
  /** The answer alone; absent when it cannot be built. */
  readonly answer?: AnalysisCost;
  /** Answer and explanation; absent when it cannot be explained. */
  readonly explained?: AnalysisCost;
  /** Everything found that keeps the answer from being built, not the first alone. */
  readonly problems: readonly AnalysisProblem[];
  /** What keeps only the explanation from being built. */
  readonly explanationProblems: readonly AnalysisProblem[];
}

/**
 * Looks at a model without calibration, and gathers every problem instead of stopping at the first.
 * @throws IsochroneError MODEL_* only where the file cannot be read at all
 */
export function analyzeModel(bytes: Uint8Array, file: string): ModelAnalysis {
  let imported: Graph;
  try {
    imported = importModel(bytes, file);
  } catch (error) {
    if (isTflite(bytes)) return { ...NOTHING, file, problems: [problemOf(error)] };
    return unimportable(bytes, file, error);
  }
  // A network with scales of its own is lowered as it is; what has no rule is found by the build.
  const own = hasOwnScales(imported);
  const graph = own ? imported : optimise(imported);
  const problems = own ? [] : graph.nodes.flatMap((node) => attempt(() => void lowerRule(node)));
  const explanationProblems = attempt(
    () => void (own ? frontEnd(bytes, file) : withGradient(graph)),
  );
  const cost = (make: () => PreparedGraph, into: AnalysisProblem[]): AnalysisCost | undefined => {
    try {
      return costOf(make());
    } catch (error) {
      const problem = problemOf(error);
      if (into.every(({ message }) => message !== problem.message)) into.push(problem);
      return undefined;
    }
  };
  const answer = cost(
    () => (own ? frontEnd(bytes, file, 'none') : withoutGradient(graph)),
    problems,
  );
  const explained =
    answer === undefined || explanationProblems.length > 0
      ? undefined
      : cost(() => frontEnd(bytes, file), explanationProblems);
  const nodes = graph.nodes.map((node) => ({
    operator: node.operator,
    name: node.name,
    shapes: node.outputs.map((name) => tensorOf(graph, name).shape),
    parameters: parametersOf(graph, node),
  }));
  const [input = ''] = graph.inputs;
  const [output = ''] = graph.outputs;
  return {
    file,
    nodes,
    operators: countOperators(graph.nodes),
    parameters: nodes.reduce((sum, node) => sum + node.parameters, 0),
    input: tensorOf(graph, input).shape,
    output: tensorOf(graph, output).shape,
    ...(answer === undefined ? {} : { answer }),
    ...(explained === undefined ? {} : { explained }),
    problems,
    explanationProblems,
  };
}

const NOTHING = { nodes: [], operators: {}, parameters: 0, explanationProblems: [] } as const;

/** Where the import stops, every operator that it does not know is still named. */
function unimportable(bytes: Uint8Array, file: string, error: unknown): ModelAnalysis {
  const onnx = readOnnx(bytes, file);
  const known = new Set([...importableOperators(), 'Constant', 'MatMul']);
  const problems = onnx.nodes
    .filter((node) => !known.has(node.operator))
    .map((node) => ({
      code: 'MODEL_UNSUPPORTED_OPERATOR',
      message: `operator "${node.operator}" is not supported`,
      where: { file, operator: node.operator, node: node.name },
      hint: 'Rewrite this part of the network with supported operators (docs/operators.md).',
    }));
  const first = problemOf(error);
  const listed = problems.some(({ where }) => where.node === first.where['node']);
  return {
    file,
    nodes: onnx.nodes.map(({ operator, name }) => ({ operator, name, shapes: [], parameters: 0 })),
    operators: countOperators(onnx.nodes),
    parameters: [...onnx.initializers.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    problems: listed ? problems : [first, ...problems],
    explanationProblems: [],
  };
}

function costOf(prepared: PreparedGraph): AnalysisCost {
  const program = hasOwnScales(prepared.graph)
    ? lowerWithOwnScales(prepared)
    : quantize(prepared, anyCalibration(prepared));
  return {
    layers: program.operations.length,
    multiplyAccumulates: program.operations.reduce(
      (sum, operation) => sum + (kernelOf(operation).multiplyAccumulates?.(operation) ?? 0),
      0,
    ),
    arenaBytes: planArena(program, chooseKernels(program, backendNamed('portable'), 'balanced'))
      .bytes,
  };
}

/** Ranges of one everywhere: sizes and shapes are what is asked for here. */
export function anyCalibration({ graph }: PreparedGraph): Calibration {
  const names = [...graph.tensors.keys()];
  return {
    format: 1,
    modelSha256: '',
    source: 'none',
    records: 0,
    activations: Object.fromEntries(names.map((name) => [name, { low: -1, high: 1 }])),
    gradients: Object.fromEntries(
      names.map((name) => [
        name,
        Array.from({ length: tensorOf(graph, name).shape[1] ?? 1 }, () => 1),
      ]),
    ),
  };
}

function parametersOf(graph: Graph, node: GraphNode): number {
  return node.inputs
    .filter((name) => name !== '')
    .map((name) => tensorOf(graph, name))
    .filter(({ data, elementType }) => data !== undefined && elementType === 'float32')
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function countOperators(nodes: readonly GraphNode[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { operator } of nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function attempt(work: () => void): AnalysisProblem[] {
  try {
    work();
    return [];
  } catch (error) {
    return [problemOf(error)];
  }
}

/** A typed error is a finding; anything else is a fault of the compiler and goes on. */
function problemOf(error: unknown): AnalysisProblem {
  if (!(error instanceof IsochroneError)) throw error;
  const { code, message, where, hint } = error;
  return { code, message, where, hint };
}

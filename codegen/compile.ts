import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseKernels, type KernelChoice, type Optimize } from './emit/backend.js';
import { backendNamed, type BackendName } from './emit/backends.js';
import type { EmittedNetwork } from './emit/emit.js';
import { emitNetwork } from './emit/emit.js';
import type { ExplainedGraph, PreparedGraph } from './explain/gradient.js';
import { withGradient, withoutGradient } from './explain/gradient.js';
import { withGradCam } from './explain/grad-cam.js';
import {
  DEFAULT_METHODS,
  needsGradCam,
  needsRelevance,
  type ChosenMethod,
} from './explain/methods.js';
import { withRelevance } from './explain/relevance.js';
import { IsochroneError } from './errors.js';
import type { Graph } from './graph/graph.js';
import { tensorOf } from './graph/graph.js';
import { knownAnswer, type KnownAnswer } from './interpret/known-answer.js';
import { importModel } from './import/model.js';
import type { IntegerProgram } from './integer/program.js';
import { packageRoot } from './package-root.js';
import { foldLeads } from './passes/fold-leads.js';
import { optimise } from './passes/passes.js';
import { stripOutputActivation } from './passes/strip-output-activation.js';
import type { ArenaPlan } from './plan/arena.js';
import { planArena } from './plan/arena.js';
import type { Calibration } from './quantize/calibration.js';
import { magnitudeOf, parseCalibration } from './quantize/calibration.js';
import { withEqualised } from './quantize/choose-equalisation.js';
import type { Familiarity } from './quantize/familiarity.js';
import { foldCalibration } from './quantize/fold-calibration.js';
import { withCamRange } from './quantize/cam-range.js';
import { int16Candidates } from './quantize/int16.js';
import { explainedWithOwnScales, largestOfCodes } from './quantize/own-scales/explained.js';
import { hasOwnScales, lowerWithOwnScales } from './quantize/own-scales/lower.js';
import { chooseInt16, type Precision } from './quantize/precision.js';
import { quantize } from './quantize/quantize.js';

/** Every stage of one compilation, so that tests and reports can look at each. */
export interface CompiledNetwork {
  readonly graph: Graph;
  readonly explained: PreparedGraph;
  readonly program: IntegerProgram;
  /** Tensors whose channels the calibration has scaled (cross-layer equalisation). */
  readonly equalised: readonly string[];
  readonly methods: readonly ChosenMethod[];
  /** What the self-test compares with; absent when built without it. */
  readonly answer?: KnownAnswer;
  /** What the device tells strange windows by; absent where the calibration does not say. */
  readonly familiarity?: Familiarity;
  readonly target: CodeTarget;
  /** The kernel of each operation, with the scratch that it asks for. */
  readonly kernels: readonly KernelChoice[];
  readonly plan: ArenaPlan;
  readonly emitted: EmittedNetwork;
}

/** What the C is written for. */
export interface CodeTarget {
  readonly backend: BackendName;
  readonly optimize: Optimize;
}

/** Runs everywhere. */
export const PORTABLE: CodeTarget = { backend: 'portable', optimize: 'balanced' };

/** What the device can say about its answer: the gradient of a logit, or nothing. */
export type Explain = 'gradient' | 'none';

/** Leads that the compiled network reads: the file's twelve, or the eight independent ones (lead folding). */
export type Leads = 12 | 8;

export interface CompileOptions {
  /** Portable C unless said otherwise. */
  readonly target?: CodeTarget;
  readonly explain?: Explain;
  /** What network.h names as built in; without, what `explain` gives by itself. Grad-CAM is compiled only where it is named. */
  readonly methods?: readonly ChosenMethod[];
  /** A known-answer test in the generated C; on unless said otherwise. */
  readonly selfTest?: boolean;
  readonly leads?: Leads;
  /** Width of the signals; `mixed` unless said otherwise, where the calibration has sensitivities to choose by, else `int8`. */
  readonly precision?: Precision;
  /** Most bytes of arena that `mixed` may take; without it any. */
  readonly ramBytes?: number;
  /** Another limit of what `mixed` may take. */
  readonly int16Limit?: Int16Limit;
}

/** Which sets of int16 tensors a budget allows; `name` says which budget. */
export interface Int16Limit {
  readonly name: string;
  readonly allows: (int16: ReadonlySet<string>) => boolean;
}

/** Import, passes and gradient: everything before numbers are rounded. */
export function frontEnd(
  modelBytes: Uint8Array,
  modelFile: string,
  explain?: 'gradient',
  leads?: Leads,
): ExplainedGraph;
export function frontEnd(
  modelBytes: Uint8Array,
  modelFile: string,
  explain: Explain,
  leads?: Leads,
  gradCam?: boolean,
): PreparedGraph;
export function frontEnd(
  modelBytes: Uint8Array,
  modelFile: string,
  explain: Explain = 'gradient',
  leads: Leads = 12,
  gradCam = false,
): PreparedGraph {
  const imported = importModel(modelBytes, modelFile);
  if (hasOwnScales(imported)) {
    const graph = withoutFloatEnd(imported);
    if (explain === 'none') return withoutGradient(graph);
    const explained = explainedWithOwnScales(graph);
    return gradCam ? withGradCam(explained) : explained;
  }
  const asGiven = optimise(imported);
  const graph = leads === 8 ? foldLeads(asGiven) : asGiven;
  if (explain === 'none') return withoutGradient(graph);
  return gradCam ? withGradCam(withGradient(graph)) : withGradient(graph);
}

/** A closing softmax that the file leaves in float behind a quantised answer is stripped, as float networks' are. */
function withoutFloatEnd(graph: Graph): Graph {
  const isFloat = graph.outputs.every((name) => tensorOf(graph, name).quantization === undefined);
  return isFloat ? stripOutputActivation(graph) : graph;
}

export function modelSha256(modelBytes: Uint8Array): string {
  return createHash('sha256').update(modelBytes).digest('hex');
}

/**
 * Model, ONNX or TFLite by its content, and calibration → C.
 * @param calibration may be left out for a network that is quantised already: it keeps its own scales
 * @throws IsochroneError MODEL_*, EXPLAIN_*, CALIBRATION_*, LEADS_*
 */
export function compileNetwork(
  model: { readonly bytes: Uint8Array; readonly file: string },
  calibration: { readonly text: string; readonly file: string } | undefined,
  options: CompileOptions = {},
): CompiledNetwork {
  const { explain = 'gradient', methods = explain === 'none' ? [] : DEFAULT_METHODS } = options;
  const given = frontEnd(model.bytes, model.file, explain, options.leads, needsGradCam(methods));
  const known = calibration === undefined ? undefined : parsed(model, calibration);
  const { explained, program, equalised } = hasOwnScales(given.graph)
    ? ownIntegers(given, methods)
    : integers(given, known ?? missing(model.file), options);
  const familiarity = known?.familiarity;
  const answer = options.selfTest === false ? undefined : knownAnswer(program);
  return emitFor(
    {
      graph: explained.graph,
      explained,
      program,
      equalised,
      methods,
      ...(answer === undefined ? {} : { answer }),
      ...(familiarity === undefined ? {} : { familiarity }),
    },
    options.target ?? PORTABLE,
  );
}

/** The same integer program for another core: kernels, memory plan and C anew. */
export function emitFor(
  network: Omit<CompiledNetwork, 'target' | 'kernels' | 'plan' | 'emitted'>,
  target: CodeTarget,
): CompiledNetwork {
  const { program, methods, answer, familiarity } = network;
  const kernels = chooseKernels(program, backendNamed(target.backend), target.optimize);
  const plan = planArena(program, kernels);
  const read = (file: string): string => readFileSync(join(packageRoot(), file), 'utf8');
  const emitted = emitNetwork(program, plan, kernels, read, { methods, answer, familiarity });
  return { ...network, target, kernels, plan, emitted };
}

/** A network that is quantised already, as it is. */
function ownIntegers(
  given: PreparedGraph,
  methods: readonly ChosenMethod[],
): Pick<CompiledNetwork, 'explained' | 'program' | 'equalised'> {
  const explained = needsRelevance(methods)
    ? withRelevance(given, (tensor) => largestOfCodes(given.graph, tensor))
    : given;
  return { explained, program: lowerWithOwnScales(explained), equalised: [] };
}

/** The float network as its calibration wants it, and its integer program. */
function integers(
  given: PreparedGraph,
  calibration: Calibration,
  options: CompileOptions,
): Pick<CompiledNetwork, 'explained' | 'program' | 'equalised'> {
  const { equalisation } = calibration;
  const explained = equalisation === undefined ? given : withEqualised(given, equalisation);
  const ranges = options.leads === 8 ? foldCalibration(explained, calibration) : calibration;
  const asked = needsRelevance(options.methods ?? [])
    ? withRelevance(explained, (tensor) => magnitudeOf(ranges.activations[tensor]))
    : explained;
  const program = quantizeAs(asked, withCamRange(asked, ranges), options);
  return { explained: asked, program, equalised: Object.keys(equalisation ?? {}) };
}

/** @throws IsochroneError CALIBRATION_INCOMPLETE where mixed precision is asked for and nothing is known to choose by */
function quantizeAs(
  explained: PreparedGraph,
  calibration: Calibration,
  options: CompileOptions,
): IntegerProgram {
  const { sensitivities } = calibration;
  const precision = options.precision ?? (sensitivities === undefined ? 'int8' : 'mixed');
  if (precision === 'int8') return quantize(explained, calibration);
  const { graph, forwardNodes } = explained;
  const candidates = new Set(int16Candidates(graph, graph.nodes.slice(0, forwardNodes), explained));
  if (precision === 'int16') {
    return quantize(explained, calibration, candidates);
  }
  if (sensitivities === undefined) {
    throw new IsochroneError(
      'CALIBRATION_INCOMPLETE',
      'it has no sensitivities to choose a mixed precision by',
      {
        hint: 'Run `isochrone calibrate MODEL --data DIR` again, or choose --precision int8 or int16.',
      },
    );
  }
  const { backend, optimize } = options.target ?? PORTABLE;
  const arenaBytes = (int16: ReadonlySet<string>): number => {
    const program = quantize(explained, calibration, int16);
    return planArena(program, chooseKernels(program, backendNamed(backend), optimize)).bytes;
  };
  const most = options.ramBytes ?? Infinity;
  const allows = options.int16Limit?.allows ?? ((): boolean => true);
  // Measured for the gradient; another backward pass may read more of them as int8.
  const known = Object.entries(sensitivities).filter(([tensor]) => candidates.has(tensor));
  const int16 = chooseInt16(
    Object.fromEntries(known),
    (set) => allows(set) && (most === Infinity || arenaBytes(set) <= most),
  );
  return quantize(explained, calibration, int16);
}

function missing(file: string): never {
  throw new IsochroneError('CALIBRATION_MISSING', 'the model has no calibration beside it', {
    hint: `Run \`isochrone calibrate ${file} --data DIR\` first.`,
    where: { file },
  });
}

function parsed(
  model: { readonly bytes: Uint8Array; readonly file: string },
  calibration: { readonly text: string; readonly file: string },
): Calibration {
  return parseCalibration(calibration.text, calibration.file, modelSha256(model.bytes));
}

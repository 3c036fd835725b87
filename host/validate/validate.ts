/**
 * The whole validation of one network: the interpreter against the C on every target, layer by layer and bit for bit; the
 * integer network against the float one; instructions per layer where a target counts them, and cycles where they are estimated.
 */
import { join } from 'node:path';
import { emitFor, type CompiledNetwork } from '../../codegen/compile.js';
import type { BackendName } from '../../codegen/emit/backends.js';
import { IsochroneError } from '../../codegen/errors.js';
import { bytesOf, integerTensor, type IntegerType } from '../../codegen/integer/program.js';
import { kernelOf } from '../../codegen/integer/registry.js';
import { writeNetwork } from '../toolchain/write-network.js';
import { networkCost, type NetworkCost } from '../profile/network-cost.js';
import { CLASS_OF_WINNER } from '../toolchain/vectors.js';
import { differences, expectedResults } from './bit-exact.js';
import { layerErrors, type LayerMeasures } from './layer-errors.js';
import { targetFolder, type BuiltTarget, type Target } from './targets.js';
import type { ValidationInputs } from './validation-inputs.js';

export interface LayerReport {
  readonly index: number;
  readonly name: string;
  readonly kind: string;
  readonly pass: 'forward' | 'explanation';
  readonly multiplyAccumulates: number;
  readonly outputBytes: number;
  readonly error?: LayerMeasures;
  /** Of the layer's output: int8, int16 or bits. */
  readonly type: IntegerType;
  /** By target; of the first input. */
  readonly instructions: Readonly<Record<string, number>>;
  /** Estimated, by target whose core has a model. */
  readonly cycles: Readonly<Record<string, number>>;
}

export interface TargetReport {
  readonly name: string;
  readonly title: string;
  readonly backend: BackendName;
  readonly arenaBytes: number;
  readonly constantBytes: number;
  readonly bitExact: boolean;
  readonly differing: number;
  /** The first input and layer that differ. */
  readonly first?: string;
  /** Not run: the image needs more than all memory of the machine; what the linker said of it. */
  readonly tooLarge?: string;
  readonly fitsBoard: boolean;
  readonly flashBytes?: number;
  readonly ramBytes?: number;
  readonly stackHighWaterBytes?: number;
  /** Of a device that is running: how its known-answer test went. */
  readonly selfTest?: string;
  readonly instructions?: { readonly forward: number; readonly explanation: number };
  /** Estimated (docs/cycle-model.md). */
  readonly cycles?: { readonly forward: number; readonly explanation: number };
}

export interface ValidationReport {
  readonly network: string;
  readonly source: string;
  readonly inputs: number;
  /** Cosine between the integer and the float gradient × input, over the inputs. */
  readonly attribution?: { readonly medianCosine: number; readonly leastCosine: number };
  readonly targets: readonly TargetReport[];
  readonly layers: readonly LayerReport[];
}

export interface ValidateOptions {
  /** Its integer program is compiled for the backend of each target. */
  readonly network: CompiledNetwork;
  readonly inputs: ValidationInputs;
  readonly targets: readonly Target[];
  /** Where the C of each target and its images are built. */
  readonly buildDir: string;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Throws what building and running throw (FIRMWARE_*, EMULATOR_*, VECTORS_*); a difference is a result, not an error. */
export async function validateNetwork(options: ValidateOptions): Promise<ValidationReport> {
  const { network, inputs, signal } = options;
  const { program } = network;
  const say = options.onProgress ?? ((): void => undefined);
  const total = inputs.inputs.length;
  const vectors = inputs.inputs.map(({ integer }) => ({
    input: integer,
    classIndex: CLASS_OF_WINNER,
  }));
  const expected = expectedResults(network, vectors, (done) => {
    say('interpreter', done, total);
  });
  const { layers, attributionCosines } = layerErrors(network, inputs.inputs, (done) => {
    say('float', done, total);
  });
  const errors = new Map(layers.map((error) => [error.layer, error]));
  const targets: TargetReport[] = [];
  const instructions = program.operations.map((): Record<string, number> => ({}));
  const cycles = program.operations.map((): Record<string, number> => ({}));
  for (const [index, target] of options.targets.entries()) {
    signal?.throwIfAborted();
    say(target.name, index, options.targets.length);
    const code = emitFor(network, { ...network.target, backend: target.backend });
    const folder = targetFolder(options.buildDir, target);
    const networkDir = join(folder, 'network');
    writeNetwork(code, networkDir);
    const about = {
      name: target.name,
      title: target.title,
      backend: target.backend,
      arenaBytes: code.plan.bytes,
      constantBytes: code.emitted.constantBytes,
    };
    const built = await buildFor(target, networkDir, folder);
    if (built instanceof IsochroneError) {
      const none = { bitExact: false, differing: 0, fitsBoard: false };
      targets.push({ ...about, ...none, tooLarge: built.message });
      continue;
    }
    const request = { vectors, observeLayers: true, fullGradients: 0 };
    const found = await built.run(request, {
      expected: { hash: code.emitted.hash, layers: code.program.operations.length },
      onVector: (done) => {
        say(target.name, done, total);
      },
      ...(signal === undefined ? {} : { signal }),
    });
    const differing = differences(network, expected, found.results);
    const [first] = differing;
    const [vector] = vectors;
    const cost =
      vector === undefined
        ? undefined
        : await networkCost(built, code.program, vector, signal === undefined ? {} : { signal });
    cost?.layers.forEach((layer, index) => {
      const [executed, estimated] = [instructions[index], cycles[index]];
      if (executed !== undefined) executed[target.name] = layer.instructions;
      if (estimated !== undefined && layer.cycles !== undefined)
        estimated[target.name] = layer.cycles;
    });
    targets.push({
      ...about,
      bitExact:
        differing.length === 0 &&
        found.networkHash === code.emitted.hash &&
        (found.selfTest ?? 'passed') === 'passed',
      differing: differing.length,
      ...(first === undefined ? {} : { first: `input ${first.vector}: ${first.what}` }),
      fitsBoard: built.fitsBoard,
      ...(built.flashBytes === undefined ? {} : { flashBytes: built.flashBytes }),
      ...(built.ramBytes === undefined ? {} : { ramBytes: built.ramBytes }),
      ...(found.stackHighWaterBytes === 0
        ? {}
        : { stackHighWaterBytes: found.stackHighWaterBytes }),
      ...(found.selfTest === undefined ? {} : { selfTest: found.selfTest }),
      ...(cost === undefined ? {} : costOfPasses(cost)),
    });
  }
  return {
    network: program.name,
    source: inputs.source,
    inputs: total,
    ...attributionOf(attributionCosines),
    targets,
    layers: layerReports(network).map((layer, index) => {
      const error = errors.get(index);
      return {
        ...layer,
        ...(error === undefined ? {} : { error: measuresOf(error) }),
        instructions: instructions[index] ?? {},
        cycles: cycles[index] ?? {},
      };
    }),
  };
}

/** The error where the network does not fit the target in any way: a result like another. */
async function buildFor(
  target: Target,
  networkDir: string,
  folder: string,
): Promise<BuiltTarget | IsochroneError> {
  try {
    return await target.build(networkDir, folder);
  } catch (error) {
    if (error instanceof IsochroneError && error.code === 'FIRMWARE_TOO_LARGE') return error;
    throw error;
  }
}

function attributionOf(cosines: readonly number[]): Pick<ValidationReport, 'attribution'> {
  const [...sorted] = cosines;
  sorted.sort((a, b) => a - b);
  const [leastCosine] = sorted;
  const medianCosine = sorted[Math.floor(sorted.length / 2)];
  return leastCosine === undefined || medianCosine === undefined
    ? {}
    : { attribution: { medianCosine, leastCosine } };
}

function measuresOf({ maximum, rms, cosine, signalToNoiseDb }: LayerMeasures): LayerMeasures {
  const decibels = signalToNoiseDb === undefined ? {} : { signalToNoiseDb };
  return { maximum, rms, cosine, ...decibels };
}

/** What each layer is, before anything has run. */
export function layerReports(
  network: CompiledNetwork,
): readonly Omit<LayerReport, 'error' | 'instructions' | 'cycles'>[] {
  const { program } = network;
  return program.operations.map((operation, index) => ({
    index,
    name: operation.name,
    kind: operation.kind,
    pass: index < program.forwardOperations ? 'forward' : 'explanation',
    multiplyAccumulates: kernelOf(operation).multiplyAccumulates?.(operation) ?? 0,
    type: integerTensor(program, operation.output).type,
    outputBytes: bytesOf(integerTensor(program, operation.output)),
  }));
}

function costOfPasses({
  forward,
  explanation,
}: NetworkCost): Pick<TargetReport, 'instructions' | 'cycles'> {
  const instructions = {
    forward: forward.instructions,
    explanation: explanation.instructions,
  };
  return forward.cycles === undefined || explanation.cycles === undefined
    ? { instructions }
    : { instructions, cycles: { forward: forward.cycles, explanation: explanation.cycles } };
}

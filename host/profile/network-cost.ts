/**
 * Instructions and estimated cycles of each layer: the one count that `profile`, `validate` and `bench -- kernels` report. On
 * boards they come of executed blocks; programs of an operating system read their emulator's counter, and have no cycles.
 */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import { elementsOf, integerTensor, type IntegerProgram } from '../../codegen/integer/program.js';
import { selfTestInput } from '../../codegen/interpret/known-answer.js';
import { instructionsOf, runVectorsOnBoard } from '../toolchain/run-vectors.js';
import { CLASS_OF_WINNER, type NetworkVector, type VectorsResults } from '../toolchain/vectors.js';
import { RUN_TIMEOUT_MS, type BoardImage, type BuiltTarget } from '../validate/targets.js';
import { modelOf, type CoreModel } from './core-model.js';
import { costOfBlocks, sumOf, type BlocksCost, type Cost } from './cycles.js';
import { disassemble, type Disassembly } from './disassembly.js';
import { executedBlocks } from './executed-blocks.js';

export interface NetworkCost {
  /** The whole pass, what it does behind its last layer included. */
  readonly forward: Cost;
  readonly explanation: Cost;
  /** In the order they run, forward then gradient. */
  readonly layers: readonly Cost[];
}

/** The same with every executed address, on a board. */
export interface DetailedCost extends NetworkCost {
  readonly layers: readonly BlocksCost[];
  readonly image: Disassembly;
  readonly model?: CoreModel;
}

export interface CostOptions {
  /** Cycles more for each line of flash that no cache holds; 0 where nothing is said. */
  readonly waitStates?: number;
  readonly signal?: AbortSignal;
}

/** The input that the known-answer test makes: cost depends on it only where a kernel skips zeros. */
export function selfTestVector({ program }: CompiledNetwork): NetworkVector {
  const tensor = integerTensor(program, program.input);
  return {
    input: selfTestInput(elementsOf(tensor), tensor.type === 'int16' ? 'int16' : 'int8'),
    classIndex: CLASS_OF_WINNER,
  };
}

/**
 * @returns undefined where the target counts no instructions
 * @throws IsochroneError what running throws
 */
export async function networkCost(
  built: BuiltTarget,
  program: IntegerProgram,
  vector: NetworkVector,
  options: CostOptions = {},
): Promise<NetworkCost | undefined> {
  if (built.image !== undefined) return boardCost(built.image, program, vector, options);
  return built.countsInstructions ? countedCost(built, vector) : undefined;
}

/** @throws IsochroneError PROFILE_*, and what running throws */
export async function boardCost(
  { board, elfPath }: BoardImage,
  program: IntegerProgram,
  vector: NetworkVector,
  { waitStates = 0, signal }: CostOptions = {},
): Promise<DetailedCost> {
  const { forwardOperations, operations } = program;
  const image = await disassemble(elfPath, board.compiler.prefix);
  const model = modelOf(board.core.name);
  const request = { vectors: [vector], observeLayers: false, fullGradients: 0 };
  const { flash } = board.memory;
  const executed = await executedBlocks(
    image,
    (plugin) =>
      runVectorsOnBoard({
        board,
        elfPath,
        request,
        plugin,
        timeoutMs: RUN_TIMEOUT_MS,
        ...(signal === undefined ? {} : { signal }),
      }),
    model === undefined || waitStates === 0
      ? undefined
      : { first: Number(flash.origin), bytes: flash.bytes, cache: model.cache },
  );
  if (executed.layers.length !== operations.length) {
    throw new IsochroneError(
      'PROFILE_COUNTS',
      `${executed.layers.length} layers were counted of ${operations.length}`,
      { hint: 'Run the command again; if it stays, report it with the model file.' },
    );
  }
  const layers = executed.layers.map((blocks) => costOfBlocks(blocks, image, model, waitStates));
  const rest = (pass: 'forward' | 'explanation'): Cost =>
    costOfBlocks(executed.rest[pass], image, model, waitStates);
  return {
    forward: sumOf([...layers.slice(0, forwardOperations), rest('forward')]),
    explanation: sumOf([...layers.slice(forwardOperations), rest('explanation')]),
    layers,
    image,
    ...(model === undefined ? {} : { model }),
  };
}

/** Whole passes without the hook's checksums, layers with their own clock readings. */
async function countedCost(built: BuiltTarget, vector: NetworkVector): Promise<NetworkCost> {
  const run = (observeLayers: boolean): Promise<VectorsResults> =>
    built.run(
      { vectors: [vector], observeLayers, timeLayers: observeLayers, fullGradients: 0 },
      { countInstructions: true },
    );
  const [whole, timed] = [await run(false), await run(true)];
  const [passes] = whole.results;
  const cost = (ticks: number | undefined): Cost => ({
    instructions: instructionsOf(ticks ?? 0, whole.ticksPerSecond),
  });
  return {
    forward: cost(passes?.forwardTicks),
    explanation: cost(passes?.explainTicks),
    layers: Array.from(timed.results[0]?.layerTicks ?? [], cost),
  };
}

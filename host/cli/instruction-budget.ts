/** `--instructions N`: mixed precision that keeps the answer and its explanation within N instructions on a board. */
import { join } from 'node:path';
import type { CompiledNetwork } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import type { IntegerOperation } from '../../codegen/integer/program.js';
import { kernelOf } from '../../codegen/integer/registry.js';
import { packageRoot } from '../../codegen/package-root.js';
import { boardCost, selfTestVector, type NetworkCost } from '../profile/network-cost.js';
import { requireBareMetal, type Board } from '../toolchain/board.js';
import { writeNetwork } from '../toolchain/write-network.js';
import { boardTarget, targetFolder } from '../validate/targets.js';
import { compileModel, type NetworkOptions } from './network.js';

/** Each is a build and a run on the emulator; later ones change little. */
const MOST_ATTEMPTS = 4;

/** Compiles with some choice of int16 tensors left to the options. */
type Compile = (options: Pick<NetworkOptions, 'precision' | 'int16Limit'>) => CompiledNetwork;

type Count = (network: CompiledNetwork) => Promise<NetworkCost>;

/**
 * The options with which a model keeps to the budget, measured: the network is compiled as it would be without one and as int8,
 * both are run on the emulated board, and each layer that became slower is charged to the int16 tensors that it touches. What is chosen
 * by these prices is run again before it is promised.
 * @param most instructions of the answer and, where there is one, its explanation, on the input of the self-test
 * @throws IsochroneError BUDGET_INSTRUCTIONS where int8 alone takes more
 */
export async function withinInstructions(
  modelFile: string,
  options: NetworkOptions,
  board: Board,
  most: number,
): Promise<NetworkOptions> {
  const compile: Compile = (more) => compileModel(modelFile, { ...options, ...more });
  const folder = join(packageRoot(), 'build', 'instruction-budget');
  const found = await searchWithin(most, compile, (network) => countOn(board, network, folder), {
    file: modelFile,
    board: board.name,
    ...(options.precision === undefined ? {} : { precision: options.precision }),
  });
  return { ...options, ...found };
}

/** Builds and runs a network as it is on a board. */
export async function countOn(
  board: Board,
  network: CompiledNetwork,
  folder: string,
): Promise<NetworkCost> {
  const target = boardTarget(requireBareMetal(board), network.target.backend);
  const build = targetFolder(folder, target);
  const networkDir = join(build, 'network');
  writeNetwork(network, networkDir);
  const { image } = await target.build(networkDir, build);
  return boardCost(image, network.program, selfTestVector(network));
}

/** The search itself; see withinInstructions. */
export async function searchWithin(
  most: number,
  compile: Compile,
  count: Count,
  about: { readonly file: string; readonly board: string; readonly precision?: string },
): Promise<Pick<NetworkOptions, 'precision' | 'int16Limit'>> {
  const wide = compile({});
  const wideCount = await count(wide);
  if (totalOf(wideCount) <= most) return {};
  const fixed = about.precision === 'int8' || about.precision === 'int16';
  const narrow = fixed ? wide : compile({ precision: 'int8' });
  const narrowCount = fixed ? wideCount : await count(narrow);
  if (totalOf(narrowCount) > most) throw tooSlow(most, narrow, narrowCount, about);
  const prices = pricesOf(wide, wideCount, narrow, narrowCount);
  // Prices are those of a layer with all of its tensors int16: what is left over, or too much, moves the aim of the next attempt.
  let best: ReturnType<typeof limitOf> | undefined;
  let room = most - totalOf(narrowCount);
  let tried: number | undefined;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const chosen = limitOf(most, prices, room);
    const network = compile(chosen);
    const { hash } = network.emitted;
    if (hash === tried) break;
    tried = hash;
    const total = totalOf(await count(network));
    if (total <= most) best = chosen;
    else if (best !== undefined) break;
    room += most - total;
  }
  if (best !== undefined) return best;
  return { precision: 'int8' };
}

function limitOf(
  most: number,
  prices: readonly Price[],
  room: number,
): Pick<NetworkOptions, 'int16Limit'> {
  const allows = (int16: ReadonlySet<string>): boolean => priceOf(prices, int16) <= room;
  return { int16Limit: { name: `${most}-instructions`, allows } };
}

function totalOf({ forward, explanation }: NetworkCost): number {
  return forward.instructions + explanation.instructions;
}

/** What a layer costs more than in int8 as soon as one of its tensors is int16. */
interface Price {
  readonly tensors: readonly string[];
  readonly instructions: number;
}

function pricesOf(
  wide: CompiledNetwork,
  wideCount: NetworkCost,
  narrow: CompiledNetwork,
  narrowCount: NetworkCost,
): readonly Price[] {
  const key = (operation: IntegerOperation): string => `${operation.kind} ${operation.output}`;
  const before = new Map(
    narrow.program.operations.map((operation, i) => [
      key(operation),
      narrowCount.layers[i]?.instructions ?? 0,
    ]),
  );
  return wide.program.operations.map((operation, i) => ({
    tensors: [...kernelOf(operation).inputs(operation), operation.output],
    // A layer that is faster with int16 may be so with all of its tensors only: nothing is taken off.
    instructions: Math.max(
      0,
      (wideCount.layers[i]?.instructions ?? 0) - (before.get(key(operation)) ?? 0),
    ),
  }));
}

function priceOf(prices: readonly Price[], int16: ReadonlySet<string>): number {
  return prices
    .filter(({ tensors }) => tensors.some((name) => int16.has(name)))
    .reduce((sum, { instructions }) => sum + instructions, 0);
}

const LISTED = 5;

function tooSlow(
  most: number,
  { program }: CompiledNetwork,
  count: NetworkCost,
  about: { readonly file: string; readonly board: string; readonly precision?: string },
): IsochroneError {
  const slowest = program.operations
    .map(({ name }, i) => ({ name, instructions: count.layers[i]?.instructions ?? 0 }))
    .sort((a, b) => b.instructions - a.instructions)
    .slice(0, LISTED)
    .map(({ name, instructions }) => `${name} ${instructions}`);
  return new IsochroneError(
    'BUDGET_INSTRUCTIONS',
    `the network takes ${totalOf(count)} instructions with ${about.precision ?? 'int8'} signals, ${most} are allowed; most in: ${slowest.join(', ')}`,
    {
      hint: 'Choose a smaller network, fold the leads (--leads 8), build with --explain none, or allow more.',
      where: { board: about.board, model: about.file },
    },
  );
}

/**
 * Where a network can be run for comparison: this machine, 64-bit Arm, and every board. All of them run the same vectors program.
 */
import { join } from 'node:path';
import type { BackendName } from '../../codegen/emit/backends.js';
import { IsochroneError } from '../../codegen/errors.js';
import type { Board } from '../toolchain/board.js';
import { backendOf, listBoards, loadBoard } from '../toolchain/board.js';
import { buildFirmware, buildNative } from '../toolchain/build-firmware.js';
import { runVectorsNatively, runVectorsOnBoard } from '../toolchain/run-vectors.js';
import type { VectorsRequest, VectorsResults } from '../toolchain/vectors.js';

/** A network, built for a target and ready to run. */
export interface BuiltTarget {
  readonly name: string;
  /** Of the vectors program: the network and what reads and writes its files. Absent on an operating system. */
  readonly flashBytes?: number;
  readonly ramBytes?: number;
  /** False: the image needed more than the board's own memory and ran in all that the emulated machine has. */
  readonly fitsBoard: boolean;
  /** Instructions are exact where the target counts them; elsewhere there are none. */
  readonly countsInstructions: boolean;
  run(request: VectorsRequest, options?: RunOptions): Promise<VectorsResults>;
}

export interface RunOptions {
  readonly countInstructions?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface Target {
  readonly name: string;
  readonly title: string;
  /** Whose C it runs. */
  readonly backend: BackendName;
  build(networkDir: string, outDir: string): Promise<BuiltTarget>;
}

/** Generous for a hundred records on a busy machine; a hang becomes an error. */
const RUN_TIMEOUT_MS = 600_000;

export const hostTarget: Target = {
  name: 'host',
  title: 'this machine',
  backend: 'portable',
  build: (networkDir, outDir) => buildProgram('host', networkDir, outDir),
};

export const aarch64Target: Target = {
  name: 'aarch64',
  title: '64-bit Arm, emulated by qemu-aarch64',
  backend: 'portable',
  build: (networkDir, outDir) =>
    buildProgram('aarch64', networkDir, outDir, {
      prefix: 'aarch64-linux-gnu-',
      emulator: 'qemu-aarch64',
    }),
};

export function boardTarget(board: Board, backend = backendOf(board)): Target {
  return {
    name: board.name,
    title: board.title,
    backend,
    build: (networkDir, outDir) => buildForBoard(board, networkDir, outDir),
  };
}

/**
 * This machine, 64-bit Arm and every board that comes with the project.
 * @param backend of the boards, instead of what each core asks for
 */
export async function allTargets(backend?: BackendName): Promise<readonly Target[]> {
  const boards = await Promise.all((await listBoards()).map((name) => loadBoard(name)));
  return [hostTarget, aarch64Target, ...boards.map((board) => boardTarget(board, backend))];
}

/**
 * `host`, `aarch64`, a board's name or a board file. Throws BOARD_*.
 * @param backend of a board, instead of what its core asks for
 */
export async function targetByName(name: string, backend?: BackendName): Promise<Target> {
  const known = [hostTarget, aarch64Target].find((target) => target.name === name);
  return known ?? boardTarget(await loadBoard(name), backend);
}

async function buildProgram(
  name: string,
  networkDir: string,
  outDir: string,
  cross: { readonly prefix?: string; readonly emulator?: string } = {},
): Promise<BuiltTarget> {
  const { prefix, emulator } = cross;
  const { programPath } = await buildNative({
    networkDir,
    outDir,
    ...(prefix === undefined ? {} : { prefix }),
  });
  return {
    name,
    fitsBoard: true,
    countsInstructions: false,
    run: (request) =>
      runVectorsNatively({
        programPath,
        request,
        ...(emulator === undefined ? {} : { emulator }),
      }),
  };
}

async function buildForBoard(
  board: Board,
  networkDir: string,
  outDir: string,
): Promise<BuiltTarget> {
  const build = (on: Board): ReturnType<typeof buildFirmware> =>
    buildFirmware({ board: on, networkDir, image: 'vectors', frontEnd: 'semihost', outDir });
  let on = board;
  let image;
  try {
    image = await build(on);
  } catch (error) {
    if (!isTooLarge(error) || board.machineMemory === undefined) throw error;
    on = { ...board, memory: board.machineMemory };
    image = await build(on);
  }
  const { elfPath, flashBytes, ramBytes } = image;
  return {
    name: board.name,
    flashBytes,
    ramBytes,
    fitsBoard: on === board,
    countsInstructions: true,
    run: (request, options = {}) =>
      runVectorsOnBoard({
        board: on,
        elfPath,
        request,
        countInstructions: options.countInstructions === true,
        timeoutMs: options.timeoutMs ?? RUN_TIMEOUT_MS,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      }),
  };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof IsochroneError && error.code === 'FIRMWARE_TOO_LARGE';
}

/** A folder for each target below one build folder. */
export function targetFolder(build: string, target: Target): string {
  return join(build, target.name.replace(/[^A-Za-z0-9._-]+/g, '-'));
}

/**
 * Where a network can be run for comparison: this machine, 64-bit Arm, and every board. All of them run the same vectors program.
 */
import { join } from 'node:path';
import type { BackendName } from '../../codegen/emit/backends.js';
import { IsochroneError } from '../../codegen/errors.js';
import type { BareMetalBoard, LinuxBoard } from '../toolchain/board.js';
import { backendOf, loadBoard, loadBoards } from '../toolchain/board.js';
import { buildFirmware, buildNative } from '../toolchain/build-firmware.js';
import { emulatorCommand } from '../flash/qemu-user.js';
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
  /** The image of an emulated board, with the memory that it was linked for. */
  readonly image?: BoardImage;
  run(request: VectorsRequest, options?: RunOptions): Promise<VectorsResults>;
}

export interface BoardImage {
  readonly board: BareMetalBoard;
  readonly elfPath: string;
}

export interface RunOptions {
  readonly countInstructions?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What a target that holds an image of its own must hold. */
  readonly expected?: { readonly hash: number; readonly layers: number };
  readonly onVector?: (done: number) => void;
}

export interface Compiler {
  /** `arm-none-eabi-`, or empty for the machine's own gcc. */
  readonly prefix: string;
  readonly flags: readonly string[];
}

export interface Target {
  readonly name: string;
  readonly title: string;
  /** Whose C it runs. */
  readonly backend: BackendName;
  readonly compiler: Compiler;
  build(networkDir: string, outDir: string): Promise<BuiltTarget>;
}

/** A target that is an emulated board. */
export interface BoardTarget extends Target {
  build(networkDir: string, outDir: string): Promise<BuiltTarget & { readonly image: BoardImage }>;
}

/** Generous for a hundred records on a busy machine; a hang becomes an error. */
export const RUN_TIMEOUT_MS = 600_000;

/** A program of this machine's operating system, run by itself or by an emulator of another instruction set. */
interface ProgramTarget {
  readonly name: string;
  readonly title: string;
  readonly backend: BackendName;
  readonly compiler: Compiler;
  /** QEMU, which counts instructions; none on this machine. */
  readonly emulator?: readonly string[];
}

function programTarget(target: ProgramTarget): Target {
  return {
    ...target,
    build: async (networkDir, outDir) => {
      const { prefix, flags } = target.compiler;
      const { programPath } = await buildNative({ networkDir, outDir, prefix, flags });
      const { emulator } = target;
      return {
        name: target.name,
        fitsBoard: true,
        countsInstructions: emulator !== undefined,
        run: (request, options = {}) =>
          runVectorsNatively({
            programPath,
            request,
            ...(emulator === undefined
              ? {}
              : { emulator, countInstructions: options.countInstructions === true }),
          }),
      };
    },
  };
}

const HERE: Compiler = { prefix: '', flags: [] };
const AARCH64 = 'aarch64-linux-gnu-';

export const hostTarget = programTarget({
  name: 'host',
  title: 'this machine',
  backend: 'portable',
  compiler: HERE,
});

const PROGRAM_TARGETS: readonly Target[] = [
  hostTarget,
  ...(process.arch === 'x64'
    ? [
        programTarget({
          name: 'x86-64',
          title: "this machine's own vector instructions",
          backend: 'x86-64',
          compiler: HERE,
        }),
      ]
    : []),
  programTarget({
    name: 'aarch64',
    title: '64-bit Arm with dot-product (Cortex-A76 class), emulated by qemu-aarch64',
    backend: 'armv8a-neon',
    compiler: { prefix: AARCH64, flags: ['-march=armv8.2-a+dotprod'] },
    emulator: ['qemu-aarch64', '-cpu', 'cortex-a76'],
  }),
  programTarget({
    name: 'aarch64-a57',
    title: '64-bit Arm without dot-product (Cortex-A57), emulated by qemu-aarch64',
    backend: 'armv8a-neon',
    compiler: { prefix: AARCH64, flags: ['-march=armv8-a'] },
    emulator: ['qemu-aarch64', '-cpu', 'cortex-a57'],
  }),
];

export function boardTarget(board: BareMetalBoard, backend = backendOf(board)): BoardTarget {
  return {
    name: board.name,
    title: board.title,
    backend,
    compiler: board.compiler,
    build: (networkDir, outDir) => buildForBoard(board, networkDir, outDir),
  };
}

/** The network as a program of the board's instruction set. @throws IsochroneError BOARD_NOT_EMULATED */
function linuxTarget(board: LinuxBoard, backend = backendOf(board)): Target {
  const { name, title, compiler } = board;
  return programTarget({ name, title, backend, compiler, emulator: emulatorCommand(board) });
}

/**
 * This machine, 64-bit Arm with and without dot-product, and every emulated board that has memory for any network: all cores.
 * @param backend of the boards, instead of what each core asks for
 */
export async function allTargets(backend?: BackendName): Promise<readonly Target[]> {
  const boards = (await loadBoards()).flatMap((board) =>
    board.system === undefined && board.runner !== undefined && board.machineMemory !== undefined
      ? [boardTarget(board, backend)]
      : [],
  );
  return [...PROGRAM_TARGETS, ...boards];
}

/**
 * `host`, `x86-64`, `aarch64`, `aarch64-a57`, a board's name or a board file. Throws BOARD_*.
 * @param backend instead of what the core asks for
 */
export async function targetByName(name: string, backend?: BackendName): Promise<Target> {
  const known = PROGRAM_TARGETS.find((target) => target.name === name);
  if (known !== undefined) return { ...known, backend: backend ?? known.backend };
  const board = await loadBoard(name);
  return board.system === 'linux' ? linuxTarget(board, backend) : boardTarget(board, backend);
}

async function buildForBoard(
  board: BareMetalBoard,
  networkDir: string,
  outDir: string,
): Promise<BuiltTarget & { readonly image: BoardImage }> {
  const build = (on: BareMetalBoard): ReturnType<typeof buildFirmware> =>
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
    image: { board: on, elfPath },
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

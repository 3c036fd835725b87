/**
 * Runs the vectors program on an emulated board or natively, files and all.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { runToExit } from '../flash/qemu.js';
import type { Board } from './board.js';
import { runProcess } from './process.js';
import { qemuPlugin } from './qemu-plugin.js';
import {
  readVectorsResults,
  writeVectors,
  type VectorsRequest,
  type VectorsResults,
} from './vectors.js';

/** Exit statuses of the program (iso_vectors_files.h). */
const REASONS: Readonly<Record<number, string>> = {
  2: 'its command line is wrong',
  3: 'it cannot open the vectors file',
  4: 'the vectors are not for this network',
  5: 'the vectors file is cut short',
  6: 'it cannot write the results',
};

function check(status: number | null, program: string): void {
  if (status === 0) return;
  throw new IsochroneError(
    'VECTORS_FAILED',
    `${program} failed: ${REASONS[status ?? -1] ?? `status ${String(status)}`}`,
    {
      hint: 'Build the network and the vectors from the same model.',
      where: { program, status: status ?? -1 },
    },
  );
}

/** A program over files on an emulated board. */
export interface BoardPlace {
  readonly board: Board;
  readonly elfPath: string;
  /** Makes ticks exact (64 ns an instruction) and runs repeatable. */
  readonly countInstructions?: boolean;
  /** A plugin of the emulator and its arguments. */
  readonly plugin?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A program over files on this machine, or on another instruction set. */
export interface ProgramPlace {
  readonly programPath: string;
  /** `['qemu-aarch64', '-cpu', 'cortex-a57']` */
  readonly emulator?: readonly string[];
  /** Ticks are instructions then: an emulator that takes QEMU's plugins is needed. */
  readonly countInstructions?: boolean;
}

export type RunPlace = BoardPlace | ProgramPlace;

/**
 * Writes the program's first file, runs it and reads its second.
 * @throws IsochroneError VECTORS_FAILED, EMULATOR_*
 */
export async function runOverFiles<Results>(
  place: RunPlace,
  write: (file: string) => Promise<void>,
  read: (file: string) => Promise<Results>,
): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-vectors-'));
  try {
    const vectors = join(folder, 'vectors.bin');
    const results = join(folder, 'results.bin');
    await write(vectors);
    await ('board' in place
      ? runOnBoard(place, vectors, results)
      : runNatively(place, vectors, results));
    return await read(results);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runOnBoard(place: BoardPlace, vectors: string, results: string): Promise<void> {
  const { status } = await runToExit({
    board: place.board,
    elfPath: place.elfPath,
    semihosting: { args: [`vectors=${vectors}`, `results=${results}`] },
    ...(place.countInstructions === true ? { icount: { shift: 6 } } : {}),
    ...(place.plugin === undefined ? {} : { extraArgs: ['-plugin', place.plugin] }),
    timeoutMs: place.timeoutMs,
    ...(place.signal === undefined ? {} : { signal: place.signal }),
  });
  check(status, place.board.name);
}

async function runNatively(place: ProgramPlace, vectors: string, results: string): Promise<void> {
  const counter = `${results}.counter`;
  const counts = place.countInstructions === true;
  if (counts) await writeFile(counter, new Uint8Array(8));
  const [command, ...args] = [
    ...(place.emulator ?? []),
    ...(counts ? ['-plugin', `${await qemuPlugin('instruction_counter')},counter=${counter}`] : []),
    place.programPath,
    vectors,
    results,
    ...(counts ? [counter] : []),
  ];
  const { status } = await runProcess(command ?? place.programPath, args);
  check(status, place.programPath);
}

export function runVectorsOnBoard(
  options: BoardPlace & { readonly request: VectorsRequest },
): Promise<VectorsResults> {
  return runVectors(options, options.request);
}

export function runVectorsNatively(
  options: ProgramPlace & { readonly request: VectorsRequest },
): Promise<VectorsResults> {
  return runVectors(options, options.request);
}

function runVectors(place: RunPlace, request: VectorsRequest): Promise<VectorsResults> {
  return runOverFiles(place, (file) => writeVectors(file, request), readVectorsResults);
}

/** Instructions in a span of ticks under `countInstructions`: one instruction is 64 ns. */
export function instructionsOf(ticks: number, ticksPerSecond: number): number {
  return Math.round((ticks * 1e9) / (64 * ticksPerSecond));
}

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

async function inTemporaryFolder(
  request: VectorsRequest,
  run: (vectors: string, results: string) => Promise<void>,
): Promise<VectorsResults> {
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-vectors-'));
  try {
    const vectors = join(folder, 'vectors.bin');
    const results = join(folder, 'results.bin');
    await writeVectors(vectors, request);
    await run(vectors, results);
    return await readVectorsResults(results);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** On the emulated board; `countInstructions` makes ticks exact (64 ns an instruction) and runs repeatable. */
export function runVectorsOnBoard(options: {
  readonly board: Board;
  readonly elfPath: string;
  readonly request: VectorsRequest;
  readonly countInstructions?: boolean;
  /** A plugin of the emulator and its arguments. */
  readonly plugin?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}): Promise<VectorsResults> {
  return inTemporaryFolder(options.request, async (vectors, results) => {
    const { status } = await runToExit({
      board: options.board,
      elfPath: options.elfPath,
      semihosting: { args: [`vectors=${vectors}`, `results=${results}`] },
      ...(options.countInstructions === true ? { icount: { shift: 6 } } : {}),
      ...(options.plugin === undefined ? {} : { extraArgs: ['-plugin', options.plugin] }),
      timeoutMs: options.timeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    check(status, options.board.name);
  });
}

/** On this machine, or on another instruction set with `emulator`: `['qemu-aarch64', '-cpu', 'cortex-a57']`. */
export function runVectorsNatively(options: {
  readonly programPath: string;
  readonly request: VectorsRequest;
  readonly emulator?: readonly string[];
  /** Ticks are instructions then: an emulator that takes QEMU's plugins is needed. */
  readonly countInstructions?: boolean;
}): Promise<VectorsResults> {
  return inTemporaryFolder(options.request, async (vectors, results) => {
    const counter = `${results}.counter`;
    const counts = options.countInstructions === true;
    if (counts) await writeFile(counter, new Uint8Array(8));
    const [command, ...args] = [
      ...(options.emulator ?? []),
      ...(counts
        ? ['-plugin', `${await qemuPlugin('instruction_counter')},counter=${counter}`]
        : []),
      options.programPath,
      vectors,
      results,
      ...(counts ? [counter] : []),
    ];
    const { status } = await runProcess(command ?? options.programPath, args);
    check(status, options.programPath);
  });
}

/** Instructions in a span of ticks under `countInstructions`: one instruction is 64 ns. */
export function instructionsOf(ticks: number, ticksPerSecond: number): number {
  return Math.round((ticks * 1e9) / (64 * ticksPerSecond));
}

/** Writes an image to a board with the first tool of its file that is there, reads it back, compares by hash, and starts it. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import type { Board, BoardFlashTool } from '../toolchain/board.js';
import { requireBoard } from './board-mark.js';
import { readFlashFile, writeFlashFile } from './flash-file.js';
import { readFlashImage, readLinuxImage, type FlashImage } from './image-file.js';
import type { PhaseStep } from './phase-step.js';
import { runFlashTool } from './run-flash-tool.js';
import type { FlashJob } from './tools/flash-tool.js';
import { FLASH_TOOLS } from './tools/registry.js';

export interface FlashOptions {
  readonly board: Board;
  readonly file: string;
  /** Of a file that is no ELF, on a microcontroller; left out: where the board's flash begins. */
  readonly address?: number;
  /** Serial port, gdb's remote, user@host, or an emulator's flash file. */
  readonly port?: string;
  readonly baud?: number;
  /** Instead of the first of the board's tools that is installed and finds something. */
  readonly tool?: string;
  readonly onStep?: (step: PhaseStep) => void;
}

export interface FlashReport {
  readonly board: string;
  readonly tool: string;
  /** Null of a program that has a file. */
  readonly address: number | null;
  readonly bytes: number;
  /** Of what was read back from the board. */
  readonly sha256: string;
  readonly milliseconds: number;
}

/** At which an STM32's boot loader is sure of the host's rate (AN3155). */
const DEFAULT_BAUD = 115_200;
const PASSED_OVER = new Set(['FLASH_TOOL_MISSING', 'FLASH_NO_BOARD', 'FLASH_NEEDS_PORT']);

/** @throws IsochroneError FLASH_*, FIRMWARE_IMAGE_DAMAGED */
export async function flashBoard(options: FlashOptions): Promise<FlashReport> {
  const { board, file } = options;
  const image =
    board.system === 'linux'
      ? await readLinuxImage(file)
      : await readFlashImage(file, options.address ?? Number(board.memory.flash.origin));
  requireBoard(image.bytes, board.name, file);
  const tools = (board.flashTools ?? []).filter(({ tool }) => (options.tool ?? tool) === tool);
  if (tools.length === 0) throw noTool(options);
  const problems: IsochroneError[] = [];
  for (const tool of tools) {
    try {
      return await flashWith(tool, image, options);
    } catch (error) {
      if (!(error instanceof IsochroneError) || !PASSED_OVER.has(error.code)) throw error;
      problems.push(error);
    }
  }
  const [first] = problems;
  if (first === undefined || problems.length === 1) throw first ?? noTool(options);
  throw new IsochroneError(first.code, problems.map(({ message }) => message).join('; '), {
    hint: first.hint,
    where: first.where,
  });
}

function noTool({ board, tool }: FlashOptions): IsochroneError {
  const known = (board.flashTools ?? []).map((entry) => entry.tool).join(', ');
  return new IsochroneError(
    'FLASH_NO_TOOL',
    tool === undefined
      ? `${board.name} names no flash tool`
      : `${board.name} is not flashed with ${tool}`,
    {
      hint:
        known === ''
          ? 'Add "flashTools" to its board file (boards/board.schema.json).'
          : `Its tools: ${known}.`,
      where: { board: board.name },
    },
  );
}

async function flashWith(
  entry: BoardFlashTool,
  image: FlashImage,
  options: FlashOptions,
): Promise<FlashReport> {
  const { board, onStep } = options;
  const startedAt = performance.now();
  const readBack =
    entry.tool === 'qemu'
      ? await throughFile(image, options)
      : await throughTool(entry, image, options);
  onStep?.({ phase: 'verify', done: image.bytes.length, total: image.bytes.length });
  const sha256 = hash(readBack);
  if (sha256 !== hash(image.bytes)) {
    throw new IsochroneError('FLASH_VERIFY', `what ${board.name} holds is not what was written`, {
      hint: 'Flash it again; if it stays, check supply and cable, and whether a part of its flash is protected.',
      where: { board: board.name, tool: entry.tool, expected: hash(image.bytes), found: sha256 },
    });
  }
  return {
    board: board.name,
    tool: entry.tool,
    address: board.system === 'linux' ? null : image.address,
    bytes: image.bytes.length,
    sha256,
    milliseconds: Math.round(performance.now() - startedAt),
  };
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function needsPort(tool: string, what: string): IsochroneError {
  return new IsochroneError('FLASH_NEEDS_PORT', `${tool} must be told where the board is`, {
    hint: `Give --port: ${what}.`,
    where: { tool },
  });
}

/** An emulator's flash lies in a file, which it reads at its start. */
async function throughFile(
  image: FlashImage,
  { board, port, onStep }: FlashOptions,
): Promise<Uint8Array> {
  if (port === undefined) throw needsPort('qemu', "the emulator's flash file");
  const { length } = image.bytes;
  onStep?.({ phase: 'write', done: 0, total: length });
  await writeFlashFile(board, port, image.address, image.bytes);
  onStep?.({ phase: 'write', done: length, total: length });
  return readFlashFile(board, port, image.address, length);
}

async function throughTool(
  entry: Exclude<BoardFlashTool, { readonly tool: 'qemu' }>,
  image: FlashImage,
  { board, port, baud, onStep }: FlashOptions,
): Promise<Uint8Array> {
  const tool = FLASH_TOOLS[entry.tool];
  if (tool.needsPort && port === undefined) {
    throw needsPort(entry.tool, 'a serial port, host:port of a gdb server, or user@host');
  }
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-flash-'));
  try {
    const job: FlashJob = {
      imagePath: join(folder, 'image.bin'),
      readbackPath: join(folder, 'readback.bin'),
      address: image.address,
      isSlot: image.isSlot ?? false,
      bytes: image.bytes.length,
      port: port ?? '',
      boardArguments: (entry.arguments ?? []).map((text) =>
        text.replaceAll('{baud}', String(baud ?? DEFAULT_BAUD)).replaceAll('{port}', port ?? ''),
      ),
    };
    await writeFile(job.imagePath, image.bytes);
    let readBack: Uint8Array = new Uint8Array();
    for (const command of tool.commands(job)) {
      onStep?.({ phase: command.phase, done: 0, total: 1 });
      await runFlashTool(tool, command, job, board.name, onStep);
      if (command.phase === 'verify') readBack = await readFile(job.readbackPath);
      // Nothing is started that is not what was meant.
      if (command.phase === 'verify' && hash(readBack) !== hash(image.bytes)) break;
      onStep?.({ phase: command.phase, done: 1, total: 1 });
    }
    return readBack;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

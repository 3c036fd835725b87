/**
 * Board files: read, checked against boards/board.schema.json once, and from then on trusted.
 */
import { readFile, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import type { BackendName } from '../../codegen/emit/backends.js';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import type { FlashToolName } from '../flash/tools/registry.js';
import type { ControlLines } from '../serial/control-lines.js';
import type { UsbId } from '../serial/ports.js';
import type { INDEPENDENT_LEADS } from '../stream/events.js';

export interface MemoryRegion {
  /** Hexadecimal address. */
  readonly origin: string;
  readonly bytes: number;
}

/** A program that writes the board's flash, and what it is told beside the image. */
export type BoardFlashTool =
  | { readonly tool: FlashToolName; readonly arguments?: readonly string[] }
  | { readonly tool: 'qemu' };

export interface FlashArea extends MemoryRegion {
  readonly sectorBytes: number;
}

/** Flash that the firmware itself writes (docs/update.md). */
export interface FlashAreas {
  readonly writeBytes: number;
  readonly boot: MemoryRegion;
  readonly slotA: FlashArea;
  readonly slotB: FlashArea;
  readonly bootState: FlashArea;
  readonly configuration: FlashArea;
}

export interface BoardUart {
  /** Position among the chip's UARTs; the emulator's `-serial` order. */
  readonly index: number;
  readonly base: string;
  readonly receiveIrq: number;
  readonly transmitIrq: number;
  readonly baud: number;
}

/** A converter on SPI; see the schema. */
export interface BoardFrontEnd {
  readonly chip: 'ads1298';
  readonly gain: number;
  readonly referenceMillivolt: number;
  readonly conversionHz: number;
  readonly leadOfChannel: readonly (typeof INDEPENDENT_LEADS)[number][];
}

export interface Board {
  readonly name: string;
  readonly title: string;
  readonly notes?: readonly string[];
  readonly core: {
    readonly name:
      'cortex-m0' | 'cortex-m3' | 'cortex-m4' | 'cortex-m7' | 'cortex-m33' | 'cortex-m55';
    readonly fpu: 'none' | 'single' | 'double';
    readonly dsp: boolean;
    readonly helium: boolean;
  };
  /** Folders of firmware-templates/hal. */
  readonly hal: readonly ('cortex-m' | 'cmsdk')[];
  readonly compiler: { readonly prefix: string; readonly flags: readonly string[] };
  readonly linkerScript: string;
  readonly memory: { readonly flash: MemoryRegion; readonly ram: MemoryRegion };
  /** All that an emulated machine has; see the schema. */
  readonly machineMemory?: { readonly flash: MemoryRegion; readonly ram: MemoryRegion };
  /** Left out: not updated over its link, keeps no configuration. */
  readonly flashAreas?: FlashAreas;
  /** In the order in which they are tried. */
  readonly flashTools?: readonly BoardFlashTool[];
  readonly modelArenaBytes: number;
  readonly stackBytes: number;
  /** Left out: true. */
  readonly measuresBeats?: boolean;
  /** Left out: true. */
  readonly sleeps?: boolean;
  readonly interruptCount: number;
  readonly peripheralClockHz: number;
  readonly counter: {
    readonly kind: 'cmsdk-timer' | 'sse-counter';
    readonly base: string;
    readonly control?: string;
    readonly hz: number;
  };
  readonly watchdog?: { readonly base: string; readonly hz: number };
  readonly uarts: { readonly link: BoardUart; readonly inject: BoardUart };
  /** Left out: none, samples come over the inject UART. */
  readonly afe?: BoardFrontEnd;
  /** By which it is found on a USB port. */
  readonly usb?: readonly UsbId[];
  /** What it wants of the control lines of its port. */
  readonly serial?: ControlLines;
  readonly runner: {
    readonly kind: 'qemu';
    readonly emulator: string;
    readonly machine: string;
    /** That the emulator can keep in a file. */
    readonly persistentMemory?: MemoryRegion;
  };
  /** Folder of the board file and its linker script. */
  readonly folder: string;
}

/** The instruction family whose kernels are fastest on the board's core. */
export function backendOf(board: Board): BackendName {
  if (board.core.helium) return 'armv81m-helium';
  return board.core.dsp ? 'armv7em-dsp' : 'portable';
}

export const boardsFolder = (): string => join(packageRoot(), 'boards');

/** Names of the boards that come with the project. */
export async function listBoards(folder = boardsFolder()): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.json') && file !== 'board.schema.json')
    .map((file) => basename(file, '.json'))
    .sort();
}

/**
 * A board by name (`mps2-an386`) or by the path of a board file (`./mine.json`).
 * Throws BOARD_UNKNOWN, BOARD_UNREADABLE or BOARD_INVALID.
 */
export async function loadBoard(nameOrPath: string): Promise<Board> {
  const isPath = nameOrPath.endsWith('.json');
  const file = isPath ? nameOrPath : join(boardsFolder(), `${nameOrPath}.json`);
  if (!isPath) {
    const known = await listBoards();
    if (!known.includes(nameOrPath)) {
      throw new IsochroneError('BOARD_UNKNOWN', `there is no board called "${nameOrPath}"`, {
        hint: `Choose one of ${known.join(', ')}, or give the path of a board file (.json). Linux on 64-bit Arm: docs/linux-arm.md.`,
        where: { board: nameOrPath },
      });
    }
  }
  const data = parse(await read(file), file);
  await validate(data, file);
  const board: Board = { ...(data as Omit<Board, 'folder'>), folder: dirname(file) };
  checkMeaning(board, file);
  return board;
}

/** All that come with the project, and those named. @throws IsochroneError BOARD_* */
export async function loadBoards(others: readonly string[] = []): Promise<readonly Board[]> {
  return Promise.all([...new Set([...(await listBoards()), ...others])].map(loadBoard));
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new IsochroneError('BOARD_UNREADABLE', `the board file cannot be read: ${file}`, {
      hint: 'Check the path and its permissions.',
      where: { file },
      cause,
    });
  }
}

function invalid(file: string, pointer: string, expected: string): IsochroneError {
  return new IsochroneError('BOARD_INVALID', `${file}: ${pointer || '/'} ${expected}`, {
    hint: 'Compare the file with boards/board.schema.json and boards/mps2-an386.json.',
    where: { file, pointer: pointer || '/' },
  });
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(
      file,
      '',
      `is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}

/** ajv's own words leave out what was allowed; this adds it. */
function expectation(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>;
  if (error.keyword === 'enum') return `must be one of ${JSON.stringify(params['allowedValues'])}`;
  if (error.keyword === 'additionalProperties') {
    return `must not have the property "${String(params['additionalProperty'])}"`;
  }
  return error.message ?? 'is not valid';
}

async function validate(data: unknown, file: string): Promise<void> {
  const schema = JSON.parse(
    await readFile(join(boardsFolder(), 'board.schema.json'), 'utf8'),
  ) as Record<string, unknown>;
  const check = new Ajv({ allErrors: false }).compile(schema);
  if (check(data)) return;
  const first = check.errors?.[0];
  throw first === undefined
    ? invalid(file, '', 'is not valid')
    : invalid(file, first.instancePath, expectation(first));
}

/** The firmware's own flash: whole sectors, room for a second one while the first is erased, and no two areas in one place. */
function checkFlashAreas({ flashAreas }: Board, file: string): void {
  if (flashAreas === undefined) return;
  const { writeBytes, boot, ...areas } = flashAreas;
  const named = Object.entries(areas);
  for (const [name, { bytes, sectorBytes }] of named) {
    const at = `/flashAreas/${name}`;
    if (sectorBytes % writeBytes !== 0) {
      throw invalid(file, `${at}/sectorBytes`, `must be a multiple of writeBytes, ${writeBytes}`);
    }
    if (bytes % sectorBytes !== 0) throw invalid(file, `${at}/bytes`, 'must be whole sectors');
    if (!name.startsWith('slot') && bytes < 2 * sectorBytes) {
      throw invalid(file, `${at}/bytes`, 'must be two sectors or more');
    }
  }
  const extents = [['boot', boot] as const, ...named]
    .map(([name, { origin, bytes }]) => ({
      name,
      first: Number(origin),
      end: Number(origin) + bytes,
    }))
    .sort((a, b) => a.first - b.first);
  extents.forEach(({ name, first }, i) => {
    if (i > 0 && first < (extents[i - 1]?.end ?? 0)) {
      throw invalid(file, `/flashAreas/${name}/origin`, `lies in ${extents[i - 1]?.name ?? ''}`);
    }
  });
}

/** What the schema language cannot say. */
function checkMeaning(board: Board, file: string): void {
  if (board.name !== basename(file, '.json')) {
    throw invalid(file, '/name', `must be the file's own name, "${basename(file, '.json')}"`);
  }
  checkFlashAreas(board, file);
  if (board.uarts.link.base === board.uarts.inject.base) {
    throw invalid(file, '/uarts/inject/base', 'must differ from the link, each needs its own UART');
  }
  for (const [name, uart] of Object.entries(board.uarts) as [string, BoardUart][]) {
    for (const key of ['receiveIrq', 'transmitIrq'] as const) {
      if (uart[key] >= board.interruptCount) {
        throw invalid(file, `/uarts/${name}/${key}`, `must be below interruptCount`);
      }
    }
  }
  if (board.counter.kind === 'sse-counter' && board.counter.control === undefined) {
    throw invalid(file, '/counter', 'must have the property "control" for an sse-counter');
  }
  for (const lead of ['I', 'II'] as const) {
    if ((board.afe?.leadOfChannel.indexOf(lead) ?? 0) > 3) {
      throw invalid(file, '/afe/leadOfChannel', `must have ${lead} among its first four channels`);
    }
  }
  if (board.stackBytes >= board.memory.ram.bytes) {
    throw invalid(file, '/stackBytes', `must be below the RAM, ${board.memory.ram.bytes} bytes`);
  }
}

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
import { checkBoard, invalidBoard } from './board-check.js';

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

/** Flash that the firmware itself writes (docs/update.md), on a board that keeps its settings and no more. */
export interface ConfigurationArea {
  readonly writeBytes: number;
  readonly configuration: FlashArea;
}

/** On a board that is updated over its link. */
export interface FlashAreas extends ConfigurationArea {
  readonly slotA: FlashArea;
  readonly slotB: FlashArea;
  readonly bootState: FlashArea;
}

/** Of a chip, which starts from the boot loader in it. */
export interface ChipFlashAreas extends FlashAreas {
  readonly boot: MemoryRegion;
}

export interface BoardUart {
  /** Position among the chip's UARTs; the emulator's `-serial` order. */
  readonly index: number;
  readonly base: string;
  readonly receiveIrq: number;
  readonly transmitIrq: number;
  /** As the chip's manual names it: PA9, P0.06. */
  readonly transmitPin?: string;
  readonly receivePin?: string;
  readonly pinFunction?: number;
  readonly baud: number;
}

/** Pins as the chip's manual names them. */
export interface BoardSpi {
  readonly base: string;
  readonly clockPin: string;
  readonly inputPin: string;
  readonly outputPin: string;
  readonly selectPin: string;
  readonly pinFunction?: number;
  readonly mostHz?: number;
}

/** A converter on SPI; see the schema. */
export interface BoardFrontEnd {
  readonly chip: 'ads1298';
  readonly spi: BoardSpi;
  readonly pins: Readonly<Record<'dataReady' | 'reset' | 'powerDown' | 'start', string>>;
  readonly gain: number;
  readonly referenceMillivolt: number;
  readonly conversionHz: number;
  readonly leadOfChannel: readonly (typeof INDEPENDENT_LEADS)[number][];
}

export interface QemuRunner {
  readonly kind: 'qemu';
  readonly emulator: string;
  readonly machine: string;
  /** That the emulator can keep in a file. */
  readonly persistentMemory?: MemoryRegion;
}

type HalFolder =
  | 'cortex-m'
  | 'cmsdk'
  | 'flash-areas'
  | 'no-flash'
  | 'nrf52'
  | 'stm32'
  | 'stm32-usart'
  | 'stm32f4'
  | 'stm32h7'
  | 'stm32u5';

/** A program of another instruction set, run on this machine's own Linux. */
export interface QemuUserRunner {
  readonly kind: 'qemu-user';
  readonly emulator: string;
  readonly cpu: string;
}

/** What every board says of itself. */
interface BoardBasics {
  readonly name: string;
  readonly title: string;
  readonly notes?: readonly string[];
  readonly compiler: { readonly prefix: string; readonly flags: readonly string[] };
  /** In the order in which they are tried. */
  readonly flashTools?: readonly BoardFlashTool[];
  readonly modelArenaBytes: number;
  readonly stackBytes: number;
  /** Left out: true. */
  readonly measuresBeats?: boolean;
  /** By which it is found on a USB port. */
  readonly usb?: readonly UsbId[];
  /** What it wants of the control lines of its port. */
  readonly serial?: ControlLines;
  /** Folder of the board file and its linker script. */
  readonly folder: string;
}

/** Nothing but the chip. */
export interface BareMetalBoard extends BoardBasics {
  readonly system?: undefined;
  readonly core: {
    readonly name:
      'cortex-m0' | 'cortex-m3' | 'cortex-m4' | 'cortex-m7' | 'cortex-m33' | 'cortex-m55';
    readonly fpu: 'none' | 'single' | 'double';
    readonly dsp: boolean;
    readonly helium: boolean;
  };
  /** Folders of firmware-templates/hal. */
  readonly hal: readonly HalFolder[];
  readonly linkerScript: string;
  readonly memory: { readonly flash: MemoryRegion; readonly ram: MemoryRegion };
  /** All that an emulated machine has; see the schema. */
  readonly machineMemory?: { readonly flash: MemoryRegion; readonly ram: MemoryRegion };
  /** Left out: not updated over its link, keeps no configuration. */
  readonly flashAreas?: ChipFlashAreas | ConfigurationArea;
  /** Left out: true. */
  readonly sleeps?: boolean;
  readonly interruptCount: number;
  /** As the start-up code leaves it when every oscillator starts. */
  readonly coreClockHz: number;
  /** The oscillator beside the chip; left out: the chip's own. */
  readonly clock?: {
    readonly crystalHz: number;
    readonly bypass?: boolean;
    /** Left out: the processor's clock. */
    readonly systickHz?: number;
  };
  readonly counter: {
    readonly kind: 'cmsdk-timer' | 'nrf52-timer' | 'sse-counter' | 'stm32-timer';
    readonly base?: string;
    readonly control?: string;
    readonly hz: number;
    /** What feeds it, where that is not the chip's own clock tree. */
    readonly clockHz?: number;
  };
  readonly watchdog?: { readonly base: string; readonly hz: number };
  readonly uarts: { readonly link: BoardUart; readonly inject?: BoardUart };
  /** The chip's serial number; left out: it has none. */
  readonly uniqueId?: { readonly address: string; readonly bytes: number };
  /** Left out: no converter is wired to it. */
  readonly afe?: BoardFrontEnd;
  /** How it is emulated; left out: a board to be flashed. */
  readonly runner?: QemuRunner;
}

export interface LinuxTty {
  readonly path: string;
  readonly baud: number;
}

/** The application as a service of 64-bit Arm Linux (docs/linux-arm.md). */
export interface LinuxBoard extends BoardBasics {
  readonly system: 'linux';
  readonly core: { readonly name: 'armv8-a' | 'cortex-a78ae' };
  readonly hal: readonly ['linux', 'flash-areas'];
  readonly uarts: { readonly link: LinuxTty; readonly inject?: LinuxTty };
  readonly runner?: QemuUserRunner;
  /** Files of its state folder. */
  readonly flashAreas: FlashAreas;
  readonly machineMemory?: undefined;
  readonly afe?: undefined;
}

export type Board = BareMetalBoard | LinuxBoard;

/** Undefined: the board is not updated over its link. */
export function slotAreasOf<Areas extends FlashAreas>(board: {
  readonly flashAreas?: Areas | ConfigurationArea;
}): Areas | undefined {
  const { flashAreas } = board;
  return flashAreas !== undefined && 'slotA' in flashAreas ? flashAreas : undefined;
}

/** The instruction family whose kernels are fastest on the board's core. */
export function backendOf(board: Board): BackendName {
  if (board.system === 'linux') return 'armv8a-neon';
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
        hint: `Choose one of ${known.join(', ')}, or give the path of a board file (.json).`,
        where: { board: nameOrPath },
      });
    }
  }
  const data = parse(await read(file), file);
  await validate(data, file);
  const board = { ...(data as Omit<Board, 'folder'>), folder: dirname(file) } as Board;
  checkBoard(board, file);
  return board;
}

/** @throws IsochroneError BOARD_*, BOARD_NOT_BARE_METAL */
export async function loadBareMetalBoard(nameOrPath: string): Promise<BareMetalBoard> {
  return requireBareMetal(await loadBoard(nameOrPath));
}

/** For what counts instructions, writes flash areas or knows addresses. @throws IsochroneError BOARD_NOT_BARE_METAL */
export function requireBareMetal(board: Board): BareMetalBoard {
  if (board.system === undefined) return board;
  throw new IsochroneError(
    'BOARD_NOT_BARE_METAL',
    `${board.name} is a service of Linux, and this is for microcontrollers`,
    {
      hint: 'Choose a board without "system" in its file, for instance mps2-an386.',
      where: { board: board.name },
    },
  );
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

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidBoard(
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
  if (error.keyword === 'false schema') return 'is for boards without "system"';
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
    ? invalidBoard(file, '', 'is not valid')
    : invalidBoard(file, first.instancePath, expectation(first));
}

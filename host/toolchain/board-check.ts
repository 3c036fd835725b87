/** What a board file must mean, beyond what its schema can say. */
import { basename } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import type { BareMetalBoard, Board, BoardUart } from './board.js';

export function invalidBoard(file: string, pointer: string, expected: string): IsochroneError {
  return new IsochroneError('BOARD_INVALID', `${file}: ${pointer || '/'} ${expected}`, {
    hint: 'Compare the file with boards/board.schema.json and boards/mps2-an386.json.',
    where: { file, pointer: pointer || '/' },
  });
}

/** The firmware's own flash: whole sectors, room for a second one while the first is erased, and no two areas in one place. */
function checkFlashAreas({ flashAreas }: Board, file: string): void {
  if (flashAreas === undefined) return;
  const { writeBytes, boot, ...areas } = { boot: undefined, ...flashAreas };
  const named = Object.entries(areas);
  for (const [name, { bytes, sectorBytes }] of named) {
    const at = `/flashAreas/${name}`;
    if (sectorBytes % writeBytes !== 0) {
      throw invalidBoard(
        file,
        `${at}/sectorBytes`,
        `must be a multiple of writeBytes, ${writeBytes}`,
      );
    }
    if (bytes % sectorBytes !== 0) throw invalidBoard(file, `${at}/bytes`, 'must be whole sectors');
    if (!name.startsWith('slot') && bytes < 2 * sectorBytes) {
      throw invalidBoard(file, `${at}/bytes`, 'must be two sectors or more');
    }
  }
  const extents = [...(boot === undefined ? [] : [['boot', boot] as const]), ...named]
    .map(([name, { origin, bytes }]) => ({
      name,
      first: Number(origin),
      end: Number(origin) + bytes,
    }))
    .sort((a, b) => a.first - b.first);
  extents.forEach(({ name, first }, i) => {
    if (i > 0 && first < (extents[i - 1]?.end ?? 0)) {
      throw invalidBoard(
        file,
        `/flashAreas/${name}/origin`,
        `lies in ${extents[i - 1]?.name ?? ''}`,
      );
    }
  });
}

const COUNTER_ADDRESSES = {
  'cmsdk-timer': ['base'],
  'nrf52-timer': [],
  'sse-counter': ['base', 'control'],
  'stm32-timer': [],
} as const;

function checkCounter({ counter }: BareMetalBoard, file: string): void {
  for (const property of COUNTER_ADDRESSES[counter.kind]) {
    if (counter[property] === undefined) {
      const expected = `must have the property "${property}" for the kind ${counter.kind}`;
      throw invalidBoard(file, '/counter', expected);
    }
  }
}

/** Folders of firmware-templates/hal with an SPI driver. */
const WITH_SPI: readonly Board['hal'][number][] = ['nrf52', 'stm32f4'];
/** Each conversion is read twice, a command and 27 bytes each time. */
const BITS_PER_CONVERSION = 2 * 28 * 8;
/** Of the time between two conversions; the rest is for a repeated reading, a register and late interrupts. */
const BUS_SHARE = 0.8;
/** Dividers are powers of two: the bus may run at little more than half of what it may. */
const DIVIDER_STEP = 2;

function checkFrontEnd({ afe, hal }: BareMetalBoard, file: string): void {
  if (afe === undefined) return;
  if (!hal.some((folder) => WITH_SPI.includes(folder))) {
    throw invalidBoard(file, '/afe', `needs an SPI driver; ${WITH_SPI.join(', ')} have one`);
  }
  for (const lead of ['I', 'II'] as const) {
    if (afe.leadOfChannel.indexOf(lead) > 3) {
      throw invalidBoard(
        file,
        '/afe/leadOfChannel',
        `must have ${lead} among its first four channels`,
      );
    }
  }
  const least = Math.ceil((DIVIDER_STEP * BITS_PER_CONVERSION * afe.conversionHz) / BUS_SHARE);
  if (afe.spi.mostHz !== undefined && afe.spi.mostHz < least) {
    throw invalidBoard(
      file,
      '/afe/spi/mostHz',
      `must be ${least} or more: ${afe.conversionHz} conversions a second are read twice each`,
    );
  }
}

/** Each pin once. */
function checkPins({ uarts, afe }: BareMetalBoard, file: string): void {
  const seen = new Map<string, string>();
  const groups: readonly (readonly [string, object | undefined])[] = [
    ['/uarts/link', uarts.link],
    ['/uarts/inject', uarts.inject],
    ['/afe/spi', afe?.spi],
    ['/afe/pins', afe?.pins],
  ];
  for (const [pointer, group] of groups) {
    for (const [key, pin] of Object.entries(group ?? {})) {
      if (typeof pin !== 'string' || !pin.startsWith('P')) continue;
      const at = `${pointer}/${key}`;
      const other = seen.get(pin);
      if (other !== undefined) throw invalidBoard(file, at, `is ${pin}, as ${other} is`);
      seen.set(pin, at);
    }
  }
}

/** What the schema language cannot say. @throws IsochroneError BOARD_INVALID */
export function checkBoard(board: Board, file: string): void {
  if (board.name !== basename(file, '.json')) {
    throw invalidBoard(file, '/name', `must be the file's own name, "${basename(file, '.json')}"`);
  }
  checkFlashAreas(board, file);
  if (board.system === undefined) checkBareMetal(board, file);
  else if (board.uarts.link.path === board.uarts.inject?.path) {
    throw invalidBoard(file, '/uarts/inject/path', 'must differ from the link');
  }
}

function checkBareMetal(board: BareMetalBoard, file: string): void {
  if (board.uarts.link.base === board.uarts.inject?.base) {
    throw invalidBoard(
      file,
      '/uarts/inject/base',
      'must differ from the link, each needs its own UART',
    );
  }
  for (const [name, uart] of Object.entries(board.uarts) as [string, BoardUart][]) {
    for (const key of ['receiveIrq', 'transmitIrq'] as const) {
      if (uart[key] >= board.interruptCount) {
        throw invalidBoard(file, `/uarts/${name}/${key}`, `must be below interruptCount`);
      }
    }
  }
  checkCounter(board, file);
  checkFrontEnd(board, file);
  checkPins(board, file);
  if (board.stackBytes >= board.memory.ram.bytes) {
    throw invalidBoard(
      file,
      '/stackBytes',
      `must be below the RAM, ${board.memory.ram.bytes} bytes`,
    );
  }
}

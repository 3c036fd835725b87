/**
 * What the C and the linker need of a board: iso_board.h and memory.ld, written into the build folder.
 */
import { INDEPENDENT_LEADS } from '../stream/events.js';
import {
  slotAreasOf,
  type BareMetalBoard,
  type Board,
  type BoardFrontEnd,
  type BoardUart,
  type FlashArea,
  type FlashAreas,
  type LinuxBoard,
  type MemoryRegion,
} from './board.js';

const hex = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(8, '0')}u`;
const flag = (value: boolean): string => (value ? '1' : '0');

/** Kept clear at the top of RAM: a runner writes a random word there before the start (hal/cortex-m/reset.c). */
const BOOT_NONCE_BYTES = 32;
/** What survives a reset (hal/cortex-m/reset.c), in front of the nonce. */
const NOINIT_BYTES = 64;

export function bootNonceAddress(board: BareMetalBoard): number {
  return Number(board.memory.ram.origin) + board.memory.ram.bytes - BOOT_NONCE_BYTES;
}

/** In the order of iso_hal_flash_area. */
function flashAreas(board: Board, { slots = true } = {}): string {
  const extent = (area: FlashArea | undefined): string =>
    area === undefined
      ? '{0}'
      : `{${hex(Number(area.origin))}, ${area.bytes}u, ${area.sectorBytes}u}`;
  const areas = slots ? slotAreasOf<FlashAreas>(board) : undefined;
  const list = [areas?.slotA, areas?.slotB, areas?.bootState, board.flashAreas?.configuration];
  return `{${list.map(extent).join(', ')}}`;
}

/** What the converter takes (iso_ads1298_registers.h), where the wires do not ask for less. */
const ADS1298_MOST_BUS_HZ = 4_000_000;

function frontEndDefines(afe: BoardFrontEnd): string[] {
  const leads = afe.leadOfChannel.map((lead) => INDEPENDENT_LEADS.indexOf(lead));
  const { spi, pins } = afe;
  const places = {
    SPI_BASE: hex(Number(spi.base)),
    SPI_MOST_HZ: `${spi.mostHz ?? ADS1298_MOST_BUS_HZ}u`,
    SPI_PIN_FUNCTION: `${spi.pinFunction ?? 0}u`,
    CLOCK_PIN: `${pinNumber(spi.clockPin)}u`,
    INPUT_PIN: `${pinNumber(spi.inputPin)}u`,
    OUTPUT_PIN: `${pinNumber(spi.outputPin)}u`,
    SELECT_PIN: `${pinNumber(spi.selectPin)}u`,
    DATA_READY_PIN: `${pinNumber(pins.dataReady)}u`,
    RESET_PIN: `${pinNumber(pins.reset)}u`,
    POWER_DOWN_PIN: `${pinNumber(pins.powerDown)}u`,
    START_PIN: `${pinNumber(pins.start)}u`,
  };
  return [
    ...Object.entries(places).map(([name, value]) => `#define ISO_BOARD_AFE_${name} ${value}`),
    `#define ISO_BOARD_AFE_GAIN ${afe.gain}`,
    `#define ISO_BOARD_AFE_REFERENCE_MILLIVOLT ${afe.referenceMillivolt}`,
    `#define ISO_BOARD_AFE_CONVERSION_HZ ${afe.conversionHz}`,
    `#define ISO_BOARD_AFE_LEAD_OF_CHANNEL {${leads.join(', ')}}`,
  ];
}

/** PA9 → 9, PB0 → 16 (16 a port); P1.02 → 34 (32 a port). */
export function pinNumber(pin = 'PA0'): number {
  const [, letter, port, number] = /^P(?:([A-K])|([01])\.)(\d+)$/.exec(pin) ?? [];
  return letter === undefined
    ? Number(port) * 32 + Number(number)
    : (letter.charCodeAt(0) - 'A'.charCodeAt(0)) * 16 + Number(number);
}

const define = (name: string, value: string | number): string =>
  `#define ISO_BOARD_${name} ${value}`;

/**
 * @param converter whether the image acquires by the board's converter: only then does that bring its interrupts, and the
 *   UART for injected samples has no use and no buffers.
 * @param inject whether it may be fed with samples at all.
 * @param slots whether the image starts from a slot, or starts what does: under Linux another makes no files for them.
 */
export function boardHeader(
  board: Board,
  { converter = true, inject = true, slots = true } = {},
): string {
  const afe = converter ? board.afe : undefined;
  const hasInject = inject && board.uarts.inject !== undefined && afe === undefined;
  return [
    `/* Generated from boards/${board.name}.json: do not edit. */`,
    '#ifndef ISO_BOARD_H',
    '#define ISO_BOARD_H',
    define('NAME', JSON.stringify(board.name)),
    define('MEASURES_BEATS', flag(board.measuresBeats ?? true)),
    ...Object.entries(board.uarts).map(([name, { baud }]) =>
      define(`${name.toUpperCase()}_BAUD`, `${baud}u`),
    ),
    define('HAS_INJECT', flag(hasInject)),
    ...(board.system === 'linux' ? linuxDefines(board, slots) : bareMetalDefines(board, afe)),
    '#endif',
    '',
  ].join('\n');
}

function linuxDefines(board: LinuxBoard, slots: boolean): string[] {
  return [
    define('STACK_BYTES', `${board.stackBytes}u`),
    define('FLASH_WRITE_BYTES', `${board.flashAreas.writeBytes}u`),
    define('FLASH_AREAS', flashAreas(board, { slots })),
    define('TTY', JSON.stringify(board.uarts.link.path)),
  ];
}

function bareMetalDefines(board: BareMetalBoard, afe: BoardFrontEnd | undefined): string[] {
  const optional = (name: string, value: number | undefined): string[] =>
    value === undefined ? [] : [define(name, `${value}u`)];
  const uart = (prefix: string, port: BoardUart): string[] => [
    define(`${prefix}_BASE`, hex(Number(port.base))),
    define(`${prefix}_RECEIVE_IRQ`, `${port.receiveIrq}u`),
    define(`${prefix}_TRANSMIT_IRQ`, `${port.transmitIrq}u`),
    define(`${prefix}_TRANSMIT_PIN`, `${pinNumber(port.transmitPin)}u`),
    define(`${prefix}_RECEIVE_PIN`, `${pinNumber(port.receivePin)}u`),
    define(`${prefix}_PIN_FUNCTION`, `${port.pinFunction ?? 0}u`),
  ];
  return [
    define('HAS_FPU', flag(board.core.fpu !== 'none')),
    define('SLEEPS', flag(board.sleeps ?? true)),
    define('RAM_ORIGIN', hex(Number(board.memory.ram.origin))),
    define('RAM_BYTES', `${board.memory.ram.bytes}u`),
    define('FLASH_WRITE_BYTES', `${board.flashAreas?.writeBytes ?? 1}u`),
    define('FLASH_AREAS', flashAreas(board)),
    define('IRQ_COUNT', board.interruptCount),
    define('CORE_CLOCK_HZ', `${board.coreClockHz}u`),
    define('COUNTER_IS_CMSDK_TIMER', flag(board.counter.kind === 'cmsdk-timer')),
    define('COUNTER_BASE', hex(Number(board.counter.base ?? 0))),
    define('COUNTER_CONTROL', hex(Number(board.counter.control ?? 0))),
    define('COUNTER_HZ', `${board.counter.hz}u`),
    define('WATCHDOG_BASE', hex(Number(board.watchdog?.base ?? 0))),
    define('WATCHDOG_HZ', `${board.watchdog?.hz ?? 0}u`),
    ...optional('COUNTER_CLOCK_HZ', board.counter.clockHz),
    ...optional('SYSTICK_HZ', board.clock?.systickHz),
    ...optional('CRYSTAL_HZ', board.clock?.crystalHz),
    define('CRYSTAL_BYPASS', flag(board.clock?.bypass ?? false)),
    define('UNIQUE_ID_ADDRESS', hex(Number(board.uniqueId?.address ?? 0))),
    define('UNIQUE_ID_BYTES', `${board.uniqueId?.bytes ?? 0}u`),
    ...uart('LINK', board.uarts.link),
    ...(board.uarts.inject === undefined ? [] : uart('INJECT', board.uarts.inject)),
    define('HAS_AFE', flag(afe !== undefined)),
    ...(afe === undefined ? [] : frontEndDefines(afe)),
  ];
}

/** Where an image lies and what RAM it has, if not in all that the board has. */
export interface ImagePlace {
  readonly flash: MemoryRegion;
  readonly ram?: MemoryRegion;
  readonly stackBytes?: number;
}

/** What an image that starts by itself may take: all up to the settings that it keeps. */
function flashOfWhole({ memory: { flash }, flashAreas: areas }: BareMetalBoard): MemoryRegion {
  const bytes = Number(areas?.configuration.origin ?? Infinity) - Number(flash.origin);
  return bytes > 0 && bytes < flash.bytes ? { origin: flash.origin, bytes } : flash;
}

export function memoryScript(board: BareMetalBoard, place?: ImagePlace): string {
  const { flash, ram } = { ...board.memory, flash: flashOfWhole(board), ...place };
  // The start's test of memory stops there: a part of the memory has no business with what lies behind it.
  const nonceAddress =
    place?.ram === undefined ? bootNonceAddress(board) : Number(ram.origin) + ram.bytes;
  const noinitAddress = nonceAddress - NOINIT_BYTES;
  return [
    `/* Generated from boards/${board.name}.json: do not edit. */`,
    'MEMORY',
    '{',
    `  FLASH (rx) : ORIGIN = ${flash.origin}, LENGTH = ${flash.bytes}`,
    `  RAM (rwx) : ORIGIN = ${ram.origin}, LENGTH = ${noinitAddress - Number(ram.origin)}`,
    `  NOINIT (rw) : ORIGIN = 0x${noinitAddress.toString(16)}, LENGTH = ${NOINIT_BYTES}`,
    '}',
    `ISO_STACK_BYTES = ${place?.stackBytes ?? board.stackBytes};`,
    `ISO_BOOT_NONCE_ADDRESS = 0x${nonceAddress.toString(16)};`,
    '',
  ].join('\n');
}

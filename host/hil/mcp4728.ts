/**
 * Microchip MCP4728, four 12-bit converters with a reference of their own on I2C (data sheet DS22187E): the bytes of its commands, and how
 * often a second they get through Firmata.
 */

export const DAC_CHANNELS = 4;
export const DAC_MOST_CODE = 4095;
/** Its internal reference at gain 1, over 4096 steps [5.4]. */
export const DAC_STEP_MICROVOLT = 500;
/** Of a reading: for each channel three bytes of its register and three of its memory [5.6.5]. */
export const DAC_READING_BYTES = 24;

const MULTI_WRITE = 0x40;
const INTERNAL_REFERENCE = 0x80;
const CHANNEL_SHIFT = 1;

/** One channel on the internal reference at gain 1, at once [5.6.2]. */
export function channelWrite(channel: number, code: number): number[] {
  return [MULTI_WRITE | (channel << CHANNEL_SHIFT), INTERNAL_REFERENCE | (code >> 8), code & 0xff];
}

/** All four at once; the reference stays what it was [5.6.1]. */
export function fastWrite(codes: readonly number[]): number[] {
  return codes.flatMap((code) => [code >> 8, code & 0xff]);
}

/** Whether a reading says that a channel is on the internal reference at gain 1, powered, and at this code. */
export function holdsCode(reading: readonly number[], channel: number, code: number): boolean {
  const [, settings = 0, low = 0] = reading.slice(6 * channel);
  return (settings << 8) + low === (INTERNAL_REFERENCE << 8) + code;
}

export interface FirmataLine {
  readonly baudRate: number;
  /** Of the sketch's Wire library: 100 kHz where it does not say otherwise. */
  readonly i2cHz: number;
}

/** Each byte of data is two of the line; start, command, address, mode and end besides (Firmata protocol, I2C). */
const SYSEX_BYTES = 5 + 2 * 2 * DAC_CHANNELS;
const BITS_OF_BYTE = 10;
/** Address and data with an acknowledgement each, start and stop. */
const BUS_BITS = (1 + 2 * DAC_CHANNELS) * 9 + 2;
/** The rest is for what else is asked of the board, and for a host that is late. */
const USED_SHARE = 0.8;

/** How often a second all channels of so many chips can be set: the sketch reads its line and drives the bus by turns. */
export function updatesPerSecond(chips: number, { baudRate, i2cHz }: FirmataLine): number {
  const seconds = (SYSEX_BYTES * BITS_OF_BYTE) / baudRate + BUS_BITS / i2cHz;
  return USED_SHARE / (chips * seconds);
}

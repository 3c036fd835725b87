/** A Microchip MCP4728 on the bus of a virtual Firmata board, as far as a rig asks it (data sheet DS22187E): its outputs in volt. */
import type { I2cChip } from './virtual-firmata.js';

/** On its supply, as from the factory; 2.048 V on its own reference. */
const SUPPLY_VOLT = 5;
const REFERENCE_VOLT = 2.048;
const STEPS = 4096;

interface Channel {
  internalReference: boolean;
  code: number;
}

export class VirtualMcp4728 implements I2cChip {
  /** Called with each write, after it. */
  onWrite: () => void = () => undefined;
  private readonly channels: Channel[] = Array.from({ length: 4 }, () => ({
    internalReference: false,
    code: 0,
  }));

  write(bytes: readonly number[]): void {
    const [first = 0, second = 0, third = 0] = bytes;
    if (first >> 6 === 0) {
      // Fast write: two bytes a channel, from A on.
      this.channels.slice(0, bytes.length >> 1).forEach((channel, i) => {
        channel.code = (((bytes[2 * i] ?? 0) & 0x0f) << 8) | (bytes[2 * i + 1] ?? 0);
      });
    } else if (first >> 3 === 0b01000) {
      const channel = this.channels[(first >> 1) & 3];
      if (channel === undefined) return;
      channel.internalReference = (second & 0x80) !== 0;
      channel.code = ((second & 0x0f) << 8) | third;
    }
    this.onWrite();
  }

  /** For each channel its register and its memory, which nobody has written. */
  read(count: number): readonly number[] {
    return this.channels
      .flatMap(({ internalReference, code }, i) => [
        ...[0xc0 | (i << 4), (internalReference ? 0x80 : 0) | (code >> 8), code & 0xff],
        ...[0xc0 | (i << 4), 0, 0],
      ])
      .slice(0, count);
  }

  volt(channel: number): number {
    const { internalReference, code } = this.channels[channel] ?? {
      internalReference: false,
      code: 0,
    };
    return ((internalReference ? REFERENCE_VOLT : SUPPLY_VOLT) * code) / STEPS;
  }
}

/**
 * A Firmata board that is a program at the other end of a pty (Firmata protocol 2.5, github.com/firmata/protocol): what a rig of
 * relays is, as far as a rig asks it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SerialPort } from 'serialport';
import { closed, laySerialCable, openedPort, type SerialCable } from '../support/serial-cable.js';

const START_SYSEX = 0xf0;
const END_SYSEX = 0xf7;
const PIN_MODE = 0xf4;
const REPORT_VERSION = 0xf9;
const DIGITAL_MESSAGE = 0x90;
const REPORT_DIGITAL = 0xd0;
const REPORT_ANALOG = 0xc0;
const QUERY_FIRMWARE = 0x79;
const CAPABILITY_QUERY = 0x6b;
const CAPABILITY_RESPONSE = 0x6c;
const ANALOG_MAPPING_QUERY = 0x69;
const ANALOG_MAPPING_RESPONSE = 0x6a;
const PIN_STATE_QUERY = 0x6d;
const PIN_STATE_RESPONSE = 0x6e;
const I2C_REQUEST = 0x76;
const I2C_REPLY = 0x77;
const I2C_CONFIG = 0x78;
const I2C_WRITE = 0;
const I2C_READ_ONCE = 1;
const END_OF_PIN = 0x7f;
const NOT_ANALOG = 0x7f;
const INPUT = 0;
const OUTPUT = 1;
const PULLUP = 0x0b;
/** An Arduino Mega has 54 digital pins. */
const PINS = 54;
const PRESS_MS = 100;

export interface PinState {
  readonly mode: number;
  readonly level: number;
}

export interface I2cChip {
  write(bytes: readonly number[]): void;
  read(count: number): readonly number[];
}

export class VirtualFirmata {
  /** Called whenever a pin is given a mode or a level. */
  onPin: (pin: number, state: PinState) => void = () => undefined;
  /** Chips on its I2C pins, by address. */
  readonly i2c = new Map<number, I2cChip>();
  private i2cIsOn = false;
  private readonly pins = Array.from({ length: PINS }, () => ({ mode: INPUT, level: 0 }));
  private readonly stuck = new Map<number, number>();
  private readonly late = new Map<number, PinState>();
  private readonly message: number[] = [];
  private silent = false;

  private constructor(
    /** Where a host finds it. */
    readonly path: string,
    private readonly port: SerialPort,
    private readonly cable: SerialCable,
    private readonly folder: string,
  ) {
    port.on('data', (bytes: Buffer) => {
      for (const byte of bytes) this.take(byte);
    });
  }

  static async start(): Promise<VirtualFirmata> {
    const folder = await mkdtemp(join(tmpdir(), 'isochrone-firmata-'));
    const [host, board] = [join(folder, 'host'), join(folder, 'board')];
    const cable = await laySerialCable(host, board);
    return new VirtualFirmata(host, await openedPort(board, 57_600), cable, folder);
  }

  pin(pin: number): PinState {
    return this.pins[pin] ?? { mode: INPUT, level: 0 };
  }

  /** A pin that stays where it is, whatever it is told. */
  stick(pin: number, level: number): void {
    this.stuck.set(pin, level);
  }

  /** The next that is told of a pin is this: an answer that was held up. */
  tellLate(pin: number, state: PinState): void {
    this.late.set(pin, state);
  }

  /** As a sketch that hangs. */
  fallSilent(): void {
    this.silent = true;
  }

  /** A button to ground under a pull-up: low while it is pressed, longer than any contact bounces. */
  async press(pin: number): Promise<void> {
    this.sendLevel(pin, 0);
    await sleep(PRESS_MS);
    this.sendLevel(pin, 1);
  }

  async close(): Promise<void> {
    await closed(this.port);
    this.cable.unplug();
    await rm(this.folder, { recursive: true, force: true });
  }

  private take(byte: number): void {
    // A command byte begins a message, but for the end of a sysex.
    if (byte >= 0x80 && byte !== END_SYSEX) this.message.length = 0;
    this.message.push(byte);
    const [command = 0, a = 0, b = 0] = this.message;
    if (command === START_SYSEX) {
      if (byte === END_SYSEX) this.sysex(a, b);
      return;
    }
    const length = this.message.length;
    if (command === REPORT_VERSION && length === 1) this.send([REPORT_VERSION, 2, 5]);
    else if (command === PIN_MODE && length === 3) this.setMode(a, b);
    else if ((command & 0xf0) === DIGITAL_MESSAGE && length === 3) {
      this.setPort(command & 0x0f, a | (b << 7));
    } else if ([REPORT_DIGITAL, REPORT_ANALOG].includes(command & 0xf0) && length === 2) {
      this.message.length = 0;
    }
  }

  private sysex(command: number, pin: number): void {
    switch (command) {
      case QUERY_FIRMWARE:
        this.send([START_SYSEX, QUERY_FIRMWARE, 2, 5, ...sevenBit('VirtualFirmata'), END_SYSEX]);
        break;
      case CAPABILITY_QUERY:
        this.send([
          ...[START_SYSEX, CAPABILITY_RESPONSE],
          ...this.pins.flatMap(() => [INPUT, 1, OUTPUT, 1, PULLUP, 1, END_OF_PIN]),
          END_SYSEX,
        ]);
        break;
      case ANALOG_MAPPING_QUERY:
        this.send([
          ...[START_SYSEX, ANALOG_MAPPING_RESPONSE],
          ...this.pins.map(() => NOT_ANALOG),
          END_SYSEX,
        ]);
        break;
      case PIN_STATE_QUERY: {
        const { mode, level } = this.late.get(pin) ?? this.pin(pin);
        this.late.delete(pin);
        this.send([START_SYSEX, PIN_STATE_RESPONSE, pin, mode, level, END_SYSEX]);
        break;
      }
      case I2C_CONFIG:
        this.i2cIsOn = true;
        break;
      case I2C_REQUEST:
        this.i2cRequest(pin, this.message.slice(3, -1));
        break;
      default:
        break;
    }
  }

  /** The mode lies in the second byte; what is written follows in pairs, or how much is to be read. */
  private i2cRequest(address: number, [mode = 0, ...pairs]: readonly number[]): void {
    const chip = this.i2c.get(address);
    if (chip === undefined || !this.i2cIsOn) return;
    const bytes = Array.from(
      { length: pairs.length >> 1 },
      (_, i) => (pairs[2 * i] ?? 0) | ((pairs[2 * i + 1] ?? 0) << 7),
    );
    const kind = (mode >> 3) & 3;
    if (kind === I2C_WRITE) chip.write(bytes);
    if (kind !== I2C_READ_ONCE) return;
    const answer = [address, 0, ...chip.read(bytes[0] ?? 0)];
    const sent = answer.flatMap((byte) => [byte & 0x7f, byte >> 7]);
    this.send([START_SYSEX, I2C_REPLY, ...sent, END_SYSEX]);
  }

  private setMode(pin: number, mode: number): void {
    this.change(pin, { mode, level: this.pin(pin).level });
  }

  /** Eight pins at once, as the protocol has it; only those that are outputs, or inputs with a pull-up, take it. */
  private setPort(port: number, levels: number): void {
    for (let bit = 0; bit < 8; bit += 1) {
      const pin = port * 8 + bit;
      const { mode } = this.pin(pin);
      if (mode === OUTPUT || mode === INPUT) this.change(pin, { mode, level: (levels >> bit) & 1 });
    }
  }

  private change(pin: number, wanted: PinState): void {
    const known = this.pins[pin];
    if (known === undefined) return;
    const level = this.stuck.get(pin) ?? wanted.level;
    if (known.mode === wanted.mode && known.level === level) return;
    known.mode = wanted.mode;
    known.level = level;
    this.onPin(pin, { ...known });
  }

  private sendLevel(pin: number, level: number): void {
    const bit = level << (pin & 7);
    this.send([DIGITAL_MESSAGE | (pin >> 3), bit & 0x7f, bit >> 7]);
  }

  private send(bytes: readonly number[]): void {
    if (!this.silent) this.port.write(Buffer.from(bytes));
  }
}

/** Text as pairs of seven bits. */
function sevenBit(text: string): readonly number[] {
  return [...Buffer.from(text)].flatMap((byte) => [byte & 0x7f, byte >> 7]);
}

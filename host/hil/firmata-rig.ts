/**
 * A rig of relays on a Firmata board, by johnny-five. What it drives it asks back of the board: johnny-five's own word for a relay
 * is what it was told last, and a board that has been reset forgets it.
 */
import { SerialPort } from 'serialport';
import { IsochroneError } from '../../codegen/errors.js';
import type { Electrode } from '../stream/events.js';
import type { LineWiring, RelayWiring, RigWiring } from './bench-map.js';
import { openDac, type I2cIo } from './firmata-dac.js';
import type { Fixture } from './fixtures.js';
import { noFixture, type Rig } from './rig.js';
import type { VoltageOutputs } from './signal-source.js';

/** What is used of johnny-five 2 and firmata-io 2, which bring no types. */
interface FirmataIo extends I2cIo {
  readonly pins: readonly { readonly mode?: number; readonly state?: number }[];
  readonly MODES: { readonly INPUT: number; readonly OUTPUT: number };
  readonly LOW: number;
  readonly HIGH: number;
  on(event: 'close', listener: () => void): void;
  once(event: 'ready', listener: () => void): void;
  pinMode(pin: number, mode: number): void;
  digitalWrite(pin: number, value: number): void;
  queryPinState(pin: number, callback: () => void): void;
}
type Component<Instance> = new (options: Readonly<Record<string, unknown>>) => Instance;
interface JohnnyFive {
  readonly Board: Component<{ once(event: 'ready', listener: () => void): void }>;
  readonly Relay: Component<{ open(): void; close(): void }>;
  readonly Button: Component<{ on(event: 'press', listener: () => void): void }>;
}
type FirmataClass = new (
  transport: SerialPort,
  options: Readonly<Record<string, number>>,
) => FirmataIo;

/** StandardFirmata's own. */
const BAUD_RATE = 57_600;
/** A board that is reset by the opening of its port introduces itself after its boot loader; one that is not must be asked. */
const ASK_VERSION_AFTER_MS = 200;
/** An Arduino Uno's boot loader waits a second; the capabilities of a Mega take another half at this rate. */
const READY_LIMIT_MS = 10_000;
const ANSWER_LIMIT_MS = 4000;
/** The first answer may be a late one, to what was asked before the pin was driven. */
const QUERIES = 2;

/** @throws IsochroneError HIL_RIG_PACKAGES, HIL_RIG */
export async function openFirmataRig(device: string, wiring: RigWiring): Promise<Rig> {
  const { five, Firmata } = await packages();
  const { baudRate = BAUD_RATE, dac } = wiring;
  const port = new SerialPort({ path: wiring.port, baudRate, autoOpen: false });
  const io = new Firmata(port, { reportVersionTimeout: ASK_VERSION_AFTER_MS });
  // Without `sigint: false` it would end this process at Ctrl-C, before anything is put to rest.
  const board = new five.Board({ io, repl: false, debug: false, sigint: false });
  try {
    // Both listen for the opening, so it comes last.
    const ready = within(READY_LIMIT_MS, wiring.port, 'no Firmata board answers there', (done) => {
      board.once('ready', done);
    });
    await Promise.all([openPort(port), ready]);
    const voltages = dac === undefined ? undefined : await openDac(io, dac, baudRate);
    return new FirmataRig(device, wiring, { five, board, io, port, voltages });
  } catch (error) {
    if (port.isOpen) port.close();
    throw error;
  }
}

function openPort(port: SerialPort): Promise<void> {
  return new Promise((resolve, reject) => {
    port.open((error) => {
      if (error === null) resolve();
      else reject(rigError(port.path, `its port cannot be opened: ${error.message}`));
    });
  });
}

interface Connected {
  readonly five: JohnnyFive;
  readonly board: unknown;
  readonly io: FirmataIo;
  readonly port: SerialPort;
  readonly voltages: VoltageOutputs | undefined;
}

class FirmataRig implements Rig {
  readonly fixtures: ReadonlySet<Fixture>;
  readonly voltages?: VoltageOutputs;
  private readonly relays = new Map<number, { open(): void; close(): void }>();
  private readonly presses = new Set<() => void>();
  private gone = false;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly device: string,
    private readonly wiring: RigWiring,
    private readonly rig: Connected,
  ) {
    const { power, reset, boot, electrodes, button } = wiring;
    const wired = { power, reset, boot, electrodes, button };
    this.fixtures = new Set(
      (Object.keys(wired) as (keyof typeof wired)[]).filter((name) => wired[name] !== undefined),
    );
    if (rig.voltages !== undefined) this.voltages = rig.voltages;
    rig.io.on('close', () => {
      this.gone = true;
    });
    if (button === undefined) return;
    const pressed = new rig.five.Button({ board: rig.board, pin: button.pin, isPullup: true });
    pressed.on('press', () => {
      for (const listener of this.presses) listener();
    });
  }

  async rest(): Promise<void> {
    const { reset, boot, power, electrodes = {} } = this.wiring;
    if (reset !== undefined) await this.pull(reset, false);
    if (boot !== undefined) await this.pull(boot, false);
    for (const relay of Object.values(electrodes)) await this.conduct(relay, true);
    if (power !== undefined) await this.conduct(power, true);
  }

  async power(on: boolean): Promise<void> {
    await this.conduct(this.wired(this.wiring.power, 'power'), on);
  }

  async reset(asserted: boolean): Promise<void> {
    await this.pull(this.wired(this.wiring.reset, 'reset'), asserted);
  }

  async boot(asserted: boolean): Promise<void> {
    await this.pull(this.wired(this.wiring.boot, 'boot'), asserted);
  }

  async electrode(electrode: Electrode, connected: boolean): Promise<void> {
    const relay = this.wired(this.wiring.electrodes?.[electrode], 'electrodes');
    await this.conduct(relay, connected);
  }

  onButton(listener: () => void): () => void {
    this.presses.add(listener);
    return () => this.presses.delete(listener);
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  private async shut(): Promise<void> {
    const { port } = this.rig;
    if (!this.gone) await this.rest().catch(() => undefined);
    await new Promise<void>((resolve) => {
      if (port.isOpen) port.close(() => resolve());
      else resolve();
    });
  }

  /** Whether current passes the relay, whatever its contact and its board make of a level. */
  private async conduct(wiring: RelayWiring, closed: boolean): Promise<void> {
    const { five, board, io } = this.rig;
    const { pin, contact, activeLow = false } = wiring;
    const inverted = (contact === 'NC') !== activeLow;
    const known = this.relays.get(pin);
    const relay = known ?? new five.Relay({ board, pin, type: inverted ? 'NC' : 'NO' });
    this.relays.set(pin, relay);
    // johnny-five leaves the mode to the board; after a reset of the board every pin is an input.
    io.pinMode(pin, io.MODES.OUTPUT);
    if (closed) relay.close();
    else relay.open();
    await this.expectPin(pin, io.MODES.OUTPUT, closed === inverted ? io.LOW : io.HIGH);
  }

  /** As an open drain does. */
  private async pull({ pin }: LineWiring, low: boolean): Promise<void> {
    const { io } = this.rig;
    io.pinMode(pin, low ? io.MODES.OUTPUT : io.MODES.INPUT);
    // Low as an input too: a one there would switch a pull-up on, to the rig's own voltage.
    io.digitalWrite(pin, io.LOW);
    await this.expectPin(pin, low ? io.MODES.OUTPUT : io.MODES.INPUT, io.LOW);
  }

  private async expectPin(pin: number, mode: number, state: number): Promise<void> {
    const { io } = this.rig;
    const { port } = this.wiring;
    if (this.gone) throw rigError(port, 'its port is gone');
    for (let query = 0; query < QUERIES; query += 1) {
      await within(ANSWER_LIMIT_MS, port, `it does not tell the state of pin ${pin}`, (done) => {
        io.queryPinState(pin, done);
      });
      const told = io.pins[pin];
      if (told?.mode === mode && told.state === state) return;
    }
    const found = io.pins[pin];
    throw rigError(
      port,
      `pin ${pin} is in mode ${found?.mode ?? '?'} at ${found?.state ?? '?'}, and should be in mode ${mode} at ${state}`,
    );
  }

  private wired<Wiring>(wiring: Wiring | undefined, fixture: Fixture): Wiring {
    if (wiring === undefined) throw noFixture(this.device, fixture);
    return wiring;
  }
}

async function within(
  limitMs: number,
  port: string,
  otherwise: string,
  begin: (done: () => void) => void,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(rigError(port, `${otherwise} within ${limitMs / 1000} s`));
      }, limitMs);
      begin(resolve);
    });
  } finally {
    clearTimeout(timer);
  }
}

function rigError(port: string, what: string): IsochroneError {
  return new IsochroneError('HIL_RIG', `the rig on ${port}: ${what}`, {
    hint: 'Check its cable, that StandardFirmata runs on it, and the pins of the bench map (docs/hil.md).',
    where: { port },
  });
}

/** Only who has a rig needs them: johnny-five has had no release since 2023. */
export async function packages(): Promise<{ five: JohnnyFive; Firmata: FirmataClass }> {
  // Names in variables, so that nothing is resolved before there is a rig.
  const [johnnyFive, firmataIo] = ['johnny-five', 'firmata-io'];
  try {
    const { default: five } = (await import(johnnyFive)) as { default: JohnnyFive };
    const { default: bind } = (await import(firmataIo)) as { default: { Firmata: FirmataClass } };
    return { five, Firmata: bind.Firmata };
  } catch (cause) {
    throw new IsochroneError('HIL_RIG_PACKAGES', 'johnny-five and firmata-io are not installed', {
      hint: 'Run: npm install --no-save --ignore-scripts johnny-five@2.1.0 firmata-io@2.3.0',
      cause,
    });
  }
}

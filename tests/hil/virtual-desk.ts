/**
 * A desk without a board on it: an emulated board behind ttys, its supply switched and its reset line pulled by the pins of a Firmata
 * board that is a program. What reaches it goes through serialport and johnny-five, as on a real desk.
 */
import { mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SerialPort } from 'serialport';
import { socketWriter } from '../../host/flash/injector.js';
import { bootQemu, type EmulatedDevice } from '../../host/flash/qemu.js';
import type { Board } from '../../host/toolchain/board.js';
import { closed, laySerialCable, openedPort, type SerialCable } from '../support/serial-cable.js';
import { VirtualFirmata } from './virtual-firmata.js';

const OUTPUT = 1;
const POWER = { pin: 7, contact: 'NO' } as const;
const RESET = { pin: 8 } as const;

/** What a supply switches: the board runs while it has power, and its port has the same name each time. */
export class Supply {
  private device: EmulatedDevice | undefined;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly board: Board,
    private readonly elfPath: string,
    readonly port: string,
  ) {}

  /** In the order in which it is switched. */
  switch(on: boolean): Promise<void> {
    return this.then(() => (on ? this.on() : this.off()));
  }

  /** The reset line, low or let go. */
  reset(low: boolean): Promise<void> {
    return this.then(async () => {
      await (low ? this.device?.hold() : this.device?.letGo());
    });
  }

  /** Bytes into the port that stands for its front end; without power they go nowhere. */
  async inject(bytes: Uint8Array): Promise<void> {
    if (this.device === undefined) return;
    await socketWriter(this.device.inject)(bytes).catch(() => undefined);
  }

  private then(next: () => Promise<void>): Promise<void> {
    this.work = this.work.then(next);
    return this.work;
  }

  private async on(): Promise<void> {
    if (this.device !== undefined) return;
    this.device = await bootQemu({ board: this.board, elfPath: this.elfPath });
    await symlink(this.device.linkPath, this.port);
    await this.device.release();
  }

  private async off(): Promise<void> {
    if (this.device === undefined) return;
    await unlink(this.port);
    await this.device.kill();
    this.device = undefined;
  }
}

/** The tty on which samples go in: what the host writes there reaches the board that has power. */
class InjectTty {
  private constructor(
    private readonly cable: SerialCable,
    private readonly port: SerialPort,
  ) {}

  static async open(folder: string, supply: Supply): Promise<InjectTty> {
    const end = join(folder, 'inject');
    const cable = await laySerialCable(join(folder, 'ttyUSB0'), end);
    const port = await openedPort(end, 921_600);
    // As a line does, it holds back what the board has no room for.
    void (async () => {
      for await (const bytes of port) await supply.inject(bytes as Buffer);
    })().catch(() => undefined);
    return new InjectTty(cable, port);
  }

  async close(): Promise<void> {
    await closed(this.port);
    this.cable.unplug();
  }
}

export interface VirtualDesk {
  /** A bench map that names it. */
  readonly map: string;
  close(): Promise<void>;
}

/** Powered by its relay once a rig has come to rest. */
export async function virtualDesk(board: Board, elfPath: string): Promise<VirtualDesk> {
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-desk-'));
  const supply = new Supply(board, elfPath, join(folder, 'ttyACM0'));
  const firmata = await VirtualFirmata.start();
  firmata.onPin = (pin, { mode, level }) => {
    if (pin === POWER.pin) void supply.switch(mode === OUTPUT && level === 1);
    if (pin === RESET.pin) void supply.reset(mode === OUTPUT && level === 0);
  };
  const tty = await InjectTty.open(folder, supply);
  const map = join(folder, 'bench.json');
  const entry = {
    name: 'desk',
    kind: 'board',
    board: board.name,
    port: supply.port,
    injectPort: join(folder, 'ttyUSB0'),
    rig: { port: firmata.path, power: POWER, reset: RESET },
  };
  await writeFile(map, JSON.stringify({ devices: [entry] }));
  return {
    map,
    close: async () => {
      await tty.close();
      await firmata.close();
      await supply.switch(false);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

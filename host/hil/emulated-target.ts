/** An emulated board as a device of the bench: its power is its process, its reset line the emulator's own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { socketWriter } from '../flash/injector.js';
import { bootQemu, type BootOptions, type EmulatedDevice } from '../flash/qemu.js';
import { serialTransport } from '../serial/serial-transport.js';
import { socketTransport } from '../serial/socket-transport.js';
import type { Transport } from '../serial/transport.js';
import type { Board } from '../toolchain/board.js';
import { fixturesOf, type EmulatorEntry } from './bench-map.js';
import type { Fixture } from './fixtures.js';
import { writeInterrupted } from './interrupted-image.js';
import { noFixture, type Rig } from './rig.js';
import type { Target } from './target.js';

const RIG_FIXTURES: ReadonlySet<Fixture> = new Set<Fixture>(['power', 'reset']);

class EmulatedTarget implements Target {
  readonly kind = 'emulator';
  readonly name: string;
  readonly fixtures: ReadonlySet<Fixture>;
  readonly rig: Rig;
  private device: EmulatedDevice | undefined;
  private released = false;
  private elfPath: string | undefined;
  private flashFile: string | undefined;
  private folder: string | undefined;
  private closed = false;

  constructor(
    entry: EmulatorEntry,
    readonly board: Board,
  ) {
    const { name } = entry;
    this.name = name;
    this.fixtures = fixturesOf(entry);
    const refuse = (fixture: Fixture): Promise<never> => Promise.reject(noFixture(name, fixture));
    this.rig = {
      fixtures: RIG_FIXTURES,
      rest: () => this.power(true),
      power: (on) => this.power(on),
      reset: (asserted) => this.reset(asserted),
      boot: () => refuse('boot'),
      electrode: () => refuse('electrodes'),
      onButton: () => () => undefined,
      close: () => this.power(false),
    };
  }

  async transport(): Promise<Transport> {
    const device = this.powered();
    const { linkPath } = device;
    const port = this.linkIsSocket
      ? socketTransport({ path: linkPath })
      : serialTransport({ path: linkPath, baudRate: this.board.uarts.link.baud });
    return Promise.resolve({
      ...port,
      open: async (handlers) => {
        await port.open(handlers);
        // A pty does not always tell its end; the process that holds the other end does.
        void device.exited.then(() => handlers.onClosed('the emulator has ended'));
        if (this.released || this.device !== device) return;
        this.released = true;
        await device.release();
      },
    });
  }

  async inject(bytes: Uint8Array): Promise<void> {
    if (!this.fixtures.has('inject')) throw noFixture(this.name, 'inject');
    await socketWriter(this.powered().inject)(bytes);
  }

  /** An emulator starts with its image. */
  async flash(elfPath: string, share = 1): Promise<void> {
    await this.power(false);
    this.flashFile = undefined;
    if (share >= 1) {
      this.elfPath = elfPath;
      return;
    }
    this.folder ??= await mkdtemp(join(tmpdir(), 'isochrone-hil-'));
    this.elfPath = await writeInterrupted(elfPath, join(this.folder, 'interrupted.elf'), share);
  }

  startFromSlots(bootElf: string, flashFile: string): void {
    this.elfPath = bootElf;
    this.flashFile = flashFile;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.power(false);
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }

  private async power(on: boolean): Promise<void> {
    if (!on) {
      const { device } = this;
      this.device = undefined;
      await device?.kill();
      return;
    }
    if (this.device !== undefined || this.closed) return;
    if (this.elfPath === undefined) throw noPower(this.name, 'nothing has been flashed');
    const { board, elfPath, flashFile } = this;
    const device = await bootQemu({
      board,
      elfPath,
      ...(flashFile !== undefined && { flashFile }),
      ...(flashFile !== undefined && this.linkIsSocket && (await linkBeside(flashFile))),
    });
    this.device = device;
    this.released = false;
    // A processor that locks up ends its emulator, and the number of its pty may be given to another at once.
    void device.exited.then(() => {
      if (this.device === device) this.device = undefined;
    });
  }

  /** An image takes the pty of an emulated UART a quarter of a minute, and a socket two seconds, as it takes that of a service of Linux. */
  private get linkIsSocket(): boolean {
    return this.flashFile !== undefined && this.board.system === undefined;
  }

  private async reset(asserted: boolean): Promise<void> {
    const device = this.powered();
    await (asserted ? device.hold() : device.letGo());
  }

  private powered(): EmulatedDevice {
    if (this.device === undefined)
      throw noPower(this.name, 'its power is off, or its processor has locked up');
    return this.device;
  }
}

async function linkBeside(flashFile: string): Promise<Pick<BootOptions, 'linkSocket'>> {
  const linkSocket = `${flashFile}.link`;
  await rm(linkSocket, { force: true });
  return { linkSocket };
}

export function emulatedTarget(entry: EmulatorEntry, board: Board): Target {
  return new EmulatedTarget(entry, board);
}

function noPower(device: string, why: string): IsochroneError {
  return new IsochroneError('HIL_NO_POWER', `${device} does not run: ${why}`, {
    hint: 'Flash it and switch its power on first.',
    where: { device },
  });
}

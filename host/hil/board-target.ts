/** A board on the desk as a device of the bench: its link a port, its hands a rig, its front end its own or a port. */
import { IsochroneError } from '../../codegen/errors.js';
import { flashBoard } from '../flash/flash-board.js';
import { deviceAt, transportAt } from '../serial/device-address.js';
import type { Transport } from '../serial/transport.js';
import { loadBoards, type Board } from '../toolchain/board.js';
import { fixturesOf, type BoardEntry } from './bench-map.js';
import type { Fixture } from './fixtures.js';
import { noFixture, type Rig } from './rig.js';
import type { Target } from './target.js';

class BoardTarget implements Target {
  readonly kind = 'board';
  readonly name: string;
  readonly fixtures: ReadonlySet<Fixture>;
  private readonly open: () => Promise<Transport>;
  private front: Transport | undefined;

  constructor(
    private readonly entry: BoardEntry,
    readonly board: Board,
    readonly rig: Rig,
  ) {
    this.name = entry.name;
    this.fixtures = fixturesOf(entry);
    this.open = deviceAt(entry.port, {
      boards: () => loadBoards([entry.board]),
      board: board.name,
    });
  }

  transport(): Promise<Transport> {
    return this.open();
  }

  async inject(bytes: Uint8Array): Promise<void> {
    this.front ??= await this.openFront();
    await this.front.write(bytes);
  }

  /** With the tools of its board file, read back and compared; they start it as well. */
  async flash(elfPath: string, share = 1): Promise<void> {
    const { board, entry } = this;
    if (entry.flash === undefined) throw noFixture(this.name, 'flash');
    if (share < 1) throw noFixture(this.name, 'flash_part');
    if (this.rig.fixtures.has('power')) await this.rig.power(true);
    await flashBoard({ board, file: elfPath, ...entry.flash });
  }

  async close(): Promise<void> {
    await this.front?.close();
    await this.rig.close();
  }

  private async openFront(): Promise<Transport> {
    const { injectPort } = this.entry;
    const { inject } = this.board.uarts;
    if (injectPort === undefined || inject === undefined) throw noFixture(this.name, 'inject');
    const front = transportAt(injectPort, inject.baud);
    await front.open({
      onBytes: () => undefined,
      onClosed: () => {
        this.front = undefined;
      },
    });
    return front;
  }
}

export function boardTarget(entry: BoardEntry, board: Board, rig: Rig): Target {
  if (entry.injectPort !== undefined && !/^(?!auto$|serial:|board:)/u.test(entry.injectPort)) {
    throw new IsochroneError(
      'HIL_MAP',
      `the inject port of ${entry.name} must be a path or tcp://`,
      {
        hint: 'Give the path under /dev/serial/by-id, which stays the same.',
        where: { device: entry.name, injectPort: entry.injectPort },
      },
    );
  }
  return new BoardTarget(entry, board, rig);
}

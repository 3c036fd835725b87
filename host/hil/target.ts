/** A device on the bench, emulated or a board: the same tests reach either. */
import type { Transport } from '../serial/transport.js';
import type { Board } from '../toolchain/board.js';
import type { Fixture } from './fixtures.js';
import type { Rig } from './rig.js';

export interface Target {
  readonly name: string;
  readonly kind: 'emulator' | 'board';
  readonly board: Board;
  readonly rig: Rig;
  /** The rig's and its own. */
  readonly fixtures: ReadonlySet<Fixture>;
  /** The link, anew for each time that it is opened. @throws IsochroneError HIL_NO_POWER, LINK_* */
  transport(): Promise<Transport>;
  /** Bytes into the port that stands for the front end. @throws IsochroneError HIL_NO_FIXTURE, INJECT_CLOSED */
  inject(bytes: Uint8Array): Promise<void>;
  /**
   * Puts an image on the device; an emulator is off afterwards, and a board runs it.
   * @param share of the image that is written before the connection is cut; 1: all of it
   * @throws IsochroneError HIL_NO_FIXTURE, FLASH_*
   */
  flash(elfPath: string, share?: number): Promise<void>;
  /** From its next start on through this boot loader, its flash kept in that file; only of an emulator. */
  startFromSlots?(bootElf: string, flashFile: string): void;
  /** Idempotent; leaves no process behind. */
  close(): Promise<void>;
}

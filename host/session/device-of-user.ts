/** A device as a person names it, with what the board files know of it. */
import { basename } from 'node:path';
import { deviceAt } from '../serial/device-address.js';
import type { Transport } from '../serial/transport.js';
import { loadBoards } from '../toolchain/board.js';

export interface DeviceOfUser {
  /** Instead of the board's. */
  readonly baudRate?: number;
  /** A board of `boards/` or a board file. */
  readonly board?: string;
  readonly reset?: boolean;
}

/** @throws IsochroneError LINK_ADDRESS at once; BOARD_*, LINK_PORT_… from the function */
export function deviceOfUser(
  address: string,
  { baudRate, board, reset = false }: DeviceOfUser,
): () => Promise<Transport> {
  let boards: ReturnType<typeof loadBoards> | undefined;
  return deviceAt(address, {
    boards: () => (boards ??= loadBoards(board === undefined ? [] : [board])),
    reset,
    ...(board === undefined ? {} : { board: basename(board, '.json') }),
    ...(baudRate === undefined ? {} : { baudRate }),
  });
}

/** Where a device is, in one word: a serial port by its path or by what is on it, or a socket that serves one. */
import { IsochroneError } from '../../codegen/errors.js';
import {
  choosePort,
  listPorts,
  matchBoards,
  type BoardOnPort,
  type ListPorts,
  type PortWish,
} from './ports.js';
import { serialTransport, type SerialTransportOptions } from './serial-transport.js';
import { socketTransport, type SocketAddress } from './socket-transport.js';
import type { Transport } from './transport.js';

export const DEFAULT_BAUD_RATE = 921_600;

export interface DeviceAtOptions {
  /** Instead of the board's, or of 921600 where no board is known. */
  readonly baudRate?: number;
  /** Boards that may be there. */
  readonly boards?: () => Promise<readonly BoardOnPort[]>;
  /** The one of them that is there, for a port that does not tell. */
  readonly board?: string;
  /** Resets the board when it is opened for the first time. */
  readonly reset?: boolean;
  readonly list?: ListPorts;
  readonly createPort?: SerialTransportOptions['createPort'];
}

type Place =
  | { readonly kind: 'socket'; readonly address: SocketAddress }
  | { readonly kind: 'path'; readonly path: string }
  | PortWish;

/**
 * What opens a device, anew for each try: a port is looked for each time, and found under another path after it was plugged in again.
 * @param address `/dev/ttyACM0`, `COM3`, `auto`, `serial:NUMBER`, `board:NAME`, or `tcp://host:port`
 * @throws IsochroneError LINK_ADDRESS at once; LINK_PORT_… from the function
 */
export function deviceAt(address: string, options: DeviceAtOptions = {}): () => Promise<Transport> {
  const place = parseAddress(address);
  let reset = options.reset ?? false;
  return async () => {
    if (place.kind === 'socket') return socketTransport(place.address);
    const { path, board } = await portAt(place, options);
    if (reset && board?.serial?.resetSequence === undefined) throw noReset(path);
    const { createPort } = options;
    const transport = serialTransport({
      path,
      baudRate: options.baudRate ?? board?.uarts.link.baud ?? DEFAULT_BAUD_RATE,
      ...(board?.serial === undefined ? {} : { lines: board.serial }),
      ...(createPort === undefined ? {} : { createPort }),
      reset,
    });
    return {
      ...transport,
      open: async (handlers) => {
        await transport.open(handlers);
        reset = false;
      },
    };
  };
}

/** A place that is known without looking: a path or a socket. @throws IsochroneError LINK_ADDRESS */
export function transportAt(address: string, baudRate = DEFAULT_BAUD_RATE): Transport {
  const place = parseAddress(address);
  if (place.kind === 'socket') return socketTransport(place.address);
  if (place.kind === 'path') return serialTransport({ path: place.path, baudRate });
  throw addressError(address);
}

function parseAddress(address: string): Place {
  if (address === 'auto') return { kind: 'auto' };
  const wish = /^(?<kind>serial|board):(?<what>[^/].*)$/u.exec(address)?.groups;
  const { kind, what = '' } = wish ?? {};
  if (kind === 'serial') return { kind, serialNumber: what };
  if (kind === 'board') return { kind, board: what };
  if (!/^[a-z]+:\/\//iu.test(address) && address !== '') return { kind: 'path', path: address };
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'tcp:' || url.port === '') throw addressError(address);
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  return { kind: 'socket', address: { host, port: Number(url.port) } };
}

function addressError(address: string): IsochroneError {
  return new IsochroneError('LINK_ADDRESS', `"${address}" is no address of a device`, {
    hint: 'Give the path of a serial port, auto, serial:NUMBER, board:NAME, or tcp://host:port.',
  });
}

function noReset(path: string): IsochroneError {
  return new IsochroneError('LINK_NO_RESET', `It is not known how to reset what is on ${path}.`, {
    hint: 'Name the board with --board, and give "resetSequence" in its board file; or press its button.',
    where: { port: path },
  });
}

async function portAt(
  place: Exclude<Place, { readonly kind: 'socket' }>,
  options: DeviceAtOptions,
): Promise<{ readonly path: string; readonly board: BoardOnPort | undefined }> {
  const { list = listPorts } = options;
  const boards = (await options.boards?.()) ?? [];
  const boardOf = (names: readonly string[]): BoardOnPort | undefined => {
    const name = options.board ?? (names.length === 1 ? names[0] : undefined);
    return boards.find((board) => board.name === name);
  };
  if (place.kind !== 'path') {
    const port = choosePort(place, await list(), boards);
    return { path: port.path, board: boardOf(port.boards) };
  }
  const { path } = place;
  const tellable = options.board === undefined && boards.some(({ usb = [] }) => usb.length > 0);
  // A port that is not listed, as a pty, is opened all the same.
  const listed = tellable ? await list().catch(() => []) : [];
  const port = listed.find((found) => found.path === path);
  return { path, board: boardOf(port === undefined ? [] : matchBoards(port, boards)) };
}

/** The serial ports of this machine, and which board is on which: by USB vendor, product and serial number, as board files name them. */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SerialPort } from 'serialport';
import { IsochroneError } from '../../codegen/errors.js';
import type { ControlLines } from './control-lines.js';

/** Hexadecimal, four digits, lower case. */
export interface UsbId {
  readonly vendorId: string;
  readonly productId: string;
  /** One board alone: left out, every board of that product. */
  readonly serialNumber?: string;
}

/** What a board file (boards/board.schema.json) says of the port that the board is on. */
export interface BoardOnPort {
  readonly name: string;
  readonly usb?: readonly UsbId[];
  readonly serial?: ControlLines;
  readonly uarts: { readonly link: { readonly baud: number } };
}

export interface FoundPort {
  readonly path: string;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly manufacturer?: string | undefined;
}

export interface MatchedPort extends FoundPort {
  /** Boards that it may be; several share the id of one USB bridge. */
  readonly boards: readonly string[];
}

export type ListPorts = () => Promise<readonly FoundPort[]>;

/**
 * As the operating system lists them. On Linux that asks udev; where there is none (a container), the kernel's own files are read.
 * @throws IsochroneError LINK_PORTS_UNKNOWN
 */
export const listPorts: ListPorts = async () => {
  try {
    return (await SerialPort.list()).map(tidy);
  } catch (cause) {
    if (process.platform === 'linux') return listSysfsPorts();
    throw new IsochroneError(
      'LINK_PORTS_UNKNOWN',
      `serial ports cannot be listed: ${String(cause)}`,
      {
        hint: 'Give the path of the port.',
        cause,
      },
    );
  }
};

/** Ports of USB devices. @param root a test gives a folder of its own */
export async function listSysfsPorts(root = '/sys/class/tty'): Promise<readonly FoundPort[]> {
  const names = await readdir(root).catch((): string[] => []);
  const found = await Promise.all(
    names.sort().map(async (name) => {
      const device = await realpath(join(root, name, 'device')).catch(() => undefined);
      const usb = device === undefined ? undefined : await usbFolder(device, dirname(root));
      if (usb === undefined) return [];
      const text = async (file: string): Promise<string | undefined> =>
        (await readFile(join(usb, file), 'utf8').catch(() => undefined))?.trim();
      const [vendorId, productId, serialNumber, manufacturer] = await Promise.all(
        ['idVendor', 'idProduct', 'serial', 'manufacturer'].map(text),
      );
      return [tidy({ path: `/dev/${name}`, vendorId, productId, serialNumber, manufacturer })];
    }),
  );
  return found.flat();
}

/** The folder of the USB device that a port belongs to: the first above it that has a vendor. */
async function usbFolder(device: string, stop: string): Promise<string | undefined> {
  for (
    let folder = device;
    folder !== dirname(folder) && folder !== stop;
    folder = dirname(folder)
  ) {
    if ((await readdir(folder).catch((): string[] => [])).includes('idVendor')) return folder;
  }
  return undefined;
}

/** What is asked of a port, ids in lower case as board files have them. */
function tidy({ path, vendorId, productId, serialNumber, manufacturer }: FoundPort): FoundPort {
  return {
    path,
    vendorId: vendorId?.toLowerCase(),
    productId: productId?.toLowerCase(),
    serialNumber,
    manufacturer,
  };
}

/** A board named with its serial number comes before those of which every one would do. */
export function matchBoards(port: FoundPort, boards: readonly BoardOnPort[]): readonly string[] {
  const fits = (exact: boolean): readonly string[] =>
    boards
      .filter(({ usb = [] }) =>
        usb.some(
          (id) =>
            id.vendorId === port.vendorId &&
            id.productId === port.productId &&
            (exact ? id.serialNumber === port.serialNumber : id.serialNumber === undefined) &&
            (!exact || id.serialNumber !== undefined),
        ),
      )
      .map(({ name }) => name);
  const one = fits(true);
  return one.length > 0 ? one : fits(false);
}

/** What a person asks for: any port with a known board, the port of one device, or that of one kind of board. */
export type PortWish =
  | { readonly kind: 'auto' }
  | { readonly kind: 'serial'; readonly serialNumber: string }
  | { readonly kind: 'board'; readonly board: string };

/** @throws IsochroneError LINK_PORT_NOT_FOUND, LINK_PORT_AMBIGUOUS */
export function choosePort(
  wish: PortWish,
  ports: readonly FoundPort[],
  boards: readonly BoardOnPort[],
): MatchedPort {
  const matched = ports.map((port) => ({ ...port, boards: matchBoards(port, boards) }));
  const chosen = matched.filter((port) => {
    if (wish.kind === 'serial') return port.serialNumber === wish.serialNumber;
    return wish.kind === 'board' ? port.boards.includes(wish.board) : port.boards.length > 0;
  });
  const [only, other] = chosen;
  if (only !== undefined && other === undefined) return only;
  const asked = {
    auto: 'with a board that a board file names',
    serial: `of serial number ${wish.kind === 'serial' ? wish.serialNumber : ''}`,
    board: `with a board ${wish.kind === 'board' ? wish.board : ''}`,
  }[wish.kind];
  const list = (some: readonly FoundPort[]): string => some.map(portWords).join('; ');
  if (only === undefined) {
    throw new IsochroneError(
      'LINK_PORT_NOT_FOUND',
      `There is no port ${asked}; ${ports.length === 0 ? 'there is no port at all' : `there are ${list(ports)}`}.`,
      {
        hint: 'Check the cable; `isochrone ports` lists what is there. A board is known by "usb" of its board file.',
      },
    );
  }
  throw new IsochroneError('LINK_PORT_AMBIGUOUS', `More than one port ${asked}: ${list(chosen)}.`, {
    hint: 'Give the path, or serial:NUMBER.',
  });
}

/** `/dev/ttyACM0 (0483:374b, 0668FF)`. */
export function portWords({ path, vendorId, productId, serialNumber }: FoundPort): string {
  if (vendorId === undefined || productId === undefined) return path;
  const serial = serialNumber === undefined ? '' : `, ${serialNumber}`;
  return `${path} (${vendorId}:${productId}${serial})`;
}

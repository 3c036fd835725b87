/** `isochrone ports`: serial ports and the boards on them; reads only. */
import { textTable } from '../report/text.js';
import { listPorts, matchBoards } from '../serial/ports.js';
import { loadBoards } from '../toolchain/board.js';

export interface PortsOptions {
  /** Board files beside those that come with the project. */
  readonly board?: readonly string[];
  readonly json: boolean;
}

/** @throws IsochroneError LINK_PORTS_UNKNOWN, BOARD_* */
export async function runPorts(options: PortsOptions): Promise<void> {
  const boards = await loadBoards(options.board);
  const ports = (await listPorts()).map((port) => ({ ...port, boards: matchBoards(port, boards) }));
  if (options.json) {
    process.stdout.write(`${JSON.stringify(ports, null, 2)}\n`);
    return;
  }
  if (ports.length === 0) {
    process.stdout.write('There is no serial port.\n');
    return;
  }
  const rows = ports.map(({ path, vendorId, productId, ...port }) => [
    path,
    port.boards.length === 0 ? '–' : port.boards.join(' or '),
    vendorId === undefined ? '–' : `${vendorId}:${productId ?? ''}`,
    port.serialNumber ?? '–',
    port.manufacturer ?? '–',
  ]);
  process.stdout.write(
    `${textTable(['port', 'board', 'USB id', 'serial number', 'maker'], rows)}\n`,
  );
}

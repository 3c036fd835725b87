/** Boards that are on ports now, as entries of a bench map. */
import { matchBoards, type BoardOnPort, type FoundPort } from '../serial/ports.js';
import type { BenchEntry, BoardEntry } from './bench-map.js';

/** What `known` has not yet, by serial number where a port has one: paths change with every plugging in. */
export function discoverBench(
  known: readonly BenchEntry[],
  ports: readonly FoundPort[],
  boards: readonly BoardOnPort[],
): readonly BoardEntry[] {
  const taken = new Set(known.flatMap((entry) => (entry.kind === 'board' ? [entry.port] : [])));
  const names = new Set(known.map(({ name }) => name));
  const found: BoardEntry[] = [];
  for (const port of ports) {
    // Several boards share the id of one USB bridge: the first is as good as any, and a person corrects it.
    const [board] = matchBoards(port, boards);
    const address = port.serialNumber === undefined ? port.path : `serial:${port.serialNumber}`;
    if (board === undefined || taken.has(address)) continue;
    const name = freeName(board, names);
    names.add(name);
    taken.add(address);
    found.push({ name, kind: 'board', board, port: address });
  }
  return found;
}

function freeName(board: string, names: ReadonlySet<string>): string {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? board : `${board}-${n}`;
    if (!names.has(name)) return name;
  }
}

/** `isochrone boards`: every board that is built for. */
import { textTable } from '../report/text.js';
import { loadBoards, slotAreasOf, type Board } from '../toolchain/board.js';

interface BoardLine {
  readonly name: string;
  readonly title: string;
  readonly core: string;
  /** Null where an operating system has the memory. */
  readonly flashBytes: number | null;
  readonly ramBytes: number | null;
  readonly runner: string | null;
  readonly flashTools: readonly string[];
  /** Whether it takes updates over its link. */
  readonly slots: boolean;
}

const KILOBYTE = 1024;
const kilobytes = (bytes: number | null): string =>
  bytes === null ? '–' : `${bytes / KILOBYTE} KB`;

function line(board: Board): BoardLine {
  const { name, title, core, runner, flashTools = [] } = board;
  const memory = board.system === undefined ? board.memory : undefined;
  return {
    name,
    title,
    core: core.name,
    flashBytes: memory?.flash.bytes ?? null,
    ramBytes: memory?.ram.bytes ?? null,
    runner: runner?.kind ?? null,
    flashTools: flashTools.map(({ tool }) => tool),
    slots: slotAreasOf(board) !== undefined,
  };
}

/** @throws IsochroneError BOARD_* */
export async function runBoards(options: {
  readonly board?: readonly string[];
  readonly json: boolean;
}): Promise<void> {
  const lines = (await loadBoards(options.board)).map(line);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(lines, null, 2)}\n`);
    return;
  }
  const rows = lines.map((board) => [
    board.name,
    board.core,
    kilobytes(board.flashBytes),
    kilobytes(board.ramBytes),
    board.runner ?? '–',
    board.flashTools.length === 0 ? '–' : board.flashTools.join(' '),
    board.slots ? 'yes' : 'no',
  ]);
  const head = ['board', 'core', 'flash', 'RAM', 'runner', 'flash tools', 'update over the link'];
  process.stdout.write(`${textTable(head, rows)}\n`);
}

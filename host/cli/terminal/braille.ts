/** Curves in text: each character cell is a grid of 2 × 4 braille dots. */

/** Bit of each dot of U+2800, [row][column]. */
const DOT_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BLANK = 0x2800;
/** A cell whose samples never came. */
const MISSING = '╱';

export interface BrailleRange {
  readonly lowest: number;
  readonly highest: number;
}

/**
 * `rows` lines of `columns` characters that show `values` from left to right, the range's top at the top; values beyond
 * it are clamped. NaN is a missing value: it draws nothing, and a cell with nothing else says so.
 */
export function brailleTrace(
  values: readonly number[],
  columns: number,
  rows: number,
  range: BrailleRange,
): string[] {
  const dotColumns = 2 * columns;
  const dotRows = 4 * rows;
  const cells = Array.from({ length: rows }, () => new Array<number>(columns).fill(BLANK));
  const known = new Array<boolean>(columns).fill(false);
  const missing = new Array<boolean>(columns).fill(false);
  const rowOf = (value: number): number => {
    const share = (range.highest - value) / (range.highest - range.lowest);
    return Math.min(dotRows - 1, Math.max(0, Math.round(share * (dotRows - 1))));
  };
  for (let x = 0; x < dotColumns; x += 1) {
    const from = Math.floor((x * values.length) / dotColumns);
    const to = Math.max(from + 1, Math.floor(((x + 1) * values.length) / dotColumns));
    const own = values.slice(from, to);
    const column = Math.floor(x / 2);
    const numbers = own.filter((value) => !Number.isNaN(value));
    if (numbers.length < own.length) missing[column] = true;
    if (numbers.length === 0) continue;
    known[column] = true;
    // The next column's first value is taken along, so that steep strokes join; never across a gap.
    const next = values[to];
    if (next !== undefined && !Number.isNaN(next) && !Number.isNaN(values[to - 1])) {
      numbers.push(next);
    }
    const bottom = rowOf(Math.min(...numbers));
    for (let y = rowOf(Math.max(...numbers)); y <= bottom; y += 1) {
      const line = cells[Math.floor(y / 4)];
      const bit = DOT_BITS[y % 4]?.[x % 2];
      if (line !== undefined && bit !== undefined) line[column] = (line[column] ?? BLANK) | bit;
    }
  }
  return cells.map((line) =>
    line
      .map((code, column) =>
        known[column] !== true && missing[column] === true ? MISSING : String.fromCharCode(code),
      )
      .join(''),
  );
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar of `columns` characters, filled to `share` (clamped to 0…1) in steps of an eighth. */
export function bar(share: number, columns: number): string {
  const clamped = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
  const eighths = Math.round(clamped * columns * 8);
  const text = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
  return text.padEnd(columns);
}

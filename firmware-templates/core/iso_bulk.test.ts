import { describe, expect, it } from 'vitest';

import { Rows, buildDriver } from './test-harness/rows.js';

const run = buildDriver('bulk', ['iso_bulk']);
const [OPEN, GRANT, TAKE, CLOSE] = [0, 1, 2, 3];
const PART = 240;
const IDLE_BYTES = 32;

/** Takes in an idle line: [first byte, byte count] of each, undefined where none may go. */
function takes(rows: Rows): ([number, number] | undefined)[] {
  return run(rows).map(({ kind, first, values }) => {
    if (kind === -1) return undefined;
    expect(values[1]).toBe((7 * first) & 0xff);
    expect(values[2]).toBe((7 * (first + kind - 1)) & 0xff);
    return [first, kind];
  });
}
const take = (rows: Rows, times: number, waiting = 0): Rows => {
  for (let i = 0; i < times; i += 1) rows.push(TAKE, waiting);
  return rows;
};

describe('a long object', () => {
  it('does not move without credit, nor beyond it, nor beyond its end', () => {
    const rows = take(new Rows().push(OPEN, 5, [1000]), 1);
    take(rows.push(GRANT, 5, [0, 500]), 4);
    take(rows.push(GRANT, 5, [500, 0]), 1);
    take(rows.push(GRANT, 5, [500, 65_535]), 4);
    expect(takes(rows)).toEqual([
      undefined,
      ...[[0, PART], [PART, PART], [2 * PART, 20], undefined],
      undefined,
      ...[[500, PART], [740, PART], [980, 20], undefined],
    ]);
  });

  it('goes again from where the host asks', () => {
    const rows = take(new Rows().push(OPEN, 5, [960]).push(GRANT, 5, [0, 960]), 3);
    take(rows.push(GRANT, 5, [PART, 480]), 3);
    expect(takes(rows)).toEqual([
      ...[
        [0, PART],
        [PART, PART],
        [2 * PART, PART],
      ],
      ...[[PART, PART], [2 * PART, PART], undefined],
    ]);
  });

  it.each([
    ['of another reading', (rows: Rows) => rows.push(GRANT, 4, [0, 480])],
    ['behind the end', (rows: Rows) => rows.push(GRANT, 5, [1001, 480])],
    ['after its close', (rows: Rows) => rows.push(CLOSE, 0).push(GRANT, 5, [0, 480])],
  ])('takes no credit %s', (_name, grant) => {
    expect(takes(take(grant(new Rows().push(OPEN, 5, [1000])), 2))).toEqual([undefined, undefined]);
  });

  it('gives way to whatever waits for the line', () => {
    const rows = new Rows().push(OPEN, 5, [1000]).push(GRANT, 5, [0, 1000]);
    take(take(rows, 3, IDLE_BYTES + 1), 1, IDLE_BYTES);
    expect(takes(rows)).toEqual([undefined, undefined, undefined, [0, PART]]);
  });
});

describe('a line that live samples share with a long object', () => {
  /** A millisecond a step; the line takes so many bytes in each. Samples ask for their frame each 20 ms. */
  function shared(
    bytesPerMs: number,
    creditBytes: number,
  ): { object: number; mostWaiting: number } {
    const SAMPLES_FRAME = 181;
    const RING = 8192;
    const MS = 2000;
    // The driver is asked once a step with what waits then: the same course of events as in one run.
    let waiting = 0;
    let mostWaiting = 0;
    let object = 0;
    const rows = new Rows().push(OPEN, 1, [20_000]).push(GRANT, 1, [0, creditBytes]);
    for (let ms = 0; ms < MS; ms += 1) {
      waiting = Math.max(0, waiting - bytesPerMs);
      if (ms % 20 === 0) {
        expect(RING - waiting).toBeGreaterThan(SAMPLES_FRAME);
        waiting += SAMPLES_FRAME;
        mostWaiting = Math.max(mostWaiting, waiting);
      }
      rows.push(TAKE, Math.ceil(waiting));
      const room = waiting <= IDLE_BYTES && object < Math.min(20_000, creditBytes);
      if (room) {
        const part = Math.min(PART, creditBytes - object);
        object += part;
        waiting += part + 14;
      }
    }
    const taken = takes(rows);
    expect(taken).toHaveLength(MS);
    expect(taken.reduce((sum, part) => sum + (part?.[1] ?? 0), 0)).toBe(object);
    return { object, mostWaiting };
  }

  it.each([
    ['115,200', 11.52],
    ['230,400', 23.04],
    ['921,600', 92.16],
  ])('at %s baud: a frame of samples waits for one part at most', (_name, bytesPerMs) => {
    const { object, mostWaiting } = shared(bytesPerMs, 20_000);
    expect(mostWaiting).toBeLessThanOrEqual(181 + PART + 14 + IDLE_BYTES);
    expect(object).toBeGreaterThan(1000);
  });

  it('a reader that grants no more stops the object and not the samples', () => {
    expect(shared(92.16, 720)).toEqual({ object: 720, mostWaiting: expect.any(Number) as number });
  });
});

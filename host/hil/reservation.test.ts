import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BenchMap, BoardEntry } from './bench-map.js';
import { holderOf, reserve } from './reservation.js';

let folder = '';
let temporary: string | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isochrone-reservation-'));
  temporary = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
});
afterEach(async () => {
  if (temporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporary;
  await rm(folder, { recursive: true, force: true });
});

const map = (file: string): BenchMap => ({ file, devices: [] });
const desk = (name: string, port: string): BoardEntry => ({
  name,
  kind: 'board',
  board: 'mps2-an386',
  port,
});
const lockFiles = (): Promise<string[]> => readdir(join(folder, 'isochrone-hil'));

it('keeps a board to one run, whichever map names it, until it is released', async () => {
  const first = await reserve(map('a.json'), desk('desk', 'serial:7'));
  expect(await holderOf(map('b.json'), desk('desk', 'serial:7'))).toBe(process.pid);
  await expect(reserve(map('b.json'), desk('desk', 'serial:7'))).rejects.toMatchObject({
    code: 'HIL_RESERVED',
    where: { process: process.pid },
  });
  const other = await reserve(map('a.json'), desk('desk', 'serial:8'));
  await first.release();
  await first.release();
  expect(await holderOf(map('a.json'), desk('desk', 'serial:7'))).toBeUndefined();
  await (await reserve(map('b.json'), desk('desk', 'serial:7'))).release();
  await other.release();
  expect(await lockFiles()).toEqual([]);
});

it('gives it to who waits for it', async () => {
  const first = await reserve(map('a.json'), desk('desk', 'serial:7'));
  const waiting = reserve(map('a.json'), desk('desk', 'serial:7'), 10_000);
  await first.release();
  await (await waiting).release();
});

it('of a run that has died is no reservation', async () => {
  const held = await reserve(map('a.json'), desk('desk', 'serial:7'));
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const [file = ''] = await lockFiles();
  await writeFile(join(folder, 'isochrone-hil', file), String(child.pid));
  await (await reserve(map('a.json'), desk('desk', 'serial:7'))).release();
  await held.release();
});

it('goes to exactly one of many that ask at once', async () => {
  const asked = await Promise.allSettled(
    Array.from({ length: 20 }, () => reserve(map('a.json'), desk('desk', 'serial:7'))),
  );
  const given = asked.filter(({ status }) => status === 'fulfilled');
  expect(given).toHaveLength(1);
  for (const refused of asked.filter(({ status }) => status === 'rejected')) {
    expect(refused).toMatchObject({ reason: { code: 'HIL_RESERVED' } });
  }
});

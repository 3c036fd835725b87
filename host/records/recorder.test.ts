import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import type { IsochroneError } from '../../codegen/errors.js';
import type { SamplesEvent } from '../stream/events.js';
import { startRecorder } from './recorder.js';
import { readWfdb } from './wfdb.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'isochrone-recorder-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const samples = (first: number, count = 10): SamplesEvent => ({
  kind: 'samples',
  firstSampleIndex: first,
  microvolt: Array.from({ length: 8 }, (_, lead) =>
    Array.from({ length: count }, (_unused, t) => ((first + t) % 20_000) + 1000 * lead),
  ),
});

const open = { sampleRateHz: 500, name: 'bed' };

describe('a recorder', () => {
  it('writes what came, with holes marked, and the marks in the order of time', async () => {
    const recorder = startRecorder({ ...open, folder });
    recorder.publish(samples(100));
    recorder.publish({ kind: 'gap', firstSampleIndex: 110, sampleCount: 20, cause: 'link' });
    recorder.publish(samples(130));
    recorder.mark('patient moved');
    recorder.mark('earlier', 105);
    await recorder.close();
    const { leads, annotations, sampleRateHz } = await readWfdb(join(folder, 'bed-0001'));
    expect(sampleRateHz).toBe(500);
    const expected = Array.from({ length: 40 }, (_, t) => (t >= 10 && t < 30 ? NaN : 1100 + t));
    expect([...(leads[1]?.microvolt ?? [])]).toEqual(expected);
    expect(leads.map(({ name }) => name)).toEqual(['I', 'II', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6']);
    expect(annotations).toEqual([
      { sampleIndex: 5, label: 'earlier' },
      { sampleIndex: 10, label: 'gap of 20, link' },
      { sampleIndex: 39, label: 'patient moved' },
    ]);
    expect(recorder.account()).toEqual({
      records: 1,
      samplesWritten: 20,
      samplesMissing: 20,
      annotations: 3,
    });
  });

  it('begins another record when its time is up, after a long hole and when the device starts anew', async () => {
    const recorder = startRecorder({ ...open, folder, rotateSeconds: 1 });
    for (let first = 0; first < 1200; first += 10) recorder.publish(samples(first));
    recorder.publish(samples(200_000));
    recorder.publish(samples(0));
    await recorder.close();
    const counts = await Promise.all(
      [1, 2, 3, 4, 5].map(async (i) => {
        const { leads } = await readWfdb(join(folder, `bed-000${i}`));
        return leads[0]?.microvolt.length;
      }),
    );
    expect(counts).toEqual([500, 500, 200, 10, 10]);
  });

  it.each(['../up', 'a/b', '..', 'a.b', ''])(
    'takes no record name that leads elsewhere: "%s"',
    (name) => {
      expect(() => startRecorder({ folder, sampleRateHz: 500, name })).toThrow(/record name/);
    },
  );

  it('says once that the disk fails, and lets the stream go on', async () => {
    const failures: IsochroneError[] = [];
    const recorder = startRecorder({ ...open, folder, onFailure: (error) => failures.push(error) });
    rmSync(folder, { recursive: true });
    recorder.publish(samples(0));
    recorder.publish(samples(10));
    await recorder.close();
    expect(failures.map(({ code }) => code)).toEqual(['RECORD_WRITE_FAILED']);
  });

  it('does not write over a record of an earlier run', async () => {
    const first = startRecorder({ ...open, folder });
    first.publish(samples(0));
    await first.close();
    const failures: IsochroneError[] = [];
    const again = startRecorder({ ...open, folder, onFailure: (error) => failures.push(error) });
    again.publish(samples(5000));
    await again.close();
    expect(failures).toHaveLength(1);
    const { leads } = await readWfdb(join(folder, 'bed-0001'));
    expect(leads[0]?.microvolt[0]).toBe(0);
  });
});

/** Kills a recording process after `delayMs` of recording; gives how far it said that it was. */
async function killedAfter(delayMs: number, into: string): Promise<number> {
  const fixture = fileURLToPath(new URL('./recorder.fixture.ts', import.meta.url));
  const register = join(packageRoot(), 'scripts', 'ts-node-register.mjs');
  const child = spawn(process.execPath, ['--import', register, fixture, into], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (told === '') setTimeout(() => child.kill('SIGKILL'), delayMs);
    told += chunk.toString();
  });
  await once(child, 'close');
  return Number(told.trim().split('\n').at(-1));
}

describe('a recorder killed with -9', () => {
  it.each([[1, 130, 417, 902]])(
    'leaves records that open and lack less than the last second, whenever it came (%i, %i, %i, %i ms)',
    async (...delays) => {
      await Promise.all(
        delays.map(async (delay) => {
          const into = join(folder, String(delay));
          const published = await killedAfter(delay, into);
          const names = readdirSync(into).filter((file) => file.endsWith('.hea'));
          let next = 0;
          for (const name of names.sort()) {
            const { leads } = await readWfdb(join(into, name));
            for (const [t, value] of (leads[3]?.microvolt ?? []).entries()) {
              if (value !== ((next + t) % 1000) + 3) throw new Error(`${name} differs at ${t}`);
            }
            next += leads[0]?.microvolt.length ?? 0;
          }
          expect(next).toBeGreaterThan(published - 500);
        }),
      );
    },
  );

  it('may have lost the end of its last write: what is whole is read', async () => {
    const into = join(folder, 'torn');
    await killedAfter(50, into);
    const data = join(into, 'killed-0001.dat');
    const whole = Math.floor(statSync(data).size / 16);
    truncateSync(data, 16 * whole - 5);
    truncateSync(join(into, 'killed-0001.atr'), statSync(join(into, 'killed-0001.atr')).size - 1);
    const { leads } = await readWfdb(join(into, 'killed-0001'));
    expect(leads[0]?.microvolt).toHaveLength(whole - 1);
    expect(existsSync(data)).toBe(true);
  });
});

import {
  appendFileSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IsochroneError } from '../../codegen/errors.js';
import { synthetic } from '../monitor/synthetic-events.js';
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

  it('marks what any viewer of WFDB should show, texts shortened, and keeps the whole of it', async () => {
    const recorder = startRecorder({ ...open, folder });
    recorder.publish(samples(0));
    const signal = synthetic.signal({ sampleIndex: 3 });
    recorder.publish(signal);
    recorder.publish({ ...signal, sampleIndex: 4 });
    recorder.publish({ ...signal, sampleIndex: 5, quality: 'poor' });
    recorder.publish({ kind: 'pacer', sampleIndex: 6 });
    recorder.publish({ kind: 'link', state: 'lost', detail: 'unplugged' });
    recorder.mark('ä'.repeat(200));
    await recorder.close();
    const { annotations, events } = await readWfdb(join(folder, 'bed-0001'));
    expect(annotations).toEqual([
      { sampleIndex: 3, label: 'no electrode off, signal readable' },
      { sampleIndex: 5, label: 'no electrode off, signal poor' },
      { sampleIndex: 6, label: '^' },
      { sampleIndex: 9, label: 'link lost: unplugged' },
      { sampleIndex: 9, label: 'ä'.repeat(127) },
    ]);
    expect(events).toHaveLength(6);
    expect(events?.at(-1)?.event).toMatchObject({ text: 'ä'.repeat(200) });
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

  it('goes on counting after an earlier run, and writes over nothing of it', async () => {
    const first = startRecorder({ ...open, folder });
    first.publish(samples(0));
    await first.close();
    // What a run leaves that was killed before its header was there.
    writeFileSync(join(folder, 'bed-0002.dat'), '');
    writeFileSync(join(folder, 'bed-next-0007.dat'), '');
    const again = startRecorder({ ...open, folder });
    again.publish(samples(5000));
    await again.close();
    const beginnings = ['bed-0001', 'bed-0003'].map(async (name) => {
      const { leads } = await readWfdb(join(folder, name));
      return leads[0]?.microvolt[0];
    });
    expect(await Promise.all(beginnings)).toEqual([0, 5000]);
  });
});

describe('a record that was not closed', () => {
  it('opens, without the end of a last write that is torn', async () => {
    const recorder = startRecorder({ ...open, folder });
    for (let first = 0; first < 1000; first += 10) recorder.publish(samples(first));
    recorder.mark('one');
    recorder.mark('two');
    for (const [extension, torn] of [
      ['dat', 5],
      ['atr', 2],
      ['events.jsonl', 3],
    ] as const) {
      const path = join(folder, `bed-0001.${extension}`);
      truncateSync(path, statSync(path).size - torn);
    }
    const { leads, annotations, events, remarks } = await readWfdb(join(folder, 'bed-0001'));
    expect(leads[0]?.microvolt).toHaveLength(999);
    expect(annotations?.map(({ label }) => label)).toEqual(['one', '"']);
    expect(events?.map(({ event }) => event)).toEqual([
      { kind: 'mark', sampleIndex: 999, text: 'one' },
    ]);
    expect(remarks).toEqual([]);
    await recorder.close();
  });

  it('says how many lines of its events cannot be read', async () => {
    const recorder = startRecorder({ ...open, folder });
    recorder.publish(samples(0));
    recorder.mark('one');
    await recorder.close();
    const path = join(folder, 'bed-0001.events.jsonl');
    appendFileSync(path, '{"sample":-1,"event":{"kind":"mark"}}\n{"sample":1}\n{{\nnull\n');
    expect((await readWfdb(join(folder, 'bed-0001'))).remarks).toEqual([
      'bed-0001.events.jsonl: 4 lines cannot be read',
    ]);
    writeFileSync(path, 'something else\n');
    expect(await readWfdb(join(folder, 'bed-0001'))).toMatchObject({
      remarks: ['bed-0001.events.jsonl is not the file of a recorder: left out'],
    });
  });
});

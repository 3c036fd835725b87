/**
 * What this project writes, read by programs that have nothing to do with it. No package of Debian, and none of npm that runs here, has PhysioNet's own WFDB
 * library. BioSig 2.5.0 reads WFDB's annotations and format 212; of formats 16, 24 and 32 it takes a frame for twice as long as it is: of
 * those this project's reader is checked on PhysioNet's files, and its writer on that reader (wfdb.test.ts).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readWithBiosig, type BiosigRecord } from '../../tests/support/biosig.js';
import { encodeEdf, writeEdf } from './edf-write.js';
import { INDEPENDENT_LEAD_NAMES, type EcgRecord } from './record.js';
import { startRecorder } from './recorder.js';
import { writeWfdb } from './wfdb-write.js';

const folder = mkdtempSync(join(tmpdir(), 'isochrone-readers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COUNT = 1500;
const RATE_HZ = 500;

/** Whole units of every format: 5 µV. */
function record(): EcgRecord {
  const lead = (factor: number): Float64Array =>
    Float64Array.from({ length: COUNT }, (_, t) => 5 * (((t * factor) % 801) - 400));
  return {
    name: 'r',
    sampleRateHz: RATE_HZ,
    leads: ['I', 'II', 'V6'].map((name, i) => ({ name, microvolt: lead(2 * i + 3) })),
    source: 'test',
    remarks: [],
    annotations: [
      { sampleIndex: 10, label: 'patient moved' },
      { sampleIndex: 700, label: 'lead changed' },
    ],
  };
}

const SCALE: Readonly<Record<string, number>> = { mV: 1000, uV: 1 };

function expectSame(seen: BiosigRecord, written: EcgRecord, prefix = ''): void {
  expect(seen.sampleRateHz).toBe(RATE_HZ);
  for (const [i, { name, microvolt }] of written.leads.entries()) {
    const channel = seen.channels[i];
    expect(channel?.label).toBe(`${prefix}${name}`);
    const scale = SCALE[channel?.unit ?? ''] ?? NaN;
    expect(channel?.values).toHaveLength(COUNT);
    for (let t = 0; t < COUNT; t += 1) {
      const [value = NaN, expected = NaN] = [channel?.values[t], microvolt[t]];
      if (!(Math.abs(value * scale - expected) < 0.01))
        throw new Error(`${name} at ${t}: ${value * scale} instead of ${expected}`);
    }
  }
}

describe('BioSig reads', () => {
  it('WFDB', async () => {
    const header = await writeWfdb(join(folder, 'w212'), record(), [], 212);
    expectSame(readWithBiosig(header), record());
  });

  it('EDF+ with its marks', async () => {
    const path = join(folder, 'continuous.edf');
    await writeEdf(path, record());
    const seen = readWithBiosig(path);
    expectSame(seen, record(), 'ECG ');
    expect(seen.events).toEqual([
      { seconds: 0.02, text: 'patient moved' },
      { seconds: 1.4, text: 'lead changed' },
    ]);
  });

  it('what a recorder wrote, and its marks while it is still recording', async () => {
    const recorder = startRecorder({ folder, name: 'bed', sampleRateHz: RATE_HZ });
    const { leads } = record();
    const eight = Array.from({ length: 8 }, (_, i) => leads[i % 3] ?? leads[0]);
    for (let first = 0; first < COUNT; first += 10) {
      recorder.publish({
        kind: 'samples',
        firstSampleIndex: first,
        microvolt: eight.map((lead) => [...(lead?.microvolt.slice(first, first + 10) ?? [])]),
      });
    }
    recorder.publish({ kind: 'beat', sampleIndex: 400, rrMs: 0, noisePercent: 0 });
    recorder.publish({ kind: 'pacer', sampleIndex: 800 });
    recorder.mark('patient moved', 1100);
    const marks = (): readonly (readonly [number, string])[] =>
      readWithBiosig(join(folder, 'bed-0001.hea')).events.map(({ seconds, text }) => [
        // BioSig counts samples from 1 and takes WFDB's, from 0, for its own: one sample early.
        Math.round(seconds * RATE_HZ) + 1,
        text,
      ]);
    const expected = [
      [400, 'normal beat'],
      [800, 'non-conducted pacer spike'],
      [1100, 'comment annotation'],
    ];
    expect(marks()).toEqual(expected);
    await recorder.close();
    expect(marks()).toEqual(expected);
    const seen = readWithBiosig(join(folder, 'bed-0001.hea'));
    expect(seen.channels.map(({ label }) => label)).toEqual([...INDEPENDENT_LEAD_NAMES]);
  });
});

describe('edfdecoder reads', () => {
  it('the same microvolts', () => {
    const written = record();
    // It has no types.
    const edfdecoder = createRequire(import.meta.url)('edfdecoder') as {
      EdfDecoder: new () => Decoder;
    };
    const decoder = new edfdecoder.EdfDecoder();
    const bytes = encodeEdf(written);
    decoder.setInput(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    decoder.decode();
    const edf = decoder.getOutput();
    for (const [i, lead] of written.leads.entries()) {
      expect(edf.getSignalLabel(i)).toBe(`ECG ${lead.name}`);
      const values = [0, 1, 2].flatMap((k) => [...edf.getPhysicalSignal(i, k)]);
      values.forEach((value, t) => expect(value).toBeCloseTo(lead.microvolt[t] ?? NaN, 2));
      expect(values).toHaveLength(COUNT);
    }
  });
});

interface Decoder {
  setInput(bytes: ArrayBufferLike): void;
  decode(): void;
  getOutput(): {
    getSignalLabel(signal: number): string;
    getPhysicalSignal(signal: number, record: number): Float32Array;
  };
}

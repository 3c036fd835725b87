import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLASS_OF_WINNER, readVectorsResults, writeVectors } from './vectors.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isochrone-vectors-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('writes what firmware-templates/app/vectors/main.c describes', async () => {
  const file = join(folder, 'vectors.bin');
  await writeVectors(file, {
    vectors: [
      { input: Int8Array.of(-1, 2), classIndex: 3 },
      { input: Int8Array.of(-128, 127), classIndex: CLASS_OF_WINNER },
    ],
    observeLayers: true,
    fullGradients: 1,
  });
  const words = [
    0x49, 0x53, 0x4f, 0x56, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0,
  ];
  const vectors = [3, 0, 0, 0, 0xff, 2, 255, 0, 0, 0, 0x80, 0x7f];
  expect([...(await readFile(file))]).toEqual([...words, ...vectors]);
});

it('refuses vectors of different lengths', async () => {
  const vectors = [1, 2].map((n) => ({ input: new Int8Array(n), classIndex: 0 }));
  const request = { vectors, observeLayers: false, fullGradients: 0 };
  await expect(writeVectors(join(folder, 'bad.bin'), request)).rejects.toThrow('vector 1 has 2');
});

describe('results', () => {
  /** Two results of three classes, one layer, two gradient values; the first with its gradient. */
  function results(): Buffer {
    const out = Buffer.alloc(40 + 32 + 4 + 28 + 4 + 4);
    let at = 0;
    const u32 = (...values: number[]): void => {
      for (const value of values) at = out.writeUInt32LE(value, at);
    };
    const i16 = (...values: number[]): void => {
      for (const value of values) at = out.writeInt16LE(value, at);
    };
    u32(0x524f5349, 1, 2, 3, 1, 2, 1, 25_000_000, 0xdeadbeef, 0);
    i16(-1, 2, -32768, 0);
    u32(1, 0xcafe, 0xbeef, 4, 100, 200);
    i16(-7, 8);
    i16(5, 6, 7, 0);
    u32(2, 0xf00d, 0xfeed, 0, 101, 201);
    u32(480);
    return out.subarray(0, at);
  }

  it('are read field by field', async () => {
    const file = join(folder, 'results.bin');
    await writeFile(file, results());
    const read = await readVectorsResults(file);
    expect(read).toMatchObject({
      ticksPerSecond: 25_000_000,
      networkHash: 0xdeadbeef,
      stackHighWaterBytes: 480,
    });
    expect(read.results[0]).toEqual({
      logits: Int16Array.of(-1, 2, -32768),
      explainedClass: 1,
      layerCrcs: Uint32Array.of(0xcafe),
      gradientCrc: 0xbeef,
      saturations: 4,
      forwardTicks: 100,
      explainTicks: 200,
      gradient: Int16Array.of(-7, 8),
    });
    expect(read.results[1]).toMatchObject({ explainedClass: 2, explainTicks: 201 });
    expect(read.results[1]).not.toHaveProperty('gradient');
  });

  it('cut short anywhere, or of another kind, are refused', async () => {
    const whole = results();
    const file = join(folder, 'cut.bin');
    for (let bytes = 0; bytes < whole.length; bytes += 1) {
      await writeFile(file, whole.subarray(0, bytes));
      await expect(readVectorsResults(file)).rejects.toMatchObject({ code: 'VECTORS_RESULTS' });
    }
    whole[0] = 0;
    await writeFile(file, whole);
    await expect(readVectorsResults(file)).rejects.toMatchObject({ code: 'VECTORS_RESULTS' });
  });
});

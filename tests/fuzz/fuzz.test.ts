import { describe, expect, it } from 'vitest';
import { corpus } from './corpus.js';
import { fuzz, fuzzText } from './fuzz.js';
import { runIsolated } from './isolated.js';
import { mutation } from './mutate.js';
import { tryModel } from './try-model.js';

/** The long form is `npm run fuzz`; this runs in CI. */
const MUTATIONS = 1_500;

describe('damaged models', () => {
  it('are made from files that are sound', () => {
    const refused = corpus()
      .map(({ name, bytes }) => [name, tryModel(bytes, name)])
      .filter(([, result]) => result !== 'accepted');
    expect(refused).toEqual([]);
  });

  it('are the same for the same seed and number, and differ from their source', () => {
    const files = corpus();
    const [a, b] = [mutation(files, 7, 123), mutation(files, 7, 123)];
    expect(a.bytes).toEqual(b.bytes);
    expect(a.kinds).toEqual(b.kinds);
    for (let index = 0; index < 500; index += 1) mutation(files, 7, index);
    expect(files).toEqual(corpus());
    const changed = Array.from({ length: 200 }, (_, i) => mutation(files, 7, i)).filter(
      ({ file, bytes }) => Buffer.compare(file.bytes, bytes) !== 0,
    );
    expect(changed.length).toBeGreaterThan(160);
  });

  it(`give a typed error or a sound import (${MUTATIONS} of 'npm run fuzz')`, async () => {
    const report = await fuzz({ mutations: MUTATIONS, seed: 2 });
    expect(report.findings).toEqual([]);
    expect(report.accepted + report.refused).toBe(MUTATIONS);
    // They reach the deeper checks, and what stays sound is accepted, in both formats.
    expect(Object.keys(report.results)).toEqual(
      expect.arrayContaining(
        ['accepted', 'MODEL_DAMAGED', 'MODEL_BAD_SHAPE', 'MODEL_UNSUPPORTED_OPERATOR'].flatMap(
          (label) => [`onnx ${label}`, `tflite ${label}`],
        ),
      ),
    );
    expect(fuzzText(report)).toContain(`${MUTATIONS} mutations, seed 2`);
  }, 300_000);
});

it('a case that hangs, eats memory or dies is found by its number, and the rest goes on', async () => {
  const run = await runIsolated({
    worker: new URL('./fixtures/misbehave.ts', import.meta.url),
    data: undefined,
    from: 0,
    to: 11,
    limits: { timeMs: 5_000, memoryMiB: 200 },
  });
  expect(run.findings.map(({ index, kind }) => [index, kind])).toEqual([
    [2, 'hang'],
    [4, 'memory'],
    [6, 'memory'],
    [8, 'died'],
  ]);
  expect(run.findings.at(-1)?.what).toContain('case 8');
  expect(run.results.get('fine')).toBe(7);
}, 120_000);

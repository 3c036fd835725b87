import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { frontEnd } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import { OnnxBuilder } from '../../codegen/testing/onnx-builder.js';
import { testNetworks } from '../../codegen/testing/networks.js';
import { qdqNetwork, qOperatorNetwork } from '../../codegen/testing/quantized-onnx-networks.js';
import { hasOwnScales, lowerWithOwnScales } from '../../codegen/quantize/own-scales/lower.js';
import { seededRandom } from '../../codegen/testing/random.js';
import { DEFAULT_MODEL } from '../../host/cli/network.js';

const FILE = 'some/model.onnx';
/** Plain bytes; what knows the formats, and the long form, is tests/fuzz. */
const MUTATIONS = 3_000;

/** Imports and differentiates; gives the typed error, or undefined when it went through. Anything else is a defect. */
function importError(bytes: Uint8Array): IsochroneError | undefined {
  try {
    frontEnd(bytes, FILE);
    return undefined;
  } catch (error) {
    if (error instanceof IsochroneError) return error;
    throw error;
  }
}

/** The same for a network that is quantised already, down to its integer program. */
function lowerError(bytes: Uint8Array): IsochroneError | undefined {
  try {
    const prepared = frontEnd(bytes, FILE, 'none');
    if (hasOwnScales(prepared.graph)) lowerWithOwnScales(prepared);
    return undefined;
  } catch (error) {
    if (error instanceof IsochroneError) return error;
    throw error;
  }
}

/** How often each code comes out of files with flipped, overwritten, inserted or removed bytes. */
function mutated(
  sources: readonly Uint8Array[],
  seed: number,
  cases: number,
  errorOf: (bytes: Uint8Array) => IsochroneError | undefined,
): ReadonlyMap<string, number> {
  const random = seededRandom(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const seen = new Map<string, number>();
  for (let i = 0; i < cases; i += 1) {
    const bytes = Array.from(sources[pick(sources.length)] ?? new Uint8Array());
    for (let change = 0; change <= pick(3); change += 1) {
      const at = pick(bytes.length);
      const kind = pick(4);
      if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
      else if (kind === 1) bytes[at] = pick(256);
      else if (kind === 2) bytes.splice(at, 0, pick(256));
      else bytes.splice(at, 1 + pick(8));
    }
    const code = errorOf(Uint8Array.from(bytes))?.code ?? 'imported';
    seen.set(code, (seen.get(code) ?? 0) + 1);
  }
  return seen;
}

describe('a damaged model file', () => {
  const model = readFileSync(DEFAULT_MODEL);
  const small = testNetworks().map((network) => network.bytes);

  it('that is empty is called so, with the file', () => {
    const error = importError(new Uint8Array());
    expect(error?.code).toBe('MODEL_EMPTY');
    expect(error?.where['file']).toBe(FILE);
    expect(error?.hint).not.toBe('');
  });

  it('that is something else (text, zeros, an image header) is refused', () => {
    const others = [
      new TextEncoder().encode('this is not a model'),
      new Uint8Array(1000),
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    ];
    for (const bytes of others) expect(importError(bytes)?.code).toMatch(/^MODEL_/);
  });

  it('that is cut short anywhere gives a typed error naming the file', () => {
    // Every length of a small file, and a hundred of the default model.
    const [first = new Uint8Array()] = small;
    const cuts = [
      ...Array.from({ length: first.length - 1 }, (_, length) => first.subarray(0, length + 1)),
      ...Array.from({ length: 100 }, (_, i) =>
        model.subarray(0, 1 + Math.floor((i * model.length) / 100)),
      ),
    ];
    let accepted = 0;
    for (const bytes of cuts) {
      const error = importError(bytes);
      if (error === undefined) accepted += 1;
      else expect(error.where['file'], error.message).toBe(FILE);
    }
    // What stands behind the graph (operator set) may be cut without a loss only at its very end.
    expect(accepted).toBe(0);
  });

  it(`with flipped, overwritten, inserted or removed bytes gives a typed error or a sound import (${MUTATIONS} seeded cases)`, () => {
    const seen = mutated(small, 20_261_123, MUTATIONS, importError);
    // The cases must reach the deeper checks too, not only the first one.
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining(['imported', 'MODEL_DAMAGED', 'MODEL_BAD_SHAPE']),
    );
    for (const code of seen.keys()) expect(code).toMatch(/^(imported|MODEL_|EXPLAIN_)/);
  });

  it(`of codes gives a typed error or a sound program (${MUTATIONS / 3} seeded cases)`, () => {
    const quantized = [qdqNetwork('uint8', 13), qOperatorNetwork('int8')].flatMap((network) =>
      network.signals.slice(-1).map((signal) => network.bytesFor(signal)),
    );
    const seen = mutated(quantized, 20_261_124, MUTATIONS / 3, lowerError);
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining(['imported', 'MODEL_DAMAGED', 'MODEL_UNSUPPORTED_OPERATOR']),
    );
    for (const code of seen.keys()) expect(code).toMatch(/^(imported|MODEL_)/);
  });

  it('with a weight that is not a number is refused by tensor', () => {
    const builder = new OnnxBuilder(seededRandom(1), [1, 2, 4]);
    const w = builder.constant([1, 2, 1], Float32Array.of(1, NaN));
    const bytes = builder.bytes(builder.node('Conv', [builder.input, w], { kernel_shape: [1] }));
    const error = importError(bytes);
    expect(error?.code).toBe('MODEL_DAMAGED');
    expect(error?.message).toContain(w);
  });
});

describe('a model that this compiler cannot do', () => {
  it('is refused naming file, node and operator', () => {
    const builder = new OnnxBuilder(seededRandom(1), [1, 2, 8]);
    const bytes = builder.bytes(builder.node('NonZero', [builder.input]));
    const error = importError(bytes);
    expect(error?.code).toBe('MODEL_UNSUPPORTED_OPERATOR');
    expect(error?.where).toEqual({ file: FILE, operator: 'NonZero', node: '/NonZero_0' });
    expect(error?.message).toContain('NonZero');
    expect(error?.describe()).toContain(FILE);
  });

  it('is refused for its operator set, its free dimensions and its broadcasts', () => {
    const relu = (opset: number, shape: readonly number[]): Uint8Array => {
      const builder = new OnnxBuilder(seededRandom(1), shape, opset);
      return builder.bytes(builder.node('Relu', [builder.input]));
    };
    expect(importError(relu(6, [1, 2, 8]))?.code).toBe('MODEL_UNSUPPORTED_OPSET');
    expect(importError(relu(22, [1, 2, 8]))?.code).toBe('MODEL_UNSUPPORTED_OPSET');
    expect(importError(relu(13, [1, 2, 8]))).toBeUndefined();
    expect(importError(relu(13, [2, 2, 8]))?.code).toBe('MODEL_DYNAMIC_SHAPE');
    expect(importError(relu(13, [1, 5000, 5000]))?.code).toBe('MODEL_TOO_LARGE');
    const builder = new OnnxBuilder(seededRandom(1), [1, 2, 8]);
    const bias = builder.constant([1, 3, 1], Float32Array.of(1, 2, 3));
    const sum = importError(builder.bytes(builder.node('Add', [builder.input, bias])));
    expect(sum?.code).toBe('MODEL_BAD_SHAPE');
    expect(sum?.message).toContain('broadcast');
  });
});

import { describe, expect, it } from 'vitest';
import { frontEnd } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import { hasOwnScales, lowerWithOwnScales } from '../../codegen/quantize/own-scales/lower.js';
import { seededRandom } from '../../codegen/testing/random.js';
import { tfliteOperatorCases } from '../../codegen/testing/tflite-operator-cases.js';
import { int8TfliteNetwork } from '../../codegen/testing/tflite-networks.js';

const FILE = 'some/model.tflite';
const MUTATIONS = 5_000;

/** Imports and lowers; gives the typed error, or undefined when it went through. Anything else is a defect. */
function importError(bytes: Uint8Array): IsochroneError | undefined {
  try {
    const prepared = frontEnd(bytes, FILE, 'none');
    if (hasOwnScales(prepared.graph)) lowerWithOwnScales(prepared);
    return undefined;
  } catch (error) {
    if (error instanceof IsochroneError) return error;
    throw error;
  }
}

describe('a damaged TFLite file', () => {
  const model = int8TfliteNetwork();
  const cases = tfliteOperatorCases();

  it('is sound to begin with', () => expect(importError(model)).toBeUndefined());

  it('that is cut short anywhere gives a typed error naming the file', () => {
    let accepted = 0;
    for (let length = 0; length < model.length; length += 1) {
      const error = importError(model.subarray(0, length));
      if (error === undefined) accepted += 1;
      else expect(error.code).toMatch(/^MODEL_/);
    }
    expect(accepted).toBe(0);
  });

  it(`with changed bytes gives a typed error or a sound import (${MUTATIONS} seeded cases)`, () => {
    const random = seededRandom(20_261_125);
    const pick = (below: number): number => Math.floor(random() * below);
    const seen = new Map<string, number>();
    for (let i = 0; i < MUTATIONS; i += 1) {
      // Every second one of the operators' own small files.
      const source = i % 2 === 0 ? model : (cases[(i >> 1) % cases.length]?.bytes ?? model);
      const bytes = Uint8Array.from(source);
      for (let change = 0; change <= pick(4); change += 1) {
        const at = pick(bytes.length);
        const kind = pick(3);
        if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
        else if (kind === 1) bytes[at] = pick(256);
        else bytes.fill(pick(2) === 0 ? 0xff : 0x7f, at, at + 4);
      }
      const code = importError(bytes)?.code ?? 'accepted';
      seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    expect(seen.get('accepted') ?? 0).toBeGreaterThan(100);
    expect(seen.get('MODEL_DAMAGED') ?? 0).toBeGreaterThan(100);
    expect([...seen.keys()].every((code) => code === 'accepted' || code.startsWith('MODEL_'))).toBe(
      true,
    );
  });
});

import { describe, expect, it } from 'vitest';
import {
  annotation,
  AnnotationWriter,
  decodeAnnotations,
  encodeAnnotations,
} from './wfdb-annotations.js';

describe('annotations', () => {
  it('have the bytes of annot(5)', () => {
    // N (1) after 18 samples; V (5) 1024 later, which needs SKIP; a note with an odd text.
    const bytes = encodeAnnotations([
      annotation(18, 'N'),
      annotation(1042, 'V'),
      annotation(1043, '"', 'abc'),
    ]);
    expect(bytes.toString('hex')).toBe(
      ['1204', '00ec', '0000', '0004', '0014', '0158', '03fc', '61626300', '0000'].join(''),
    );
  });

  it('come back, at every length of interval and with every field', () => {
    const given = [0, 1, 1022, 1023, 1024, 65_535, 65_536, 10_000_000].map((sampleIndex, i) => ({
      sampleIndex,
      mnemonic: ['N', '"', 'V', '+', '(', ')', '~', 'p'][i] ?? 'N',
      subtype: i - 3,
      channel: i % 3,
      number: (i % 3) - 1,
      aux: 'é'.repeat(i),
    }));
    expect(decodeAnnotations(encodeAnnotations(given))).toEqual(given);
  });

  it('may be written out of order, and are read in order', () => {
    const writer = new AnnotationWriter();
    const bytes = Buffer.concat(
      [5000, 20, 70_000, 0].map((at) => writer.encode(annotation(at, 'N'))),
    );
    expect(decodeAnnotations(bytes).map(({ sampleIndex }) => sampleIndex)).toEqual([
      0, 20, 5000, 70_000,
    ]);
  });

  it('cut off anywhere give what is whole', () => {
    const given = Array.from({ length: 20 }, (_, i) => annotation(i * 700, '"', `mark ${i}`));
    const bytes = encodeAnnotations(given);
    for (let length = 0; length < bytes.length; length += 1) {
      const read = decodeAnnotations(bytes.subarray(0, length));
      expect(read.length).toBeLessThanOrEqual(20);
      read.slice(0, -1).forEach((one, i) => expect(one).toEqual(given[i]));
    }
  });

  it('that WFDB does not know are refused', () => {
    expect(() => new AnnotationWriter().encode(annotation(0, 'Z'))).toThrow(/no annotation/);
    expect(() => new AnnotationWriter().encode(annotation(0, '"', 'x'.repeat(256)))).toThrow(/256/);
  });
});

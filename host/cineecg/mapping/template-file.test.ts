import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../codegen/testing/random.js';
import { readStoredTemplates } from '../../templates/files.js';
import { lesionOfClass } from './class-lesions.js';
import { inner } from './principal-components.js';
import { LESION_KINDS, matchedFilter, signedAmplitudes } from './pull-back.js';
import {
  fromSharedShapes,
  loadTemplates,
  templatesFromText,
  templatesToText,
  toSharedShapes,
} from './template-file.js';

const random = seededRandom(3);
const rows = Array.from({ length: 5 }, () =>
  Float64Array.from({ length: 64 }, () => random() - 0.5),
);

describe('shared shapes', () => {
  it('give rows back within the rounding of their shapes, when there are as many', () => {
    fromSharedShapes(toSharedShapes(rows, 5)).forEach((row, s) => {
      const error = row.map((value, i) => value - (rows[s]?.[i] ?? NaN));
      expect(Math.sqrt(inner(error, error) / inner(row, row))).toBeLessThan(0.02);
    });
  });

  it('of fewer keep what the rows have in common', () => {
    const common = rows.map((row, s) =>
      row.map((value, i) => 5 * (s + 1) * (rows[0]?.[i] ?? 0) + 0.1 * value),
    );
    fromSharedShapes(toSharedShapes(common, 1)).forEach((row, s) => {
      const error = row.map((value, i) => value - (common[s]?.[i] ?? NaN));
      expect(Math.sqrt(inner(error, error) / inner(row, row))).toBeLessThan(0.1);
    });
  });
});

describe.each(LESION_KINDS)('stored templates: %s', (kind) => {
  const stored = readStoredTemplates(kind);
  const set = loadTemplates(stored);

  it('are written and read back alike', () => {
    const again = templatesFromText(templatesToText(stored), 'test');
    expect(loadTemplates(again)).toEqual(set);
  });

  it('find their own lesion in the mean beat that has it', () => {
    set.templates.forEach(({ difference }, s) => {
      const beat = set.normal.map((value, i) => value + (difference[i] ?? 0));
      expect(signedAmplitudes(set, beat)[s]).toBeCloseTo(1, 0);
      const scores = matchedFilter(set, beat);
      // Compressed: origins beside each other may change places, no more.
      expect((scores[s] ?? 0) / Math.max(...scores)).toBeGreaterThan(0.95);
    });
  });

  it('name every region that a lesion of the kind can have', () => {
    const regions = new Set(stored.places.map(({ region }) => region));
    expect(regions.size).toBe(21);
  });
});

describe('a file', () => {
  it.each(['', '{}', '[]', 'null', '{"format":"isochrone-templates-1","kind":"scar"}'])(
    'that is none is refused: %s',
    (text) => {
      expect(() => templatesFromText(text, 'x.json')).toThrow(/x\.json holds no templates/u);
    },
  );

  it('with a template too few is refused', () => {
    const stored = readStoredTemplates('scar');
    const text = templatesToText({ ...stored, places: stored.places.slice(1) });
    expect(() => templatesFromText(text, 'x.json')).toThrow(/holds no templates/u);
  });
});

describe('the lesion of a class', () => {
  it.each([
    ['MI', 'scar'],
    ['IMI', 'scar'],
    ['STEMI', 'ischaemia'],
    ['STTC', 'ischaemia'],
    ['ISCAL', 'ischaemia'],
    ['PVC', 'ectopic'],
    ['NORM', undefined],
    ['CD', undefined],
    ['class_3', undefined],
  ])('%s is %s', (name, kind) => {
    expect(lesionOfClass(name)).toBe(kind);
  });
});

/** Colours that carry meaning stay apart for readers with a colour-vision deficiency, in both schemes of the style sheet. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hexRgb, type Rgb } from './palette.js';

type Matrix = readonly [Rgb, Rgb, Rgb];

/** Machado, Oliveira, Fernandes 2009, table of matrices, severity 1.0; on linear RGB. */
const DEFICIENCIES: Readonly<Record<string, Matrix>> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const PAIRS = [
  ['--for', '--against'],
  ['--for', '--track'],
  ['--against', '--track'],
  ['--trace', '--panel'],
  ['--trace', '--grid-bold'],
] as const;
/** CIE 1976 ΔE: 2.3 is a just noticeable difference (Mahy et al. 1994); ten of them are seen at a glance. */
const LEAST_DIFFERENCE = 23;

const css = readFileSync(join(import.meta.dirname, 'style.css'), 'utf8');
/** The custom properties of the first and second `:root` block: dark, light. */
const [dark = {}, light = {}] = [...css.matchAll(/:root \{([^}]*)\}/gu)].map(([, block = '']) =>
  Object.fromEntries(
    [...block.matchAll(/(--[\w-]+): (#[\da-f]+);/gu)].map(([, name = '', hex = '']) => [name, hex]),
  ),
);

const linear = (color: Rgb): Rgb =>
  color.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
const times = (matrix: Matrix, [r, g, b]: Rgb): Rgb =>
  matrix.map((row) => row[0] * r + row[1] * g + row[2] * b) as unknown as Rgb;

/** CIELAB of linear sRGB, white point D65. */
function lab(color: Rgb): Rgb {
  const [x, y, z] = times(
    [
      [0.4124, 0.3576, 0.1805],
      [0.2126, 0.7152, 0.0722],
      [0.0193, 0.1192, 0.9505],
    ],
    color,
  );
  const f = (t: number): number =>
    t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
  const [fx, fy, fz] = [f(x / 0.9505), f(y), f(z / 1.089)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

function difference(a: string, b: string, seenBy: Matrix): number {
  const [one, two] = [a, b].map((hex) => {
    const seen = times(seenBy, linear(hexRgb(hex)));
    return lab(seen.map((part) => Math.min(1, Math.max(0, part))) as unknown as Rgb);
  });
  return Math.hypot(...(one ?? []).map((part, i) => part - (two?.[i] ?? 0)));
}

describe.each([
  ['dark', dark],
  ['light', light],
])('the %s scheme', (_scheme, colors) => {
  it.each(Object.entries(DEFICIENCIES))('keeps meanings apart with %s', (_name, seenBy) => {
    for (const [a, b] of PAIRS) {
      const [one, two] = [colors[a] ?? '', colors[b] ?? ''];
      expect(difference(one, two, seenBy), `${a} ${one}, ${b} ${two}`).toBeGreaterThan(
        LEAST_DIFFERENCE,
      );
    }
  });
});

it('sees what a red and a green of one luminance come to without the green cones', () => {
  const [red, green] = ['#c04040', '#577a3a'];
  expect(difference(red, green, DEFICIENCIES['none'] as Matrix)).toBeGreaterThan(60);
  expect(difference(red, green, DEFICIENCIES['deuteranopia'] as Matrix)).toBeLessThan(
    0.5 * difference(red, green, DEFICIENCIES['none'] as Matrix),
  );
});

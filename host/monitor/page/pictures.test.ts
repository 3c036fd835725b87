import { describe, expect, it } from 'vitest';
import { HEART_VIEWS } from './heart-view.js';
import { bullsEyeCells } from '../bulls-eye-cells.js';
import { phaseRanges, symmetricLimit } from './beat-view.js';
import { cividis, hexRgb, inkOn } from './palette.js';

describe("bull's-eye", () => {
  const cells = bullsEyeCells();
  const cell = (region: number): { x: number; y: number; radius: number } => {
    const found = cells.find((each) => each.region === region);
    if (found === undefined) throw new Error(`no region ${region}`);
    const radius = (found.inner + found.outer) / 2;
    const angle = (((found.from + found.to) / 2) * Math.PI) / 180;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), radius };
  };

  it('has every region once', () => {
    expect(cells.map(({ region }) => region).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 21 }, (_unused, i) => i),
    );
  });
  it.each([
    [1, 'up', 0, 1],
    [2, 'septal, towards the front', -1, 1],
    [3, 'septal, towards the diaphragm', -1, -1],
    [4, 'down', 0, -1],
    [5, 'lateral, towards the diaphragm', 1, -1],
    [6, 'lateral, towards the front', 1, 1],
    [14, 'septal', -1, 0],
    [16, 'lateral', 1, 0],
    [21, 'outflow, in front and to the right', -1, 1],
  ])('puts segment %d %s', (segment, _where, x, y) => {
    const at = cell(segment - 1);
    const sign = (value: number): number => (Math.abs(value) < 1e-9 ? 0 : Math.sign(value));
    expect([sign(at.x), sign(at.y)]).toEqual([x, y]);
  });
  it('has the apex in the middle and the base outside', () => {
    expect(cell(12).radius).toBeLessThan(cell(6).radius);
    expect(cell(6).radius).toBeLessThan(cell(0).radius);
    expect(cell(0).radius).toBeLessThan(cell(17).radius);
  });
});

describe('the three views', () => {
  it.each(Object.values(HEART_VIEWS))('$name is right-handed as seen by the viewer', (view) => {
    // Frank axes (left, inferior, posterior) are right-handed; right × down points away from the viewer.
    const [a, b] = [view.right, view.down];
    const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    const towards = cross.map((part) => 0 - part);
    expect(towards.map((part) => part + 0)).toEqual(
      [...view.towardsViewer].map((part) => part + 0),
    );
  });
});

describe('colours', () => {
  it('cividis rises in luminance from end to end, so that grey shows it too', () => {
    const luminance = Array.from({ length: 21 }, (_unused, i) => {
      const [red, green, blue] = cividis(i / 20);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    expect([...luminance].sort((a, b) => a - b)).toEqual(luminance);
    expect(cividis(Number.NaN)).toEqual(cividis(-1));
    expect(cividis(2)).toEqual([255, 234, 70]);
  });
  it('reads short and long hex', () => {
    expect([hexRgb('#fff'), hexRgb(' #102030 ')]).toEqual([
      [255, 255, 255],
      [16, 32, 48],
    ]);
  });
  it('writes dark on light and light on dark', () => {
    expect(inkOn([255, 234, 70])).not.toBe(inkOn([0, 32, 77]));
  });
});

describe('mean beat', () => {
  it('shows only the phases that were found', () => {
    const fiducials = { pOnset: -1, pEnd: -1, qrsOnset: 26, jPoint: 35, tPeak: 50, tEnd: -1 };
    expect(phaseRanges(fiducials)).toEqual([{ phase: 'QRS', from: 26, to: 35 }]);
  });
  it('scales a signed map by the largest magnitude of either sign', () => {
    expect(
      symmetricLimit([
        [1, -3],
        [2, Number.NaN],
      ]),
    ).toBe(3);
    expect(symmetricLimit([])).toBe(0);
  });
});

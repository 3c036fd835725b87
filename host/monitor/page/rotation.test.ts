import { describe, expect, it } from 'vitest';
import { HEART_VIEWS } from './heart-view.js';
import { isTurned, turned, UNTURNED } from './rotation.js';

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
/** Determinant of the three screen axes: −1 or +1 as the view is built. */
const handedness = (view: {
  right: readonly number[];
  down: readonly number[];
  towardsViewer: readonly number[];
}): number => {
  const [a = 0, b = 0, c = 0] = view.right;
  const [d = 0, e = 0, f = 0] = view.down;
  return dot([b * f - c * e, c * d - a * f, a * e - b * d], view.towardsViewer);
};

describe('turning a view', () => {
  it('keeps length, right angles and handedness', () => {
    for (const view of Object.values(HEART_VIEWS)) {
      const seen = turned(view, { yawDegrees: 37, pitchDegrees: -64 });
      for (const axis of [seen.right, seen.down, seen.towardsViewer]) {
        expect(dot(axis, axis)).toBeCloseTo(1, 12);
      }
      expect(dot(seen.right, seen.down)).toBeCloseTo(0, 12);
      expect(dot(seen.right, seen.towardsViewer)).toBeCloseTo(0, 12);
      expect(handedness(seen)).toBeCloseTo(handedness(view), 12);
    }
  });

  it('a quarter to the right brings what was left on the screen to the viewer', () => {
    const { right } = HEART_VIEWS.frontal;
    const seen = turned(HEART_VIEWS.frontal, { yawDegrees: 90, pitchDegrees: 0 });
    // A drag to the right moves the front to the right, so the left side comes to the front.
    expect(dot(seen.towardsViewer, right)).toBeCloseTo(-1, 12);
    expect(dot(seen.right, HEART_VIEWS.frontal.towardsViewer)).toBeCloseTo(1, 12);
  });

  it('a quarter down brings the top to the viewer', () => {
    const seen = turned(HEART_VIEWS.frontal, { yawDegrees: 0, pitchDegrees: 90 });
    expect(dot(seen.towardsViewer, HEART_VIEWS.frontal.down)).toBeCloseTo(-1, 12);
  });

  it('by nothing is the view itself', () => {
    const { frontal } = HEART_VIEWS;
    const seen = turned(frontal, UNTURNED);
    expect([seen.right, seen.down]).toEqual([frontal.right, frontal.down]);
    expect(isTurned(UNTURNED)).toBe(false);
  });
});

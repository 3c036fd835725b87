/** The bull's-eye as cells, for a canvas or a drawing. */

export interface EyeCell {
  /** Index into the 21 scores. */
  readonly region: number;
  readonly label: string;
  /** Radii as shares of the outermost one; angles in degrees, 0 at the right, anticlockwise, anterior up. */
  readonly inner: number;
  readonly outer: number;
  readonly from: number;
  readonly to: number;
}

const RV_NAMES = ['RV base', 'RV mid', 'RV apex', 'RV outflow'] as const;

/** AHA: anterior up, septum left, so the right ventricle's four cells hug the left side; outflow at the front. */
export function bullsEyeCells(): EyeCell[] {
  const cells: EyeCell[] = [];
  const ring = (first: number, count: number, inner: number, outer: number): void => {
    const step = 360 / count;
    for (let i = 0; i < count; i += 1) {
      const centre = 90 + i * step;
      cells.push({
        region: first + i,
        label: String(first + i + 1),
        inner,
        outer,
        from: centre - step / 2,
        to: centre + step / 2,
      });
    }
  };
  ring(0, 6, 0.58, 0.8);
  ring(6, 6, 0.36, 0.58);
  ring(12, 4, 0.15, 0.36);
  cells.push({ region: 16, label: '17', inner: 0, outer: 0.15, from: 0, to: 360 });
  // Outflow (20) in front, then base, mid and apex towards the diaphragm.
  [20, 17, 18, 19].forEach((region, i) => {
    cells.push({
      region,
      label: (RV_NAMES[region - 17] ?? '').replace('RV ', ''),
      inner: 0.83,
      outer: 1,
      from: 120 + 30 * i,
      to: 150 + 30 * i,
    });
  });
  return cells;
}

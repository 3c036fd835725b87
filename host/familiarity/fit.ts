/** From descriptions of the windows that a network was trained on to the statistics that a device compares with. */
import type { Familiarity } from '../../codegen/quantize/familiarity.js';
import { FAMILIARITY_FEATURES, FAMILIARITY_MEASURES } from '../../codegen/quantize/familiarity.js';
import { principalDirections } from '../cineecg/mapping/principal-components.js';
import { quantile } from '../evaluate/statistics.js';
import type { WindowDescription } from './describe.js';
import { squaredDistance } from './unfamiliarity.js';

/** Fewer windows have no extremes to speak of. */
export const LEAST_WINDOWS = 500;
/** Twice as many told altered records (strangers.ts) of the training folds apart no better. */
const DIRECTIONS = 16;
/** Statistics are of the nearest: a few records of poor quality would make everything near. */
const KEPT_SHARE = 0.95;
const ROUNDS = 4;
/** Of windows that the statistics do not know, each set by the others, this share is near enough. */
const NEAR_SHARE = 0.99;
/** Of each measure this share lies beyond either end. */
const BEYOND_SHARE = 0.001;
/** A gain is no diagnosis: the amplitude may leave what training saw by half as much again; its power's logarithm in 256ths. */
const GAIN_MARGIN = Math.round(256 * 2 * Math.log2(1.5));
/** A feature of less spread than 16 steps of 4096 would not fit its gain. */
const LEAST_DEVIATION = 16.01;

interface Shape extends Pick<Familiarity, 'mean' | 'gain' | 'directions' | 'forgiven'> {
  /** Variance in every direction besides those named, in standard deviations of each feature. */
  readonly floor: number;
}

/**
 * @param sets descriptions by set of records: limits are chosen on each set by the statistics of the others
 * @returns undefined where there are too few
 */
export function fitFamiliarity(
  sets: readonly (readonly WindowDescription[])[],
): Familiarity | undefined {
  const all = sets.flat();
  if (all.length < LEAST_WINDOWS || sets.length < 2) return undefined;
  const shape = shapeOf(all);
  const unknown = sets.flatMap((own, index) => {
    const others = shapeOf(sets.filter((_, i) => i !== index).flat());
    return own.map((window) => distanceIn(others, window));
  });
  const ends = Array.from({ length: FAMILIARITY_MEASURES }, (_, i) => {
    const values = all.map(({ measures }) => measures[i] ?? 0);
    const margin = i === 0 ? GAIN_MARGIN : 0;
    return [
      Math.floor(quantile(values, BEYOND_SHARE)) - margin,
      Math.ceil(quantile(values, 1 - BEYOND_SHARE)) + margin,
    ] as const;
  });
  return {
    windows: all.length,
    mean: shape.mean,
    gain: shape.gain,
    directions: shape.directions,
    forgiven: shape.forgiven,
    limit: Math.ceil(quantile(unknown, NEAR_SHARE) * shape.floor),
    middle: ends.map(([low, high]) => Math.round((low + high) / 2)),
    halfWidth: ends.map(([low, high]) => Math.max(1, Math.ceil((high - low) / 2))),
  };
}

/** In units of the shape's own floor, so that shapes of other records can be compared. */
function distanceIn(shape: Shape, window: WindowDescription): number {
  return Number(squaredDistance(shape, window.features)) / shape.floor;
}

function shapeOf(windows: readonly WindowDescription[]): Shape {
  let kept = windows;
  let shape = shapeOfAll(kept);
  for (let round = 1; round < ROUNDS; round += 1) {
    const distances = windows.map((window) => distanceIn(shape, window));
    const most = quantile(distances, KEPT_SHARE);
    kept = windows.filter((_, i) => (distances[i] ?? 0) <= most);
    shape = shapeOfAll(kept);
  }
  return shape;
}

function shapeOfAll(windows: readonly WindowDescription[]): Shape {
  const features = Array.from({ length: FAMILIARITY_FEATURES }, (_, i) => i);
  const column = (i: number): number[] => windows.map((window) => window.features[i] ?? 0);
  const means = features.map((i) => column(i).reduce((sum, v) => sum + v, 0) / windows.length);
  const deviations = features.map((i) => {
    const squares = column(i).reduce((sum, v) => sum + (v - (means[i] ?? 0)) ** 2, 0);
    return Math.max(LEAST_DEVIATION, Math.sqrt(squares / windows.length));
  });
  const rows = windows.map((window) =>
    Float64Array.from(
      features,
      (i) => ((window.features[i] ?? 0) - (means[i] ?? 0)) / (deviations[i] ?? 1),
    ),
  );
  // The covariance has the rows' directions, and their variances squared: 72 rows instead of thousands.
  const covariance = features.map((a) =>
    Float64Array.from(
      features,
      (b) => rows.reduce((sum, row) => sum + (row[a] ?? 0) * (row[b] ?? 0), 0) / rows.length,
    ),
  );
  const { directions, squares } = principalDirections(covariance, DIRECTIONS);
  const variances = squares.map(Math.sqrt);
  const whole = features.reduce((sum, i) => sum + (covariance[i]?.[i] ?? 0), 0);
  const floor =
    (whole - variances.reduce((sum, v) => sum + v, 0)) / (FAMILIARITY_FEATURES - directions.length);
  return {
    mean: means.map(Math.round),
    gain: deviations.map((deviation) => Math.round(2 ** 20 / deviation)),
    directions: directions.map((direction) =>
      Array.from(direction, (v) => Math.max(-128, Math.min(127, Math.round(128 * v)))),
    ),
    forgiven: variances.map((v) => Math.max(0, Math.min(255, Math.round(256 * (1 - floor / v))))),
    floor,
  };
}

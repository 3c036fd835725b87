/** Templates from simulated beats: lesion minus normal, and the filters that find them among normal variation. */
import type { FrankVector } from '../vector.js';
import type { LesionTemplate, TemplateKind, TemplateSet } from './pull-back.js';
import { covarianceOf, inner, meanOf, whiten, type Covariance } from './principal-components.js';

export interface LesionBeats {
  readonly region: number;
  readonly frankMm: FrankVector;
  readonly site: number;
  /** `[lead 8][t]`, millivolt, one a heart. */
  readonly beats: readonly Float64Array[];
}

export interface TemplateOptions {
  /** Principal components of the normal beats' covariance. */
  readonly components?: number;
  /** Root mean square of what every sample may have besides, millivolt: noise, and whatever the simulator lacks [D]. */
  readonly floorMillivolt?: number;
}

export const COVARIANCE_COMPONENTS = 40;
export const FLOOR_MILLIVOLT = 0.02;

export function buildTemplates(
  kind: TemplateKind,
  normals: readonly Float64Array[],
  lesions: readonly LesionBeats[],
  options: TemplateOptions = {},
): TemplateSet {
  const { components = COVARIANCE_COMPONENTS, floorMillivolt = FLOOR_MILLIVOLT } = options;
  const normal = meanOf(normals);
  const covariance = covarianceOf(normals, components, floorMillivolt ** 2);
  return {
    kind,
    samples: normal.length / 8,
    normal,
    templates: lesions.map(({ region, frankMm, site, beats }) => {
      const difference = meanOf(beats).map((value, i) => value - (normal[i] ?? 0));
      return lesionTemplate({ region, frankMm, site, difference }, covariance);
    }),
  };
}

/** What finds the difference among the variation that the covariance knows. */
export function lesionTemplate(
  lesion: Omit<LesionTemplate, 'filter' | 'detectability'>,
  covariance: Covariance,
): LesionTemplate {
  const whitened = whiten(covariance, lesion.difference);
  const square = inner(lesion.difference, whitened);
  return {
    ...lesion,
    filter: whitened.map((value) => (square > 0 ? value / square : 0)),
    detectability: Math.sqrt(Math.max(0, square)),
  };
}

/** The device's templates from the evaluation's: the same simulated beats, fewer origins, a floor for real noise, in shared shapes. */
import { FLOOR_MILLIVOLT, COVARIANCE_COMPONENTS } from '../cineecg/mapping/build-templates.js';
import { LESION_KINDS } from '../cineecg/mapping/pull-back.js';
import {
  type ShapeCounts,
  type StoredTemplates,
  storeTemplates,
} from '../cineecg/mapping/template-file.js';
import { coarser, modelOf, type Distilled } from '../evaluate/place-model.js';

/**
 * Shared shapes of each kind, as few as leave amplitudes within about a hundredth. Filters of scars are too different to share any;
 * injury currents, and the many origins of ectopic beats, share theirs.
 */
const SHAPE_COUNTS: Readonly<Record<(typeof LESION_KINDS)[number], ShapeCounts>> = {
  scar: { difference: 21, filter: 21 },
  ischaemia: { difference: 16, filter: 16 },
  ectopic: { difference: 24, filter: 32 },
};

/** @param sites origins of ectopic beats: the first so many, which are as evenly spread as all of them */
export function deviceTemplates(distilled: Distilled, sites: number): StoredTemplates[] {
  const { sets } = modelOf(
    coarser(distilled, {
      components: COVARIANCE_COMPONENTS,
      floorMillivolt: FLOOR_MILLIVOLT,
    }),
  );
  return LESION_KINDS.map((kind) => {
    const { templates, ...set } = sets[kind];
    const own = kind === 'ectopic' ? templates.slice(0, sites) : templates;
    const recipe =
      `models/place/templates.json: ${distilled.hearts} hearts with lesions; ${own.length} of its ${templates.length} places, ` +
      `${COVARIANCE_COMPONENTS} components, floor ${1000 * FLOOR_MILLIVOLT} µV`;
    return storeTemplates({ ...set, templates: own }, recipe, SHAPE_COUNTS[kind]);
  });
}

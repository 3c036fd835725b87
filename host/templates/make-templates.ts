/** Templates of one kind, from simulator to stored form. */
import { buildTemplates, FLOOR_MILLIVOLT } from '../cineecg/mapping/build-templates.js';
import type { TemplateKind } from '../cineecg/mapping/pull-back.js';
import {
  type ShapeCounts,
  type StoredTemplates,
  storeTemplates,
} from '../cineecg/mapping/template-file.js';
import { lesionBeats, type SimulationSize, TEMPLATE_POPULATION } from './simulate-beats.js';

/**
 * Shared shapes of each kind, as few as leave amplitudes within about a hundredth. Filters of scars are too different to share any;
 * injury currents, and the many origins of ectopic beats, share theirs.
 */
const SHAPE_COUNTS: Readonly<Record<TemplateKind, ShapeCounts>> = {
  scar: { difference: 17, filter: 17 },
  ischaemia: { difference: 12, filter: 12 },
  ectopic: { difference: 24, filter: 32 },
};

export function makeTemplates(
  kind: TemplateKind,
  normals: readonly Float64Array[],
  size: SimulationSize,
  progress?: (done: number, of: number) => void,
): StoredTemplates {
  const set = buildTemplates(kind, normals, lesionBeats(kind, size, progress));
  const recipe =
    `${size.normals} normal hearts, ${kind === 'ectopic' ? size.heartsPerSite : size.heartsPerLesion} hearts a lesion, population "${TEMPLATE_POPULATION.name}", ` +
    `floor ${1000 * FLOOR_MILLIVOLT} µV`;
  return storeTemplates(set, recipe, SHAPE_COUNTS[kind]);
}

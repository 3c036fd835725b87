/** Beats of many simulated hearts, with and without a lesion, as templates are made of them. */
import type { LesionBeats } from '../cineecg/mapping/build-templates.js';
import type { TemplateKind } from '../cineecg/mapping/pull-back.js';
import { REGIONS } from '../cineecg/geometry.js';
import { INDEPENDENT_IN_TWELVE } from '../cineecg/matrices.js';
import {
  ADULTS,
  drawHeart,
  makeHeart,
  type Population,
  type SimulatedHeart,
} from '../records/synthetic/heart.js';
import { type HeartCondition, drawParameters } from '../records/synthetic/heart.js';
import { type MedianBeat, simulateMedianBeat } from '../records/synthetic/median-beat.js';
import { seededRandom } from '../records/synthetic/random.js';
import { NO_LESION } from '../records/synthetic/tissue.js';
import { positionMm } from '../records/synthetic/ventricles.js';

/** No heart and no body of these is among those that an evaluation draws: the streams' names differ. */
export const TEMPLATE_POPULATION: Population = {
  ...ADULTS,
  name: 'templates',
  bodies: 'templates',
};

/** AHA segments; the right ventricle has ectopic templates only, since its walls are too thin for an infarct that leads would show. */
const LESION_SEGMENTS = 17;

const NORMAL: HeartCondition = { lesion: NO_LESION, origin: { conduction: 'normal' } };

/** `[lead 8][t]`, millivolt, flat. */
export function independentBeat({ millivolt }: Pick<MedianBeat, 'millivolt'>): Float64Array {
  const rows = INDEPENDENT_IN_TWELVE.map((lead) => millivolt[lead] ?? new Float32Array());
  return Float64Array.from(rows.flatMap((row) => Array.from(row)));
}

export interface SimulationSize {
  readonly normals: number;
  readonly heartsPerLesion: number;
  readonly ectopicSites: number;
  /** Fewer than of the others: there are so many origins. */
  readonly heartsPerSite: number;
}

/** One beat of a heart; where the 100 Hz samples fall is drawn anew each time. */
function beatOf(heart: SimulatedHeart, condition: HeartCondition, seed: number): Float64Array {
  const phaseMs = 10 * seededRandom(seed, 'sampling phase of templates').uniform();
  return independentBeat(simulateMedianBeat(heart, condition, { phaseMs }));
}

export function normalBeats(
  count: number,
  progress: (done: number, of: number) => void = () => undefined,
): Float64Array[] {
  return Array.from({ length: count }, (_, seed) => {
    const beat = beatOf(drawHeart(TEMPLATE_POPULATION, seed), NORMAL, seed);
    progress(seed + 1, count);
    return beat;
  });
}

interface LesionPlace {
  readonly region: number;
  readonly site: number;
  readonly frankMm: readonly [number, number, number];
  readonly condition: HeartCondition;
}

function placesOf(kind: TemplateKind, ectopicSites: number): LesionPlace[] {
  if (kind === 'ectopic') return spreadSites(ectopicSites);
  return REGIONS.slice(0, LESION_SEGMENTS).map(({ centreMm }, region) => ({
    region,
    site: -1,
    frankMm: centreMm,
    condition: { lesion: { kind, segments: [region + 1] }, origin: { conduction: 'normal' } },
  }));
}

/** Sites as far from one another as can be, on the generic heart: each is the node farthest from all before it. */
function spreadSites(count: number): LesionPlace[] {
  const generic = makeHeart(
    drawParameters(
      { ...TEMPLATE_POPULATION, variation: 0, wallVariation: 0, bodies: 'generic' },
      0,
      'none',
    ),
  );
  const { nodes } = generic.ventricles.lattice;
  const at = nodes.map((_, node) => positionMm(generic.ventricles, node));
  const away = new Float64Array(nodes.length).fill(Number.POSITIVE_INFINITY);
  const places: LesionPlace[] = [];
  let next = 0;
  while (places.length < Math.min(count, nodes.length)) {
    const site = next;
    const frankMm = at[site] ?? [0, 0, 0];
    places.push({
      region: (nodes[site]?.segment ?? 1) - 1,
      site,
      frankMm,
      condition: { lesion: NO_LESION, origin: { ectopicNode: site } },
    });
    at.forEach((other, node) => {
      const distance = Math.hypot(
        other[0] - frankMm[0],
        other[1] - frankMm[1],
        other[2] - frankMm[2],
      );
      away[node] = Math.min(away[node] ?? 0, distance);
    });
    next = away.indexOf(Math.max(...away));
  }
  return places;
}

/** @param progress called after each heart */
export function lesionBeats(
  kind: TemplateKind,
  { heartsPerLesion, ectopicSites, heartsPerSite }: Omit<SimulationSize, 'normals'>,
  progress: (done: number, of: number) => void = () => undefined,
): LesionBeats[] {
  const places = placesOf(kind, ectopicSites);
  const beats = places.map((): Float64Array[] => []);
  const hearts = kind === 'ectopic' ? heartsPerSite : heartsPerLesion;
  for (let seed = 0; seed < hearts; seed += 1) {
    const heart = drawHeart(TEMPLATE_POPULATION, seed);
    places.forEach(({ condition }, s) => {
      beats[s]?.push(beatOf(heart, condition, seed * places.length + s));
    });
    progress(seed + 1, hearts);
  }
  return places.map(({ region, site, frankMm }, s) => ({
    ...{ region, site, frankMm },
    beats: beats[s] ?? [],
  }));
}

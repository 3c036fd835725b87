/** The two mappings that read attributions lead by lead: plain, by the lead that faces a segment, and paper-like, painted on the path. */
import { REGIONS } from '../geometry.js';
import { expandLeads } from '../leads.js';
import { DOWER_FORWARD_MILLI, TWELVE_LEAD_COUNT } from '../matrices.js';
import { type FrankVector, dot, unit } from '../vector.js';
import { type BeatEvidence, type BeatPlace, column } from './beat-evidence.js';
import { type HeartMap, NODE_COUNT, mapOfNodes } from './heart-map.js';
import { kernelWeights } from './kernels.js';

/** Direction that each of the twelve leads looks along, Frank, from Dower's forward matrix. */
const LEAD_DIRECTIONS: readonly FrankVector[] = (() => {
  const axis = (a: number): number[] => expandLeads(DOWER_FORWARD_MILLI.map((row) => row[a] ?? 0));
  const [x, y, z] = [axis(0), axis(1), axis(2)];
  return x.map((value, lead) => unit([value, y[lead] ?? 0, z[lead] ?? 0]));
})();

/** The lead that looks most along each region's outward normal; index into the twelve. */
export const FACING_LEAD: readonly number[] = REGIONS.map(({ normal }) => {
  const cosines = LEAD_DIRECTIONS.map((direction) => dot(normal, direction));
  return cosines.indexOf(Math.max(...cosines));
});

/** Sum of |attribution| of each lead over QRS and ST-T. */
function leadMass({ attribution, samples }: BeatEvidence, { ranges }: BeatPlace): number[] {
  return Array.from({ length: TWELVE_LEAD_COUNT }, (_, lead) => {
    let sum = 0;
    for (let t = ranges[1][0]; t < ranges[2][1]; t += 1) {
      sum += Math.abs(attribution[lead * samples + t] ?? 0);
    }
    return sum;
  });
}

/** Plain twelve-lead attribution, read as a reader would: a segment gets what the lead that faces it has. By region. */
export function plainMap(beat: BeatEvidence, place: BeatPlace): number[] {
  const mass = leadMass(beat, place);
  return FACING_LEAD.map((lead) => mass[lead] ?? 0);
}

/** r(t) = mean over the twelve leads of |attribution|, over the path's moments. */
export function paperLikeEvidence({ attribution, samples }: BeatEvidence, t: number): number {
  const moment = column(attribution, samples, TWELVE_LEAD_COUNT, t);
  return moment.reduce((sum, value) => sum + Math.abs(value), 0) / TWELVE_LEAD_COUNT;
}

/**
 * Paper-like [?]: r(t) painted on the path and deposited around it. Not the paper's own formula, which is not published in what
 * this project holds. The path stays near the septum, so this says when, not where: a display.
 */
export function paperLikeMap(beat: BeatEvidence, place: BeatPlace, sigmaMm?: number): HeartMap {
  const nodes = new Float64Array(NODE_COUNT);
  const options = { kernel: 'position' as const, ...(sigmaMm === undefined ? {} : { sigmaMm }) };
  place.pathMm.forEach((atMm, i) => {
    const mass = paperLikeEvidence(beat, place.ranges[1][0] + i);
    if (mass === 0) return;
    kernelWeights(options, atMm, [0, 0, 0]).forEach((weight, node) => {
      nodes[node] = (nodes[node] ?? 0) + mass * weight;
    });
  });
  return mapOfNodes(nodes);
}

/** The mappings of one window, side by side: each gives shares by region and, where it can, their spread over beats. */
import { meanAttribution, selectBeats } from '../cineecg/beats.js';
import { REGION_COUNT } from '../cineecg/geometry.js';
import type { HeartExplanation, HeartInput } from '../cineecg/explain.js';
import { meanAndSpread } from '../cineecg/mapping/average.js';
import {
  beatEvidence,
  type BeatEvidence,
  type BeatPlace,
} from '../cineecg/mapping/beat-evidence.js';
import { paperLikeMap, plainMap } from '../cineecg/mapping/lead-arms.js';
import { asShares, byRegion } from '../cineecg/mapping/pull-back.js';
import { loadTemplates, type StoredTemplates } from '../cineecg/mapping/template-file.js';
import { placeTemplates, type WindowChainRule } from '../cineecg/mapping/window-chain-rule.js';
import { phaseRanges } from '../cineecg/path.js';

export interface SegmentMap {
  /** 21 regions, sum 1. */
  readonly scores: readonly number[];
  /** Standard deviation over beats; NaN where the mapping knows the mean beat alone. */
  readonly spread: readonly number[];
}

const UNKNOWN_SPREAD = new Array<number>(REGION_COUNT).fill(Number.NaN);

/** Mean over leads of |attribution| on the path, by position; each beat by itself. */
export function paperLike(
  heart: HeartInput,
  explanation: HeartExplanation,
): SegmentMap | undefined {
  return overBeats(heart, explanation, (beat, place) => paperLikeMap(beat, place).regions);
}

/** A region has what the lead that faces it has; each beat by itself. */
export function plain(heart: HeartInput, explanation: HeartExplanation): SegmentMap | undefined {
  return overBeats(heart, explanation, plainMap);
}

function overBeats(
  heart: HeartInput,
  explanation: HeartExplanation,
  map: (beat: BeatEvidence, place: BeatPlace) => readonly number[],
): SegmentMap | undefined {
  const { first, rangeEnd } = selectBeats(heart.rIndex);
  const samples = explanation.meanBeatMicrovolt[0]?.length ?? 0;
  const place = {
    fiducials: explanation.fiducials,
    ranges: phaseRanges(explanation.fiducials, rangeEnd),
    vcg: [],
    pathMm: explanation.path.filter(({ phase }) => phase !== 'P').map(({ frankMm }) => frankMm),
  };
  const millivolt = explanation.meanBeatMicrovolt.flat().map((microvolt) => microvolt / 1000);
  const maps = first.flatMap((start) => {
    const attribution = meanAttribution(heart.gradient, heart.input, [start]).flat();
    // The gradient has no part in these mappings.
    const none = new Float64Array(attribution.length);
    const beat = beatEvidence(samples, millivolt, none, attribution);
    const shares = asShares(map(beat, place));
    return shares === undefined ? [] : [shares];
  });
  if (maps.length === 0) return undefined;
  const { mean: scores, spread } = meanAndSpread(maps);
  return { scores, spread };
}

/**
 * Anatomical occlusion: each place healed in every beat of the window, and the network asked again.
 * @param score F of a window of chain output
 */
export function occlusion(
  heart: HeartInput,
  explanation: HeartExplanation,
  stored: StoredTemplates,
  chain: WindowChainRule,
  score: (microvolt: Int16Array) => number,
): SegmentMap | undefined {
  const { first } = selectBeats(heart.rIndex);
  const at = placeTemplates(heart, explanation);
  const set = loadTemplates(stored);
  const own = score(heart.microvolt);
  const drops = set.templates.map(({ difference }, s) => {
    const amplitude = chain.amplitudes[s] ?? 0;
    if (amplitude === 0) return 0;
    const healed = Int16Array.from(heart.microvolt);
    for (const start of first) {
      for (let t = at.begin; t < at.end; t += 1) {
        for (let lead = 0; lead < 8; lead += 1) {
          const index = (start + t + at.shift) * 8 + lead;
          const lesion = 1000 * amplitude * (difference[lead * set.samples + t] ?? 0);
          healed[index] = Math.max(
            -32_768,
            Math.min(32_767, Math.round((heart.microvolt[index] ?? 0) - lesion)),
          );
        }
      }
    }
    return own - score(healed);
  });
  const scores = asShares(byRegion(set, drops, REGION_COUNT));
  return scores === undefined ? undefined : { scores, spread: UNKNOWN_SPREAD };
}

/** The beat alone, without the network. */
export function matched(stored: StoredTemplates, chain: WindowChainRule): SegmentMap | undefined {
  const scores = asShares(byRegion(loadTemplates(stored), chain.matched, REGION_COUNT));
  return scores === undefined ? undefined : { scores, spread: UNKNOWN_SPREAD };
}

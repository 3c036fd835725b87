/**
 * The golden model of the heart: readable, in double precision. firmware-templates/core/iso_heart.c does the same on the device
 * in single precision; heart-c.test.ts holds the two together. Method and provenance: docs/cineecg-method.md.
 */
import { IsochroneError } from '../../codegen/errors.js';
import type { Phase } from '../stream/events.js';
import {
  BEAT_SAMPLES,
  type NetworkCodes,
  WINDOW_SAMPLES,
  meanAttribution,
  meanBeat,
  selectBeats,
} from './beats.js';
import { depositByDirection, normalizedMap } from './deposit.js';
import { adjointOfBeat, evidenceVectors, residualShare } from './evidence.js';
import {
  type Fiducials,
  ISOELECTRIC_SAMPLES,
  findFiducials,
  isoelectricThirds,
} from './fiducials.js';
import { toFrankMicrovolt } from './leads.js';
import { meanAndSpread } from './mapping/average.js';
import { INDEPENDENT_LEAD_COUNT, TWELVE_LEAD_COUNT, type VcgTransform } from './matrices.js';
import { beatPath, phaseRanges } from './path.js';
import { type FrankVector, add, scale } from './vector.js';

export interface HeartInput {
  /** `[1000][8]` chain output, I II V1…V6. */
  readonly microvolt: Int16Array;
  /** What the network saw. */
  readonly input: NetworkCodes;
  /** Gradient of the explained logit, in the input's shape. */
  readonly gradient: Int16Array;
  readonly inputScaleMillivolt: number;
  /** (logit per millivolt) per step. */
  readonly gradientScale: number;
  /** R positions in the window, 100 Hz samples, ascending. */
  readonly rIndex: ArrayLike<number>;
}

export interface HeartOptions {
  readonly transform: VcgTransform;
  /** Per phase P, QRS, ST-T: the evidence vector is weight × g_V. */
  readonly phaseWeight: readonly [p: number, qrs: number, stt: number];
}

/**
 * QRS along −g_V, since a scar removes forces; ST-T along +g_V, since an injury current points at its segment [D]. P has no
 * part in the ventricles.
 */
export const DEFAULT_HEART_OPTIONS: HeartOptions = {
  transform: 'inverse-dower',
  phaseWeight: [0, -1, 1],
};

export interface HeartPathPoint {
  readonly frankMm: FrankVector;
  readonly phase: Phase;
  readonly evidence: number;
}

export interface HeartExplanation {
  readonly status: 'ok';
  readonly beatCount: number;
  /** `[lead 8][t 80]`, whole microvolt. */
  readonly meanBeatMicrovolt: readonly (readonly number[])[];
  /** `[lead 12][t 80]`, logit units, mean over beats. */
  readonly attribution: readonly (readonly number[])[];
  readonly fiducials: Fiducials;
  /** `[lead 12][phase 3]`, logit units, mean per beat. */
  readonly leadEvidence: readonly (readonly number[])[];
  readonly residualShare: number;
  /** Mean over beats of each beat's own map; sums to 1. */
  readonly segmentScores: readonly number[];
  /** Sample standard deviation over beats; 0 with a single beat. */
  readonly segmentSpread: readonly number[];
  readonly topSegment: number;
  /** From P onset, where a P wave was found, or from QRS onset. */
  readonly path: readonly HeartPathPoint[];
  /** Mean of the vectorcardiogram over QRS, from the isoelectric level, microvolt. */
  readonly meanQrsMicrovolt: FrankVector;
}

/** An explanation withheld, and why; the same three reasons as on the device. */
export interface HeartWithheld {
  readonly status: 'no-beat' | 'no-qrs' | 'no-evidence';
  readonly beatCount: number;
}

function checkLength(name: string, found: number, expected: number): void {
  if (found === expected) return;
  throw new IsochroneError(
    'CINEECG_WINDOW_LENGTH',
    `the heart was given ${found} values of ${name} where a window has ${expected}`,
    { hint: 'Pass a whole 10 s window: 1000 samples at 100 Hz.', where: { name, found, expected } },
  );
}

/** Mean of vectors in 1/`parts` of a unit. */
function meanVector(vectors: readonly FrankVector[], parts: number): FrankVector {
  const sum = vectors.reduce(add, [0, 0, 0]);
  return scale(sum, 1 / (parts * vectors.length));
}

export function explainHeart(
  heart: HeartInput,
  options: HeartOptions = DEFAULT_HEART_OPTIONS,
): HeartExplanation | HeartWithheld {
  checkLength('microvolt', heart.microvolt.length, WINDOW_SAMPLES * INDEPENDENT_LEAD_COUNT);
  const leads =
    heart.input.length === WINDOW_SAMPLES * INDEPENDENT_LEAD_COUNT
      ? INDEPENDENT_LEAD_COUNT
      : TWELVE_LEAD_COUNT;
  checkLength('input', heart.input.length, WINDOW_SAMPLES * leads);
  checkLength('gradient', heart.gradient.length, WINDOW_SAMPLES * leads);

  const { first, rangeBegin, rangeEnd } = selectBeats(heart.rIndex);
  const beatCount = first.length;
  if (beatCount === 0) return { status: 'no-beat', beatCount };

  const meanBeatMicrovolt = meanBeat(heart.microvolt, first);
  const vcg = Array.from({ length: BEAT_SAMPLES }, (_t, t) =>
    toFrankMicrovolt(
      options.transform,
      meanBeatMicrovolt.map((lead) => lead[t] ?? 0),
    ),
  );
  const fiducials = findFiducials(vcg, rangeBegin, rangeEnd);
  if (fiducials.qrsOnset < 0) return { status: 'no-qrs', beatCount };
  const ranges = phaseRanges(fiducials, rangeEnd);

  const maps = first
    .map((start) => adjointOfBeat(heart.gradient, start, BEAT_SAMPLES))
    .map((beat) => depositByDirection(evidenceVectors(beat, ranges, options.phaseWeight)))
    .map(normalizedMap)
    .filter((map) => map !== undefined);
  if (maps.length === 0) return { status: 'no-evidence', beatCount };
  const { mean: scores, spread } = meanAndSpread(maps);

  const logitPerStep = heart.gradientScale * heart.inputScaleMillivolt;
  const attribution = meanAttribution(heart.gradient, heart.input, first).map((lead) =>
    lead.map((steps) => steps * logitPerStep),
  );
  const thirds = isoelectricThirds(vcg, fiducials.qrsOnset);
  const path = beatPath(thirds, ranges);
  return {
    status: 'ok',
    beatCount,
    meanBeatMicrovolt,
    attribution,
    fiducials,
    leadEvidence: attribution.map((lead) =>
      ranges.map(([begin, end]) => lead.slice(begin, end).reduce((a, b) => a + b, 0)),
    ),
    residualShare: residualShare(heart.gradient, heart.input, first, ranges, options.transform),
    segmentScores: scores,
    segmentSpread: spread,
    topSegment: scores.indexOf(Math.max(...scores)),
    path: path.map(({ frankMm, phase }, i) => ({
      frankMm,
      phase,
      evidence:
        attribution.reduce((sum, lead) => sum + Math.abs(lead[ranges[0][0] + i] ?? 0), 0) / leads,
    })),
    meanQrsMicrovolt: meanVector(thirds.slice(...ranges[1]), ISOELECTRIC_SAMPLES),
  };
}

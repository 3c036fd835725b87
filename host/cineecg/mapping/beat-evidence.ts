/** What every mapping reads: one beat, and what the network made of each moment of it. */
import { IsochroneError } from '../../../codegen/errors.js';
import { BEAT_SAMPLES } from '../beats.js';
import { type Fiducials, findFiducials, isoelectricThirds } from '../fiducials.js';
import { expandLeads, foldGradient, toFrankMicrovolt } from '../leads.js';
import { INDEPENDENT_LEAD_COUNT, TWELVE_LEAD_COUNT, type VcgTransform } from '../matrices.js';
import { type PhaseRanges, beatPath, phaseRanges } from '../path.js';
import { type FrankVector, scale } from '../vector.js';

/** Matrices are flat, lead after lead: `values[lead * samples + t]`. */
export interface BeatEvidence {
  readonly samples: number;
  /** `[lead 8][t]`, millivolt, independent leads. */
  readonly millivolt: Float64Array;
  /** `[lead 12][t]`, logit per millivolt: the gradient, or its mean along a path of integrated gradients. */
  readonly gradient: Float64Array;
  /** `[lead 12][t]`, logit: gradient × input, or × (input − baseline). */
  readonly attribution: Float64Array;
}

/** Where the beat stands: its vectorcardiogram from the isoelectric level, its phases, its path. */
export interface BeatPlace {
  readonly fiducials: Fiducials;
  readonly ranges: PhaseRanges;
  /** Millivolt, at every sample of the beat. */
  readonly vcg: readonly FrankVector[];
  /** Path at each sample from QRS onset to the end of ST-T. */
  readonly pathMm: readonly FrankVector[];
}

/** @throws {IsochroneError} CINEECG_BEAT_LENGTH when a matrix is not of its shape */
export function beatEvidence(
  samples: number,
  millivolt: ArrayLike<number>,
  gradient: ArrayLike<number>,
  attribution?: ArrayLike<number>,
): BeatEvidence {
  const twelve = attribution ?? gradientTimesInput(samples, millivolt, gradient);
  const shapes = [
    ['millivolt', millivolt, INDEPENDENT_LEAD_COUNT],
    ['gradient', gradient, TWELVE_LEAD_COUNT],
    ['attribution', twelve, TWELVE_LEAD_COUNT],
  ] as const;
  for (const [name, values, leads] of shapes) checkShape(name, values.length, leads * samples);
  return {
    samples,
    millivolt: Float64Array.from(millivolt),
    gradient: Float64Array.from(gradient),
    attribution: Float64Array.from(twelve),
  };
}

export function checkShape(name: string, found: number, expected: number): void {
  if (found === expected) return;
  throw new IsochroneError(
    'CINEECG_BEAT_LENGTH',
    `a mapping was given ${found} values of ${name} where the beat has ${expected}`,
    {
      hint: 'Lead after lead, each with as many samples as the beat.',
      where: { name, found, expected },
    },
  );
}

function gradientTimesInput(
  samples: number,
  millivolt: ArrayLike<number>,
  gradient: ArrayLike<number>,
): Float64Array {
  const product = new Float64Array(TWELVE_LEAD_COUNT * samples);
  for (let t = 0; t < samples; t += 1) {
    expandLeads(column(millivolt, samples, INDEPENDENT_LEAD_COUNT, t)).forEach((value, lead) => {
      product[lead * samples + t] = value * (gradient[lead * samples + t] ?? 0);
    });
  }
  return product;
}

/** One moment of a flat matrix. */
export function column(
  matrix: ArrayLike<number>,
  samples: number,
  leads: number,
  t: number,
): number[] {
  return Array.from({ length: leads }, (_, lead) => matrix[lead * samples + t] ?? 0);
}

/** The gradient by the eight independent leads, `[lead 8][t]`. */
export function foldedGradient({ samples, gradient }: BeatEvidence): Float64Array {
  const folded = new Float64Array(INDEPENDENT_LEAD_COUNT * samples);
  for (let t = 0; t < samples; t += 1) {
    foldGradient(column(gradient, samples, TWELVE_LEAD_COUNT, t)).forEach((value, lead) => {
      folded[lead * samples + t] = value;
    });
  }
  return folded;
}

/**
 * Fiducials, phases and path of a beat on the device's grid: 80 samples at 100 Hz, R at 30.
 * @param range part of the beat that belongs to no neighbour; the whole beat where nothing is said
 * @returns undefined without a QRS
 */
export function placeBeat(
  { samples, millivolt }: Pick<BeatEvidence, 'samples' | 'millivolt'>,
  transform: VcgTransform,
  range: readonly [begin: number, end: number] = [0, BEAT_SAMPLES],
): BeatPlace | undefined {
  checkShape('millivolt', samples, BEAT_SAMPLES);
  const vcg = Array.from({ length: samples }, (_, t) =>
    toFrankMicrovolt(
      transform,
      column(millivolt, samples, INDEPENDENT_LEAD_COUNT, t).map((value) =>
        Math.round(1000 * value),
      ),
    ),
  );
  const fiducials = findFiducials(vcg, range[0], range[1]);
  if (fiducials.qrsOnset < 0) return undefined;
  const ranges = phaseRanges(fiducials, range[1]);
  const thirds = isoelectricThirds(vcg, fiducials.qrsOnset);
  return {
    fiducials,
    ranges,
    vcg: thirds.map((v) => scale(v, 1 / 3000)),
    pathMm: beatPath(thirds, ranges)
      .filter(({ phase }) => phase !== 'P')
      .map(({ frankMm }) => frankMm),
  };
}

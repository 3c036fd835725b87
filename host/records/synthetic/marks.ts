/** The truth about a beat's moments: onsets from the model, peaks from the clean leads. */
import type { TimeAxis } from './potentials.js';
import { ATRIAL_ACTIVATION_MS } from './potentials.js';
import type { TissueState } from './tissue.js';

/** P onset to QRS onset. */
export const PR_MS = 160;

/** Sample offsets from the R mark of each beat. */
export interface BeatFiducials {
  /** null: this beat has no P of its own. */
  readonly pOnset: number | null;
  readonly pEnd: number | null;
  readonly qrsOnset: number;
  readonly jPoint: number;
  readonly tPeak: number;
  readonly tEnd: number;
}

export interface BeatMarks {
  /** Sample of the R mark on the axis: the largest vector sum over the leads within QRS. */
  readonly rOffset: number;
  readonly fiducials: BeatFiducials;
}

/** Milliseconds from the first activation. */
export interface BeatSpan {
  readonly activationTotalMs: number;
  readonly repolarizedMs: number;
}

export function spanOf(state: TissueState): BeatSpan {
  let [activationTotalMs, repolarizedMs] = [0, 0];
  for (const [node, time] of state.activationMs.entries()) {
    if (!Number.isFinite(time)) continue;
    activationTotalMs = Math.max(activationTotalMs, time);
    repolarizedMs = Math.max(repolarizedMs, time + (state.actionPotentialMs[node] ?? 0));
  }
  return { activationTotalMs, repolarizedMs };
}

/**
 * Onsets and the J point are known from the model. Peaks are those of the vector sum over the leads, and T ends where the steepest
 * tangent of its descent meets the baseline: the clinical rule, on the clean beat.
 *
 * @param leads twelve rows on `axis`, any unit
 */
export function markBeat(
  leads: readonly Float64Array[],
  axis: TimeAxis,
  span: BeatSpan,
  hasP: boolean,
): BeatMarks {
  const sampleAt = (ms: number): number => Math.round((ms - axis.firstMs) / axis.sampleMs);
  const size = Float64Array.from({ length: axis.sampleCount }, (_, t) =>
    Math.hypot(...leads.map((lead) => lead[t] ?? 0)),
  );
  const best = (from: number, to: number, score: (t: number) => number): number => {
    let found = from;
    for (let t = from; t <= to; t += 1) if (score(t) > score(found)) found = t;
    return found;
  };
  const sizeAt = (t: number): number => size[t] ?? 0;
  const rOffset = best(sampleAt(0), sampleAt(span.activationTotalMs), sizeAt);
  const last = size.length - 2;
  const tPeak = best(
    sampleAt(span.activationTotalMs + 100),
    Math.min(last, sampleAt(span.repolarizedMs)),
    sizeAt,
  );
  const descent = (t: number): number => (sizeAt(t - 1) - sizeAt(t + 1)) / 2;
  const steepest = best(tPeak, last, descent);
  const tEnd = Math.min(last, Math.round(steepest + sizeAt(steepest) / descent(steepest)));
  return {
    rOffset,
    fiducials: {
      pOnset: hasP ? sampleAt(-PR_MS) - rOffset : null,
      pEnd: hasP ? sampleAt(-PR_MS + ATRIAL_ACTIVATION_MS) - rOffset : null,
      qrsOnset: sampleAt(0) - rOffset,
      jPoint: sampleAt(span.activationTotalMs) - rOffset,
      tPeak: tPeak - rOffset,
      tEnd: tEnd - rOffset,
    },
  };
}

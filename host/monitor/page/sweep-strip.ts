import { TWELVE_LEADS, type ExplanationEvent, type ResultEvent } from '../../stream/events.js';
import { isNumber } from '../explanation-words.js';
import { symmetricLimit } from './beat-view.js';
import type { Theme } from './palette.js';

const SAMPLE_RATE_HZ = 500;

/** The mean beat's attribution laid at one beat of the window that it explains. */
export interface StripBar {
  /** On the sample axis; a bar reaches to the next one. */
  readonly fromSample: number;
  readonly toSample: number;
  /** −1…1 of the explanation's largest magnitude, in the order of TWELVE_LEADS; NaN where unknown. */
  readonly share: readonly number[];
}

/**
 * The bars of a sweep's strips, in the order of time. The device sends the attribution of the mean beat, so every beat that
 * lies wholly inside the explained window shows the same: the mean, not its own.
 */
export function stripBars(
  explanation: ExplanationEvent,
  result: Pick<ResultEvent, 'windowFirstSampleIndex' | 'windowSampleCount'>,
  beats: readonly number[],
): StripBar[] {
  const { rateHz, rIndex, attribution } = explanation.meanBeat;
  const limit = symmetricLimit(attribution);
  const length = attribution[0]?.length ?? 0;
  if (limit === 0 || length === 0) return [];
  const step = SAMPLE_RATE_HZ / rateHz;
  const windowEnd = result.windowFirstSampleIndex + result.windowSampleCount;
  const shares = Array.from({ length }, (_unused, t) =>
    TWELVE_LEADS.map((_lead, l) => {
      const value = attribution[l]?.[t];
      return isNumber(value) ? value / limit : Number.NaN;
    }),
  );
  const bars: StripBar[] = [];
  for (const beat of beats) {
    const first = beat - rIndex * step;
    if (first < result.windowFirstSampleIndex || first + length * step > windowEnd) continue;
    // A short RR interval makes mean beats overlap: the later one begins where it begins.
    while ((bars.at(-1)?.toSample ?? first) > first) bars.pop();
    shares.forEach((share, t) => {
      bars.push({ fromSample: first + t * step, toSample: first + (t + 1) * step, share });
    });
  }
  return bars;
}

/** One lead's strip about `zero`, `reach` pixels to either side. */
export function drawStrip(
  context: CanvasRenderingContext2D,
  theme: Theme,
  bars: readonly StripBar[],
  strip: {
    lead: number;
    zero: number;
    reach: number;
    ratio: number;
    xOf: (sampleIndex: number) => number;
  },
): void {
  const { lead, zero, reach, ratio, xOf } = strip;
  for (const bar of bars) {
    const x = xOf(bar.fromSample);
    const width = xOf(bar.toSample) - x;
    context.fillStyle = theme.track;
    context.fillRect(x, zero - reach, width, 2 * reach);
    const share = bar.share[lead] ?? Number.NaN;
    if (Number.isNaN(share)) continue;
    const height = Math.max(Math.abs(share) * reach, ratio / 2);
    context.fillStyle = share > 0 ? theme.forClass : theme.againstClass;
    context.fillRect(x, share > 0 ? zero - height : zero, width, height);
  }
}

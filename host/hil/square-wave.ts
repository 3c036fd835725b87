/** Height and period of a square wave with noise on it, as a bench asks of a test signal. */

export interface SquareWave {
  /** From the median of its low to that of its high level: the overshoot of filters at its edges does not count. */
  readonly peakToPeak: number;
  /** In samples, of whole periods; NaN where there is none. */
  readonly period: number;
  /** Of its samples: less than half where it is high for short. */
  readonly highShare: number;
}

/** A level is left when a quarter of the height has been passed the middle by: noise makes no edge. */
const HYSTERESIS = 0.25;

/** @param values of at least two whole periods, evenly spaced */
export function measureSquareWave(values: readonly number[]): SquareWave {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (quantile(sorted, 0.05) + quantile(sorted, 0.95)) / 2;
  const high = sorted.filter((value) => value >= middle);
  const low = sorted.filter((value) => value < middle);
  // Nothing lies below the middle of what does not move.
  const peakToPeak = quantile(high, 0.5) - quantile(low.length === 0 ? high : low, 0.5);
  const margin = peakToPeak * HYSTERESIS;
  const rises: number[] = [];
  let up: boolean | undefined;
  values.forEach((value, i) => {
    if (value > middle + margin) {
      if (up === false) rises.push(crossing(values, i, middle));
      up = true;
    } else if (value < middle - margin) {
      up = false;
    }
  });
  const [first = NaN, last = NaN] = [rises[0], rises.at(-1)];
  return {
    peakToPeak,
    period: (last - first) / (rises.length - 1),
    highShare: high.length / values.length,
  };
}

/** Where the middle was passed on the way up to `i`, between two samples. */
function crossing(values: readonly number[], i: number, middle: number): number {
  let at = i;
  while (at > 0 && (values[at - 1] ?? -Infinity) >= middle) at -= 1;
  const [before = middle, after = middle] = [values[at - 1], values[at]];
  return after === before ? at : at - 1 + (middle - before) / (after - before);
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.round((sorted.length - 1) * share)] ?? NaN;

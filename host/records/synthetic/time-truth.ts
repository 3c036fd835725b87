/** Which samples of which leads a lesion changed: the truth about time, beside the one about place. */

/** |E with the lesion − E without| above this is a change: twice what a reader sees as a deviation (0.025 mV). */
export const CHANGE_MICROVOLT = 50;

/** By lead, ranges [begin, end) of samples. */
export type ChangedRanges = readonly (readonly (readonly [number, number])[])[];

/** `[lead][t]`: true where the lesion changed the lead. Both in the same unit as `threshold`. */
export function changedSamples(
  lesion: readonly ArrayLike<number>[],
  normal: readonly ArrayLike<number>[],
  threshold: number,
): boolean[][] {
  return lesion.map((row, lead) =>
    Array.from(
      { length: row.length },
      (_, t) => Math.abs((row[t] ?? 0) - (normal[lead]?.[t] ?? 0)) > threshold,
    ),
  );
}

/** @param origin sample that ranges are counted from */
export function asRanges(changed: readonly (readonly boolean[])[], origin: number): ChangedRanges {
  return changed.map((row) => {
    const ranges: [number, number][] = [];
    for (const [t, isChanged] of row.entries()) {
      const last = ranges[ranges.length - 1];
      if (!isChanged) continue;
      if (last !== undefined && last[1] === t - origin) last[1] = t - origin + 1;
      else ranges.push([t - origin, t - origin + 1]);
    }
    return ranges;
  });
}

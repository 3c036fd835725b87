/** Electrode potentials, in the order RA LA LL V1…V6, to the twelve leads I II III aVR aVL aVF V1…V6. */

/** Any unit; exact, nothing is rounded. */
export function twelveLeads(electrodes: readonly Float64Array[]): Float64Array[] {
  const [ra, la, ll, ...chest] = electrodes;
  const row = (value: (t: number) => number): Float64Array =>
    Float64Array.from({ length: ra?.length ?? 0 }, (_, t) => value(t));
  const at = (values: Float64Array | undefined, t: number): number => values?.[t] ?? 0;
  return fromIndependent([
    row((t) => at(la, t) - at(ra, t)),
    row((t) => at(ll, t) - at(ra, t)),
    ...chest.map((electrode) =>
      row((t) => at(electrode, t) - (at(ra, t) + at(la, t) + at(ll, t)) / 3),
    ),
  ]);
}

/** From I II V1…V6: the four dependent leads follow. */
export function fromIndependent(independent: readonly Float64Array[]): Float64Array[] {
  const [one = new Float64Array(), two = new Float64Array(), ...chest] = independent;
  const row = (value: (a: number, b: number) => number): Float64Array =>
    one.map((a, t) => value(a, two[t] ?? 0));
  return [
    one,
    two,
    row((a, b) => b - a),
    // 0 − 0 is +0 where −0 would be a value that no file can hold.
    row((a, b) => 0 - (a + b) / 2),
    row((a, b) => a - b / 2),
    row((a, b) => b - a / 2),
    ...chest,
  ];
}

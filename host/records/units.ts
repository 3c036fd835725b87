/** Physical units → microvolt. Other units (mmHg, l/min …) are signals, but no ECG lead. */
const MICROVOLT_PER_UNIT: Readonly<Record<string, number>> = {
  v: 1e6,
  mv: 1e3,
  uv: 1,
  µv: 1,
  μv: 1,
  nv: 1e-3,
};

/** In any case of letters; undefined where the unit is no voltage. */
export function microvoltPerUnit(unit: string): number | undefined {
  return MICROVOLT_PER_UNIT[unit.trim().toLowerCase()];
}

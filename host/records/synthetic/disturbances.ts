/** What happens to electrodes: they pop, are pulled at, fall off, and are put on in each other's place. Made before leads are formed. */
import { seededRandom, type Random } from './random.js';
import { ELECTRODE_NAMES } from './torso.js';

export type ElectrodeName = (typeof ELECTRODE_NAMES)[number];

export interface Disturbances {
  /** Sudden steps of single electrodes that decay, per minute. */
  readonly popsPerMinute: number;
  /** Seconds-long pulls at single electrodes, per minute. */
  readonly motionsPerMinute: number;
  /** Electrodes put on in each other's place. */
  readonly reversed: readonly (readonly [ElectrodeName, ElectrodeName])[];
  /** Electrodes without contact, seconds. */
  readonly off: readonly {
    readonly electrode: ElectrodeName;
    readonly fromS: number;
    readonly toS: number;
  }[];
}

export const NO_DISTURBANCE: Disturbances = {
  popsPerMinute: 0,
  motionsPerMinute: 0,
  reversed: [],
  off: [],
};

/** What happened, for the truth. Samples [begin, end). */
export interface DisturbanceEvent {
  readonly kind: 'pop' | 'motion' | 'off';
  readonly electrode: ElectrodeName;
  readonly begin: number;
  readonly end: number;
}

/** A pop is 0.3–2 mV and is gone, but for 2 %, after four of these. */
const POP_DECAY_S = 0.3;
const POP_MICROVOLT = { least: 300, spread: 1700 } as const;
/** Skin stretched under an electrode: up to a millivolt, slower than 5 Hz. */
const MOTION_S = { least: 0.8, spread: 2 } as const;
const MOTION_MICROVOLT = { least: 150, spread: 500 } as const;
const MOTION_HIGHEST_HZ = 5;
const MOTION_SINES = 5;
/** An open input drifts to the amplifier's rail and picks up what is in the room. */
const RAIL_MICROVOLT = 5000;
const OPEN_INPUT_MICROVOLT = 150;

/** Changes `[electrode][t]` in place; returns the rows in the order that the amplifier has them, and what happened when. */
export function disturb(
  potentials: readonly Float64Array[],
  sampleRateHz: number,
  options: Disturbances,
  seed: number,
): { readonly potentials: readonly Float64Array[]; readonly events: readonly DisturbanceEvent[] } {
  const random = seededRandom(seed, 'disturbances');
  const sampleCount = potentials[0]?.length ?? 0;
  const minutes = sampleCount / sampleRateHz / 60;
  const events: DisturbanceEvent[] = [];
  const happen = (
    kind: 'pop' | 'motion',
    durationS: number,
    shape: (sinceS: number) => number,
  ): void => {
    const row = Math.floor(random.uniform() * potentials.length);
    const begin = Math.floor(random.uniform() * sampleCount);
    const end = Math.min(sampleCount, begin + Math.round(durationS * sampleRateHz));
    add(potentials[row], begin, end, (t) => shape((t - begin) / sampleRateHz));
    events.push({ kind, electrode: ELECTRODE_NAMES[row] ?? 'RA', begin, end });
  };
  for (let k = 0; k < Math.round(options.popsPerMinute * minutes); k += 1) {
    const size = between(random, POP_MICROVOLT) * (random.uniform() < 0.5 ? -1 : 1);
    happen('pop', 4 * POP_DECAY_S, (sinceS) => size * Math.exp(-sinceS / POP_DECAY_S));
  }
  for (let k = 0; k < Math.round(options.motionsPerMinute * minutes); k += 1) {
    const durationS = between(random, MOTION_S);
    const wave = slowWave(random, between(random, MOTION_MICROVOLT));
    // Half a sine as envelope: begins and ends at rest.
    happen('motion', durationS, (s) => wave(s) * Math.sin((Math.PI * s) / durationS));
  }
  for (const { electrode, fromS, toS } of options.off) {
    const begin = Math.max(0, Math.round(fromS * sampleRateHz));
    const end = Math.min(sampleCount, Math.round(toS * sampleRateHz));
    const row = potentials[ELECTRODE_NAMES.indexOf(electrode)];
    row?.fill(RAIL_MICROVOLT, begin, end);
    add(row, begin, end, () => OPEN_INPUT_MICROVOLT * random.normal());
    events.push({ kind: 'off', electrode, begin, end });
  }
  return { potentials: swapped(potentials, options.reversed), events };
}

function between(
  random: Random,
  range: { readonly least: number; readonly spread: number },
): number {
  return range.least + range.spread * random.uniform();
}

function slowWave(random: Random, microvolt: number): (seconds: number) => number {
  const sines = Array.from({ length: MOTION_SINES }, () => ({
    hz: 0.5 + (MOTION_HIGHEST_HZ - 0.5) * random.uniform(),
    phase: 2 * Math.PI * random.uniform(),
  }));
  const each = microvolt * Math.sqrt(2 / MOTION_SINES);
  return (seconds) =>
    sines.reduce(
      (sum, { hz, phase }) => sum + each * Math.sin(2 * Math.PI * hz * seconds + phase),
      0,
    );
}

function add(
  row: Float64Array | undefined,
  begin: number,
  end: number,
  value: (t: number) => number,
): void {
  if (row === undefined) return;
  for (let t = begin; t < end; t += 1) row[t] = (row[t] ?? 0) + value(t);
}

function swapped(
  potentials: readonly Float64Array[],
  pairs: Disturbances['reversed'],
): readonly Float64Array[] {
  const rows = [...potentials];
  for (const [a, b] of pairs) {
    const [i, j] = [ELECTRODE_NAMES.indexOf(a), ELECTRODE_NAMES.indexOf(b)];
    const [first, second] = [rows[i], rows[j]];
    if (first === undefined || second === undefined) continue;
    rows[i] = second;
    rows[j] = first;
  }
  return rows;
}

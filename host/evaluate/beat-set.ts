/**
 * Simulated median beats as files, for the training recipe: `PATH.i16` holds whole microvolts, little endian, `[beat][lead 8][80]`;
 * `PATH.path.i16` the CineECG path of each, hundredths of a millimetre, `[beat][axis 3][80]`; `PATH.json` says what each beat is.
 */
import { writeAtomically } from '../records/files.js';
import { MEDIAN_BEAT_SAMPLES } from '../records/synthetic/median-beat.js';
import type { EVERY_PLACE } from './cases.js';
import { casesOfHeart, independentMillivolt, type CaseKind, type CasePlan } from './cases.js';
import { cineEcgSignal } from './cineecg-signal.js';
import { POPULATIONS, type PopulationName } from './populations.js';

const LEADS = 8;

export interface BeatSetOptions {
  readonly population: PopulationName;
  readonly hearts: number;
  readonly plan: CasePlan | typeof EVERY_PLACE;
}

export interface BeatSetIndex {
  readonly format: 'isochrone-beats-1';
  readonly population: PopulationName;
  readonly hearts: number;
  readonly plan: CasePlan | typeof EVERY_PLACE;
  readonly leads: 8;
  readonly samples: number;
  readonly beats: readonly {
    readonly heart: number;
    readonly kind: CaseKind;
    readonly segments: readonly number[];
    readonly node: number | null;
  }[];
}

/** @throws {IsochroneError} RECORD_WRITE_FAILED */
export async function writeBeatSet(
  path: string,
  options: BeatSetOptions,
  onHeart: (done: number) => void,
): Promise<BeatSetIndex> {
  const beats: BeatSetIndex['beats'][number][] = [];
  const microvolts: Int16Array[] = [];
  const paths: Int16Array[] = [];
  for (let seed = 0; seed < options.hearts; seed += 1) {
    const { cases } = casesOfHeart(POPULATIONS[options.population], seed, options.plan);
    for (const { kind, segments, beat } of cases) {
      const millivolt = independentMillivolt(beat);
      microvolts.push(Int16Array.from(millivolt, (mv) => Math.round(1000 * mv)));
      paths.push(Int16Array.from(cineEcgSignal(millivolt), (mm) => Math.round(100 * mm)));
      beats.push({ heart: seed, kind, segments, node: beat.ectopic?.node ?? null });
    }
    onHeart(seed + 1);
  }
  const index: BeatSetIndex = {
    format: 'isochrone-beats-1',
    ...options,
    leads: LEADS,
    samples: MEDIAN_BEAT_SAMPLES,
    beats,
  };
  await writeAtomically(`${path}.i16`, littleEndian(microvolts));
  await writeAtomically(`${path}.path.i16`, littleEndian(paths));
  await writeAtomically(`${path}.json`, `${JSON.stringify(index)}\n`);
  return index;
}

function littleEndian(rows: readonly Int16Array[]): Buffer {
  const buffer = Buffer.alloc(rows.reduce((sum, row) => sum + 2 * row.length, 0));
  let at = 0;
  for (const row of rows) {
    for (const value of row) at = buffer.writeInt16LE(value, at);
  }
  return buffer;
}

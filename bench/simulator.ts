/** How like real ones synthetic beats are: median beats of a class against those of PTB-XL fold 9, lead by lead. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Conduction } from '../host/records/synthetic/activation.js';
import { NO_NOISE } from '../host/records/synthetic/noise.js';
import { synthesizePatient } from '../host/records/synthetic/patient.js';
import {
  classBeats,
  normalBeats,
  pearson,
} from '../host/records/synthetic/ptbxl-normals.fixture.js';
import { NO_LESION } from '../host/records/synthetic/tissue.js';

const LEADS = ['I', 'II', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;
const IN_TWELVE = [0, 1, 6, 7, 8, 9, 10, 11] as const;
/** Around R, 500 Hz samples: 200 ms before to 400 ms after. */
const [FROM, TO] = [-100, 200];
const REAL_R_INDEX = 150;

/** Conduction of the generic heart, and the statement of PTB-XL that it stands for; null: normal and nothing else. */
const CLASSES: readonly (readonly [Conduction, string | null])[] = [
  ['normal', null],
  ['lbbb', 'CLBBB'],
  ['rbbb', 'CRBBB'],
  ['lafb', 'LAFB'],
];

export interface SimulatorRow {
  readonly simulated: Conduction;
  readonly records: number;
  /** Pearson, by lead I II V1…V6. */
  readonly correlation: Readonly<Record<string, number>>;
}

/** @returns undefined without the records */
export async function benchSimulator(folder: string): Promise<SimulatorRow[] | undefined> {
  if (!existsSync(join(folder, 'labels.csv'))) return undefined;
  const rows: SimulatorRow[] = [];
  for (const [conduction, statement] of CLASSES) {
    const { beat, count } =
      statement === null
        ? await normalBeats(folder)
        : await classBeats(folder, ({ scpCodes }) => scpCodes.includes(`""${statement}""`));
    const { record, truth } = synthesizePatient({
      seed: 1,
      durationS: 5,
      heartRateBpm: 65,
      lesion: NO_LESION,
      conduction,
      noise: NO_NOISE,
      variation: 0,
    });
    const r = truth.rSampleIndices[1] ?? 0;
    rows.push({
      simulated: conduction,
      records: count,
      correlation: Object.fromEntries(
        LEADS.map((lead, index) => {
          const own = record.leads[IN_TWELVE[index] ?? 0]?.microvolt ?? new Float64Array();
          const real = beat[index] ?? new Float64Array();
          return [
            lead,
            pearson(
              [...own.slice(r + FROM, r + TO)],
              [...real.slice(REAL_R_INDEX + FROM, REAL_R_INDEX + TO)],
            ),
          ];
        }),
      ),
    });
  }
  return rows;
}

export function simulatorText(rows: readonly SimulatorRow[] | undefined): string {
  if (rows === undefined) return 'skipped: no records of PTB-XL (--ptbxl FOLDER)\n';
  return [
    'correlation of the generic heart’s beat with the median beat of the records',
    `class   records  ${LEADS.map((lead) => lead.padStart(5)).join(' ')}`,
    ...rows.map(
      ({ simulated, records, correlation }) =>
        `${simulated.padEnd(8)}${String(records).padStart(7)}  ${LEADS.map((lead) => (correlation[lead] ?? NaN).toFixed(2).padStart(5)).join(' ')}`,
    ),
    '',
  ].join('\n');
}

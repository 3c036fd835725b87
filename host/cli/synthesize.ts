/** `isochrone synthesize --out PATH`: a synthetic patient as WFDB, with its truth. */
import { DEFAULT_PATIENT, writeSynthetic } from '../records/synthetic/files.js';
import { synthesizePatient } from '../records/synthetic/patient.js';

export interface SynthesizeOptions {
  readonly out: string;
  readonly seed?: number;
  readonly seconds?: number;
}

export async function runSynthesize(options: SynthesizeOptions): Promise<void> {
  const patient = synthesizePatient({
    ...DEFAULT_PATIENT,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.seconds === undefined ? {} : { durationS: options.seconds }),
  });
  const files = await writeSynthetic(options.out, patient);
  process.stdout.write(`${files.headerPath}\n${files.truthPath}\n`);
}

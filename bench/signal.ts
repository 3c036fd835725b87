/**
 * The signal chain against what cardiologists drew. Each measurement is one file of bench/signal/; all run the compiled C of
 * firmware-templates/core.
 */
import { basename } from 'node:path';
import { progress } from '../host/cli/progress.js';
import { readMarkedSet } from '../host/records/marked-set.js';
import { beatsText, measureBeats, type BeatFigures } from './signal/beats.js';
import {
  delineationText,
  measureDelineation,
  type DelineationFigures,
} from './signal/delineation.js';

export interface SignalReport {
  readonly data: string;
  readonly records: number;
  readonly beats: readonly BeatFigures[];
  readonly delineation: DelineationFigures;
}

/** @param folder records with drawn waves (host/records/marked-set.ts) */
export async function benchSignal(folder: string): Promise<SignalReport> {
  const records = await readMarkedSet(folder);
  const beatsBar = progress('beats');
  const beats = measureBeats(records, (done, of) => {
    beatsBar.update(done, of);
  });
  beatsBar.finish(`${records.length} records`);
  const marksBar = progress('delineation');
  const delineation = measureDelineation(records, folder, (done, of) => {
    marksBar.update(done, of);
  });
  marksBar.finish(`${records.length} records`);
  return { data: basename(folder), records: records.length, beats, delineation };
}

export function signalText({ data, records, beats, delineation }: SignalReport): string {
  return `${data}: ${records} records\n\n${beatsText(beats)}\n\n${delineationText(delineation)}\n`;
}

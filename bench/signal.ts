/**
 * The signal chain against what cardiologists drew. Each measurement is one file of bench/signal/; all run the compiled C of
 * firmware-templates/core.
 */
import { basename } from 'node:path';
import { progress } from '../host/cli/progress.js';
import { readMarkedSet } from '../host/records/marked-set.js';
import { beatsText, measureBeats, type BeatFigures } from './signal/beats.js';

export interface SignalReport {
  readonly data: string;
  readonly records: number;
  readonly beats: readonly BeatFigures[];
}

/** @param folder records with drawn waves (host/records/marked-set.ts) */
export async function benchSignal(folder: string): Promise<SignalReport> {
  const records = await readMarkedSet(folder);
  const bar = progress('beats');
  const beats = measureBeats(records, (done, of) => {
    bar.update(done, of);
  });
  bar.finish(`${records.length} records`);
  return { data: basename(folder), records: records.length, beats };
}

export function signalText({ data, records, beats }: SignalReport): string {
  return `${data}: ${records} records\n\n${beatsText(beats)}\n`;
}

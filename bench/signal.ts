/**
 * The signal chain against what cardiologists drew. Each measurement is one file of bench/signal/; all run the compiled C of
 * firmware-templates/core.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { progress } from '../host/cli/progress.js';
import { readMarkedSet } from '../host/records/marked-set.js';
import { conformanceText, type ConformanceResult } from './signal/conformance.js';
import { measureRhythmConformance } from './signal/conformance-rhythm.js';
import { beatsText, measureBeats, type BeatFigures } from './signal/beats.js';
import {
  conditionerText,
  measureConditioner,
  type ConditionerFigures,
} from './signal/conditioner.js';
import { measureQuality, qualityText, type QualityFigures } from './signal/quality.js';
import {
  delineationCostText,
  measureDelineationCost,
  type DelineationCost,
} from './signal/delineation-cost.js';
import {
  delineationText,
  measureDelineation,
  type DelineationFigures,
} from './signal/delineation.js';

const COST_BOARDS = ['mps2-an386', 'mps3-an547'];

export interface SignalReport {
  readonly data: string;
  readonly records: number;
  readonly beats: readonly BeatFigures[];
  readonly delineation: DelineationFigures;
  readonly delineationCosts: readonly DelineationCost[];
  readonly rhythm: readonly ConformanceResult[];
  readonly conditioner: ConditionerFigures;
  /** Undefined where the labelled records are not there. */
  readonly quality?: QualityFigures;
}

/**
 * @param folder records with drawn waves (host/records/marked-set.ts)
 * @param qualityFolder records labelled acceptable or not (bench/signal/quality.ts); left out where there is none
 * @param ptbxlFolder PTB-XL as decoded; left out where there is none
 */
export async function benchSignal(
  folder: string,
  qualityFolder: string,
  ptbxlFolder: string,
): Promise<SignalReport> {
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
  const delineationCosts: DelineationCost[] = [];
  for (const board of COST_BOARDS) {
    delineationCosts.push(await measureDelineationCost(records, board));
  }
  const conditioner = await measureConditioner(records, ptbxlFolder);
  const quality = existsSync(join(qualityFolder, 'labels.csv'))
    ? await measureQuality(qualityFolder)
    : undefined;
  return {
    ...{ data: basename(folder), records: records.length, beats, delineation, delineationCosts },
    rhythm: measureRhythmConformance(),
    conditioner,
    ...(quality === undefined ? {} : { quality }),
  };
}

export function signalText(report: SignalReport): string {
  const { quality } = report;
  return [
    `${report.data}: ${report.records} records`,
    beatsText(report.beats),
    delineationText(report.delineation),
    ...report.delineationCosts.map(delineationCostText),
    conformanceText('rhythm signals', report.rhythm),
    conditionerText(report.conditioner),
    quality === undefined ? 'quality: skipped, no labelled records' : qualityText(quality),
    '',
  ].join('\n\n');
}

/** All that is measured of the conditioner at 500 Hz and of what belongs to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { progress } from '../../host/cli/progress.js';
import type { MarkedRecord } from '../../host/records/marked-set.js';
import { conformanceText, type ConformanceResult } from './conformance.js';
import { measureConformanceFilters } from './conformance-filters.js';
import { costText, measureCost, type StageCost } from './cost.js';
import {
  mainsText,
  measureMains,
  measurePacerMarks,
  pacerText,
  type MainsFigures,
  type PacerFigures,
} from './interference.js';
import { measureReversal, reversalText, type ReversalFigures } from './reversal.js';

/** The fold that chose neither weights nor thresholds. */
const REVERSAL_SET = 'fold09.d16.gz';

export interface ConditionerFigures {
  readonly conformance: readonly ConformanceResult[];
  readonly cost: readonly StageCost[];
  readonly mains: MainsFigures;
  /** Undefined where PTB-XL is not there. */
  readonly pacer?: PacerFigures;
  readonly reversal?: ReversalFigures;
}

/** @param ptbxl PTB-XL as decoded; what needs it is left out where there is none */
export async function measureConditioner(
  records: readonly MarkedRecord[],
  ptbxl: string,
): Promise<ConditionerFigures> {
  const bar = progress('conditioner');
  const steps = existsSync(join(ptbxl, REVERSAL_SET)) ? 5 : 3;
  const conformance = measureConformanceFilters();
  bar.update(1, steps);
  const cost = await measureCost();
  bar.update(2, steps);
  const mains = measureMains(records);
  bar.update(3, steps);
  const always = { conformance, cost, mains };
  if (steps === 3) {
    bar.finish('without PTB-XL');
    return always;
  }
  const reversal = await measureReversal(join(ptbxl, REVERSAL_SET));
  bar.update(4, steps);
  const pacer = await measurePacerMarks(ptbxl);
  bar.finish('done');
  return { ...always, pacer, reversal };
}

export function conditionerText(figures: ConditionerFigures): string {
  const { pacer, reversal } = figures;
  return [
    conformanceText('conditioner signals', figures.conformance),
    costText(figures.cost),
    mainsText(figures.mains),
    pacer === undefined ? 'pacemaker marks: skipped, no PTB-XL' : pacerText(pacer),
    reversal === undefined ? 'exchanged electrodes: skipped, no PTB-XL' : reversalText(reversal),
  ].join('\n\n');
}

/** The class-normal median beat: a baseline of integrated gradients that is an ECG, and not silence. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { microvoltFactor } from '../../codegen/emit/input-factor.js';
import { integerTensor, widthOf, type IntegerProgram } from '../../codegen/integer/program.js';
import { multiplyRound } from '../../codegen/integer/round.js';
import { inputCodes } from '../../host/attribution/network.js';
import type { TiledBeat } from '../../host/attribution/tile.js';
import { BEAT_R_INDEX, BEAT_SAMPLES } from '../../host/cineecg/beats.js';
import { readFoldLabels } from '../../host/records/labels.js';
import { foldWindows } from './windows.js';

/** Training folds: the records that are measured give nothing to their own baseline. */
const FOLDS = [1, 2, 3, 4, 5, 6, 7, 8];
const RECORDS_PER_FOLD = 25;
const NORMAL = 'NORM';

/**
 * The median over normal records (label NORM and no other superclass, likelihood at least 50 %) of their mean beats.
 * @returns [12][80] microvolt; undefined where the training folds are not beside the measured one
 */
export async function normalBeat(
  data: string,
  classes: readonly string[],
): Promise<readonly (readonly number[])[] | undefined> {
  const paths = FOLDS.map((fold) => join(data, `fold${String(fold).padStart(2, '0')}.d16.gz`));
  if (!classes.includes(NORMAL) || !paths.every((path) => existsSync(path))) return undefined;
  const beats: (readonly (readonly number[])[])[] = [];
  for (const [i, path] of paths.entries()) {
    const { sup50 } = await readFoldLabels(data, FOLDS[i] ?? 0, classes);
    let taken = 0;
    const keep = (record: number): boolean => {
      const only = classes.every(
        (name) => (sup50.get(name)?.[record] ?? false) === (name === NORMAL),
      );
      taken += only ? 1 : 0;
      return only && taken <= RECORDS_PER_FOLD;
    };
    const windows = await foldWindows(path, keep);
    beats.push(...windows.map(({ meanBeat }) => meanBeat).filter((beat) => beat.length > 0));
  }
  const independent = Array.from({ length: 8 }, (_, lead) =>
    Array.from({ length: BEAT_SAMPLES }, (_, t) =>
      median(beats.map((beat) => beat[lead]?.[t] ?? 0)),
    ),
  );
  return twelveLeads(independent);
}

/** Einthoven and Goldberger, rounded downwards as on the device. */
function twelveLeads(independent: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const [one = [], two = [], ...chest] = independent;
  const derived = (of: (i: number, ii: number) => number): readonly number[] =>
    one.map((i, t) => of(i, two[t] ?? 0));
  return [
    one,
    two,
    derived((i, ii) => ii - i),
    derived((i, ii) => -(i + ii) >> 1),
    derived((i, ii) => (2 * i - ii) >> 1),
    derived((i, ii) => (2 * ii - i) >> 1),
    ...chest,
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The beat at the window's R marks, as the device lays it. */
export function tiledBeat(
  program: IntegerProgram,
  beat: readonly (readonly number[])[],
  rIndex: readonly number[],
): TiledBeat {
  const tensor = integerTensor(program, program.input);
  const { multiplier, shift } = microvoltFactor(tensor.scale);
  const { channels, zeroPoint } = tensor;
  return {
    beat: inputCodes({ width: widthOf(tensor) }, BEAT_SAMPLES * channels, (i) => {
      const microvolt = Math.round(beat[i % channels]?.[Math.floor(i / channels)] ?? 0);
      return multiplyRound(microvolt, multiplier, shift) + zeroPoint;
    }),
    beatSamples: BEAT_SAMPLES,
    beatR: BEAT_R_INDEX,
    rIndex,
  };
}

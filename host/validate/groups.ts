/** The same network on parts of a fold: by age, sex, recording device and the wall of an infarct. */
import type { RecordAbout } from '../records/labels.js';
import { areaIntervals, type AreaIntervals } from './area-intervals.js';

export interface GroupReport {
  readonly group: string;
  readonly records: number;
  /** Absent where too few records have, or lack, every class. */
  readonly areas?: AreaIntervals;
}

const AGE_GROUPS = [
  { name: 'below 40', from: 0, to: 40 },
  { name: '40 to 59', from: 40, to: 60 },
  { name: '60 to 74', from: 60, to: 75 },
  { name: '75 and over', from: 75, to: Infinity },
] as const;

export type Grouping = 'age' | 'sex' | 'device' | 'infarctWall';

/**
 * @param scores by record, one value for each class in the order of `truth`
 * @param infarct the class that infarct walls are of; its area among the records of one wall and those without the class
 */
export function groupReports(
  scores: readonly ArrayLike<number>[],
  truth: ReadonlyMap<string, readonly boolean[]>,
  about: readonly RecordAbout[],
  infarct = 'MI',
): Readonly<Record<Grouping, readonly GroupReport[]>> {
  const of = (
    group: string,
    belongs: (record: RecordAbout, index: number) => boolean,
    classes = [...truth.keys()],
  ): GroupReport => {
    const kept = about.flatMap((record, index) => (belongs(record, index) ? [index] : []));
    const columns = [...truth.keys()].flatMap((name, c) => (classes.includes(name) ? [c] : []));
    const areas = areaIntervals(
      kept.map((index) => columns.map((c) => scores[index]?.[c] ?? NaN)),
      new Map(
        classes.map((name) => [name, kept.map((index) => truth.get(name)?.[index] ?? false)]),
      ),
    );
    return { group, records: kept.length, ...(areas === undefined ? {} : { areas }) };
  };
  const infarcts = truth.get(infarct);
  const walls = distinct(about.flatMap(({ infarctWalls }) => infarctWalls));
  return {
    age: AGE_GROUPS.map(({ name, from, to }) =>
      of(name, ({ ageYears = NaN }) => ageYears >= from && ageYears < to),
    ),
    sex: (['female', 'male'] as const).map((name) => of(name, ({ sex }) => sex === name)),
    device: distinct(about.flatMap(({ device }) => device ?? [])).map((name) =>
      of(name, ({ device }) => device === name),
    ),
    infarctWall:
      infarcts === undefined
        ? []
        : walls.map((wall) =>
            of(
              wall,
              ({ infarctWalls }, index) => infarctWalls.includes(wall) || infarcts[index] !== true,
              [infarct],
            ),
          ),
  };
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

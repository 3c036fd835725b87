/** Results of all cases → the figures of the report: each with its interval, chance beside it. */
import { IsochroneError } from '../../codegen/errors.js';
import type { Interval } from './statistics.js';
import { bootstrapMean, mean, median, wilcoxon } from './statistics.js';
import { ARMS, candidateCount, type ArmName } from './arms.js';
import { CHANGE_MICROVOLT } from '../records/synthetic/time-truth.js';
import type { RecordedReport } from './recorded-report.js';
import type { CaseResult, PlaceResult, SimulatedResults } from './simulated.js';
import { summariseTrust, type TrustReport } from './trust-report.js';
import { TIME_ARMS, type TimeArmName } from './time-arms.js';

export const GROUPS = ['scar', 'ischaemia', 'ectopic', 'scar 2–6', 'ischaemia 2–6'] as const;
export type Group = (typeof GROUPS)[number];
/** The three whose mean the goals are about: one segment, or one origin. */
const HEADLINE: readonly Group[] = ['scar', 'ischaemia', 'ectopic'];

export interface PlaceFigures {
  readonly cases: number;
  readonly top1: Interval;
  readonly top3: number;
  readonly territory: number;
  readonly medianMm: number;
  readonly auc: number;
  readonly averagePrecision: number;
  readonly dice: number;
  /** Mean Dice of the one, two … best regions. */
  readonly diceByCoverage: readonly number[];
}

export interface TimeFigures {
  readonly cases: number;
  readonly dicePerLead: Interval;
  readonly dicePooled: Interval;
  readonly pointing: number;
  readonly deletion: number;
  readonly insertion: number;
  readonly infidelity: number;
}

export interface Comparison {
  readonly of: string;
  readonly against: string;
  readonly what: string;
  readonly difference: Interval;
  readonly pairs: number;
  readonly wilcoxonP: number;
}

export interface SimulatedReport {
  readonly hearts: number;
  readonly population: string;
  readonly thresholdMicrovolt: number;
  /** Mean over scar, ischaemia and ectopic beats of one place. */
  readonly headline: Readonly<
    Record<
      string,
      {
        readonly top1: number;
        readonly top3: number;
        readonly territory: number;
        readonly ectopicMm: number;
      }
    >
  >;
  readonly place: Readonly<Record<string, Readonly<Record<string, PlaceFigures>>>>;
  readonly placeChance: Readonly<
    Record<string, { readonly top1: number; readonly top3: number; readonly dice: number }>
  >;
  readonly time: Readonly<Record<string, Readonly<Record<string, TimeFigures>>>>;
  readonly timeChance: Readonly<
    Record<string, { readonly perLead: number; readonly pooled: number }>
  >;
  readonly consistency: { readonly attribution: Interval; readonly map: Interval };
  readonly randomisedWeights: { readonly attribution: Interval; readonly map: Interval };
  readonly classAccuracy: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  readonly trust: TrustReport | null;
  readonly comparisons: readonly Comparison[];
}

export interface EvaluationReport {
  readonly format: 'isochrone-evaluation-1';
  readonly simulated: SimulatedReport;
  /** null when none was asked for. */
  readonly wrongHeart: SimulatedReport | null;
  /** null where there are no records. */
  readonly recorded: RecordedReport | null;
}

/** Parts that may be absent; every other null of the file is a figure that there was nothing to make of. */
const MAY_BE_NULL = ['wrongHeart', 'recorded', 'trust'];

/** @throws {IsochroneError} EVALUATE_REPORT_INVALID */
export function readReport(text: string, file: string): EvaluationReport {
  const invalid = (cause?: unknown): IsochroneError =>
    new IsochroneError('EVALUATE_REPORT_INVALID', `${file} is no report of this version`, {
      hint: 'Write one: isochrone evaluate --json > FILE.',
      where: { file },
      cause,
    });
  let parsed: EvaluationReport;
  try {
    parsed = JSON.parse(text, (key, value: unknown) =>
      value === null && !MAY_BE_NULL.includes(key) ? Number.NaN : value,
    ) as EvaluationReport;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw invalid(cause);
    throw cause;
  }
  if (parsed.format !== 'isochrone-evaluation-1') throw invalid();
  return parsed;
}

export function groupOf({ kind, segments }: CaseResult): Group {
  return (segments.length > 1 ? `${kind} 2–6` : kind) as Group;
}

export function summarise(
  results: SimulatedResults,
  hearts: number,
  population: string,
): SimulatedReport {
  const grouped = new Map(
    GROUPS.map((group) => [group, results.cases.filter((one) => groupOf(one) === group)]),
  );
  const present = GROUPS.filter((group) => (grouped.get(group)?.length ?? 0) > 0);
  const per = <T>(of: (cases: readonly CaseResult[], group: Group) => T): Record<string, T> =>
    Object.fromEntries(present.map((group) => [group, of(grouped.get(group) ?? [], group)]));
  const place = per(placeTable);
  return {
    hearts,
    population,
    thresholdMicrovolt: CHANGE_MICROVOLT,
    headline: headline(place),
    place,
    placeChance: per(placeChance),
    time: per(timeTable),
    timeChance: per((cases) => ({
      perLead: mean(cases.flatMap(({ timeChance }) => timeChance?.perLead ?? [])),
      pooled: mean(cases.flatMap(({ timeChance }) => timeChance?.pooled ?? [])),
    })),
    consistency: {
      attribution: bootstrapMean(
        results.cases.flatMap(({ consistency }) => consistency?.attribution ?? []),
      ),
      map: bootstrapMean(results.cases.flatMap(({ consistency }) => consistency?.map ?? [])),
    },
    randomisedWeights: {
      attribution: bootstrapMean(results.cases.map(({ randomised }) => randomised.attribution)),
      map: bootstrapMean(results.cases.map(({ randomised }) => randomised.map)),
    },
    classAccuracy: classAccuracy(results),
    trust: summariseTrust(results.cases.flatMap(({ trust }) => trust ?? [])),
    comparisons: comparisons(results.cases),
  };
}

function placeTable(cases: readonly CaseResult[]): Record<string, PlaceFigures> {
  const rows = (Object.keys(ARMS) as ArmName[]).flatMap((arm) => {
    const own = cases.flatMap(({ place }) => place[arm] ?? []);
    const of = (key: Exclude<keyof PlaceResult, 'diceByCoverage'>): number[] =>
      own.map((result) => result[key]);
    if (own.length === 0) return [];
    const figures: PlaceFigures = {
      cases: own.length,
      top1: bootstrapMean(of('top1')),
      top3: mean(of('top3')),
      territory: mean(of('territory')),
      medianMm: median(of('mm')),
      auc: mean(of('auc').filter((value) => !Number.isNaN(value))),
      averagePrecision: mean(of('averagePrecision').filter((value) => !Number.isNaN(value))),
      dice: mean(of('dice')),
      diceByCoverage: (own[0]?.diceByCoverage ?? []).map((_, k) =>
        mean(own.map(({ diceByCoverage }) => diceByCoverage[k] ?? 0)),
      ),
    };
    return [[arm, figures] as const];
  });
  return Object.fromEntries(rows);
}

function headline(
  place: Record<string, Record<string, PlaceFigures>>,
): SimulatedReport['headline'] {
  const rows = Object.keys(ARMS).flatMap((arm) => {
    const own = HEADLINE.map((group) => place[group]?.[arm]);
    if (own.some((figures) => figures === undefined)) return [];
    const average = (of: (figures: PlaceFigures) => number): number =>
      mean(own.flatMap((figures) => (figures === undefined ? [] : [of(figures)])));
    return [
      [
        arm,
        {
          top1: average(({ top1 }) => top1.estimate),
          top3: average(({ top3 }) => top3),
          territory: average(({ territory }) => territory),
          ectopicMm: own[2]?.medianMm ?? Number.NaN,
        },
      ] as const,
    ];
  });
  return Object.fromEntries(rows);
}

/** What drawing regions blindly gives, on average over these truths. */
function placeChance(
  cases: readonly CaseResult[],
  group: Group,
): { readonly top1: number; readonly top3: number; readonly dice: number } {
  const count = candidateCount(group === 'ectopic' ? 'ectopic' : 'scar');
  const missThree = (size: number): number =>
    [0, 1, 2].reduce((share, k) => share * Math.max(0, (count - size - k) / (count - k)), 1);
  return {
    top1: mean(cases.map(({ segments }) => segments.length / count)),
    top3: mean(cases.map(({ segments }) => 1 - missThree(segments.length))),
    dice: mean(cases.map(({ segments }) => segments.length / count)),
  };
}

function timeTable(cases: readonly CaseResult[]): Record<string, TimeFigures> {
  const rows = (Object.keys(TIME_ARMS) as TimeArmName[]).flatMap((arm) => {
    const own = cases.flatMap(({ time }) => time[arm] ?? []);
    const faithful = cases.flatMap(({ faithfulness }) => faithfulness[arm] ?? []);
    if (own.length === 0) return [];
    const figures: TimeFigures = {
      cases: own.length,
      dicePerLead: bootstrapMean(own.map(({ perLead }) => perLead)),
      dicePooled: bootstrapMean(own.map(({ pooled }) => pooled)),
      pointing: mean(own.map(({ pointing }) => pointing)),
      deletion: mean(faithful.map(({ deletion }) => deletion)),
      insertion: mean(faithful.map(({ insertion }) => insertion)),
      infidelity: mean(cases.flatMap(({ trust }) => trust?.infidelity[arm] ?? [])),
    };
    return [[arm, figures] as const];
  });
  return Object.fromEntries(rows);
}

function classAccuracy({ classes }: SimulatedResults): SimulatedReport['classAccuracy'] {
  const kinds = [...new Set(classes.map(({ kind }) => kind))];
  const table = (key: 'coarse' | 'cineEcg'): Record<string, readonly number[]> =>
    Object.fromEntries(
      kinds.map((kind) => {
        const own = classes.filter((one) => one.kind === kind);
        const networks = own[0]?.[key].length ?? 0;
        const share = (k: number): number => mean(own.map((one) => (one[key][k] === true ? 1 : 0)));
        return [kind, Array.from({ length: networks }, (_, k) => share(k))];
      }),
    );
  return { 'twelve leads': table('coarse'), CineECG: table('cineEcg') };
}

function comparisons(cases: readonly CaseResult[]): Comparison[] {
  const single = cases.filter(({ segments }) => segments.length === 1);
  const byPlace = (of: ArmName, against: ArmName): Comparison => {
    const differences = single.flatMap(({ place }) => {
      const [a, b] = [place[of], place[against]];
      return a === undefined || b === undefined ? [] : [a.auc - b.auc];
    });
    return compare(of, against, 'place, localisation AUC', differences);
  };
  const byTop1 = (of: ArmName, against: ArmName): Comparison => {
    const differences = single.flatMap(({ place }) => {
      const [a, b] = [place[of], place[against]];
      return a === undefined || b === undefined ? [] : [a.top1 - b.top1];
    });
    return compare(of, against, 'place, top 1', differences);
  };
  const byTime = (of: TimeArmName, against: TimeArmName, key: 'perLead' | 'pooled'): Comparison => {
    const differences = cases.flatMap(({ time }) => {
      const [a, b] = [time[of], time[against]];
      return a === undefined || b === undefined ? [] : [a[key] - b[key]];
    });
    return compare(
      of,
      against,
      `time, Dice ${key === 'pooled' ? 'pooled' : 'per lead'}`,
      differences,
    );
  };
  return [
    ...(
      [
        'plain',
        'paper-like',
        'adjoint, direction',
        'matched filter',
        'network trained on CineECG',
      ] as const
    ).flatMap((other) => [byTop1('chain rule', other), byPlace('chain rule', other)]),
    byTop1('chain rule', 'chain rule, random weights'),
    byTop1('occlusion', 'matched filter'),
    byTop1('occlusion', 'plain'),
    byTop1('occlusion', 'paper-like'),
    byTop1('occlusion', 'occlusion, random weights'),
    byTop1('occlusion', 'occlusion, unhealed, against normal'),
    byTop1('methods and seeds averaged', 'plain'),
    byTop1('methods and seeds averaged', 'paper-like'),
    byTop1('methods and seeds averaged', 'matched filter'),
    ...(['perLead', 'pooled'] as const).flatMap((key) => [
      byTime('mapped', 'plain', key),
      byTime('leads averaged', 'plain', key),
      byTime('dipolar part', 'plain', key),
      byTime('plain', 'random', key),
    ]),
  ];
}

function compare(
  of: string,
  against: string,
  what: string,
  differences: readonly number[],
): Comparison {
  return {
    of,
    against,
    what,
    difference: bootstrapMean(differences),
    pairs: differences.length,
    wilcoxonP: wilcoxon(differences).p,
  };
}

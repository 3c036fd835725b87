/** Truth (b): scores of real records → figures with intervals, chance beside them. */
import { WALL_TABLES, type WallTable } from './infarct-walls.js';
import { WALL_ARMS, type RecordedResults, type WallArm, type WallCase } from './recorded.js';
import { bootstrapMean, mean, wilcoxon, type Interval } from './statistics.js';

export interface WallFigures {
  readonly cases: number;
  readonly dice: Interval;
  /** Mean Dice of a random map against the same truths. */
  readonly chance: number;
  readonly auc: number;
  readonly pointing: number;
}

export interface WallComparison {
  readonly of: WallArm;
  readonly against: WallArm;
  readonly dice: Interval;
  readonly pairs: number;
  readonly wilcoxonP: number;
}

export interface WallGroup {
  readonly table: WallTable;
  readonly kind: WallCase['kind'];
  /** Whether only statements of at least 50 % likelihood count. */
  readonly likelyOnly: boolean;
  readonly cases: number;
  readonly arms: Readonly<Partial<Record<WallArm, WallFigures>>>;
  readonly comparisons: readonly WallComparison[];
}

export interface RecordedReport {
  readonly network: string;
  readonly fold: number;
  readonly withheld: RecordedResults['withheld'];
  readonly groups: readonly WallGroup[];
}

export function summariseRecorded(
  { cases, withheld }: RecordedResults,
  network: string,
  fold: number,
): RecordedReport {
  const tables = Object.keys(WALL_TABLES) as WallTable[];
  const groups = (['scar', 'ischaemia'] as const).flatMap((kind) =>
    [false, true].flatMap((likelyOnly) => {
      const own = cases.filter((one) => one.kind === kind && (one.isLikely || !likelyOnly));
      return own.length === 0 ? [] : tables.map((table) => groupOf(own, table, kind, likelyOnly));
    }),
  );
  return { network, fold, withheld, groups };
}

function groupOf(
  cases: readonly WallCase[],
  table: WallTable,
  kind: WallCase['kind'],
  likelyOnly: boolean,
): WallGroup {
  const arms = (Object.keys(WALL_ARMS) as WallArm[]).flatMap((arm) => {
    const own = cases.filter((one) => one.scores[table][arm] !== undefined);
    if (own.length === 0) return [];
    const of = (key: 'dice' | 'auc' | 'pointing'): number[] =>
      own.flatMap((one) => one.scores[table][arm]?.[key] ?? []);
    const figures: WallFigures = {
      cases: own.length,
      dice: bootstrapMean(of('dice')),
      chance: mean(own.map(({ chance }) => chance[table])),
      auc: mean(of('auc')),
      pointing: mean(of('pointing')),
    };
    return [[arm, figures] as const];
  });
  const compare = (of: WallArm, against: WallArm): WallComparison[] => {
    const differences = cases.flatMap(({ scores }) => {
      const [a, b] = [scores[table][of], scores[table][against]];
      return a === undefined || b === undefined ? [] : [a.dice - b.dice];
    });
    if (differences.length === 0) return [];
    return [
      {
        ...{ of, against },
        dice: bootstrapMean(differences),
        pairs: differences.length,
        wilcoxonP: wilcoxon(differences).p,
      },
    ];
  };
  return {
    ...{ table, kind, likelyOnly, cases: cases.length },
    arms: Object.fromEntries(arms),
    comparisons: [
      ...compare('as shown', 'plain_facing_lead'),
      ...compare('adjoint_direction', 'plain_facing_lead'),
      ...compare('chain_rule', 'plain_facing_lead'),
      ...compare('anatomical_occlusion', 'plain_facing_lead'),
      ...compare('paper_like_position', 'plain_facing_lead'),
      ...compare('as shown', 'random'),
      ...compare('as shown', 'usual wall'),
      ...compare('plain_facing_lead', 'random'),
    ],
  };
}

const interval = ({ estimate, low, high }: Interval): string =>
  `${estimate.toFixed(3)} (${low.toFixed(3)}…${high.toFixed(3)})`;

export function recordedText({ network, fold, withheld, groups }: RecordedReport): string[] {
  return [
    `== real records, fold ${fold}, network ${network}: the wall that the statement names, a proxy read from the ECG`,
    '',
    ...groups.flatMap(({ table, kind, likelyOnly, cases, arms, comparisons }) => [
      `${kind === 'scar' ? 'infarcts, as scars' : 'ischaemia and injury'}, ${likelyOnly ? 'likelihood from 50 %' : 'any likelihood'}, ${table} reading: ${cases} records`,
      'cases  Dice (95 %)            chance  AUC    pointing  map',
      ...Object.entries(arms).map(
        ([arm, f]) =>
          `${String(f.cases).padStart(5)}  ${interval(f.dice)}  ${f.chance.toFixed(3)}   ${f.auc.toFixed(2)}   ${(100 * f.pointing).toFixed(1).padStart(5)}     ${arm}: ${WALL_ARMS[arm as WallArm]}`,
      ),
      ...comparisons.map(
        ({ of, against, dice, pairs, wilcoxonP }) =>
          `${interval(dice)}  p ${wilcoxonP < 0.001 ? '< 0.001' : wilcoxonP.toFixed(3)}  ${of} − ${against}, ${pairs} pairs`,
      ),
      '',
    ]),
    ...(withheld.length === 0
      ? []
      : [
          `explanation withheld of ${withheld.length} records: ${[...new Set(withheld.map(({ why }) => why))].join('; ')}`,
          '',
        ]),
  ];
}

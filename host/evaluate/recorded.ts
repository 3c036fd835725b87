/**
 * Truth (b): real records whose statement names an infarct wall. A proxy: the wall was read from the ECG, not seen in the heart,
 * and the network learned from the same statements (as superclasses, without the wall).
 */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import { lesionOfClass } from '../cineecg/mapping/class-lesions.js';
import type { EcgRecord } from '../records/record.js';
import { classNames } from '../../codegen/emit/emit.js';
import { explainRecord } from '../explain/explain-record.js';
import { seededRandom } from '../records/synthetic/random.js';
import { WALL_TABLES, wallOf, type Wall, type WallTable } from './infarct-walls.js';
import { areaUnderRoc, diceAtTruthCoverage } from './metrics.js';

export const WALL_ARMS = {
  random: 'scores drawn anew',
  'usual wall':
    'the same for every record: how often each segment is named in the others of its kind',
  plain_facing_lead: 'attribution by lead; a segment has what the lead that faces it has',
  paper_like_position: 'mean |attribution| of the leads, on the path',
  adjoint_direction: 'Lᵀ of the gradient, direction kernel',
  chain_rule: 'c_s ⟨g, D_s⟩, where any place has evidence',
  'as shown': 'what a device shows: the chain rule, the adjoint where no place has evidence',
  anatomical_occlusion: 'answer lost when the lesion is healed',
  matched_filter_without_network: 'the beat alone',
} as const;
export type WallArm = keyof typeof WALL_ARMS;

const LEFT_SEGMENTS = 17;
/** Draws of random scores a record: their mean is the chance that is printed. */
const RANDOM_DRAWS = 64;

export interface WallRecord {
  readonly index: number;
  readonly record: EcgRecord;
  /** Statements that name a wall, with their likelihood in percent. */
  readonly statements: ReadonlyMap<string, number>;
}

export interface WallScore {
  /** Overlap of as many segments as the core has with the core; optional segments are left out of both. */
  readonly dice: number;
  readonly auc: number;
  /** Whether the one highest segment belongs to the core. */
  readonly pointing: number;
}

export interface WallCase {
  readonly index: number;
  readonly kind: 'scar' | 'ischaemia';
  readonly statements: readonly string[];
  /** Every wall statement has a likelihood of 50 % at least. */
  readonly isLikely: boolean;
  /** Share of core among the segments that count: what Dice of a random map is on average. */
  readonly chance: Readonly<Record<WallTable, number>>;
  readonly scores: Readonly<Record<WallTable, Readonly<Partial<Record<WallArm, WallScore>>>>>;
}

export interface RecordedResults {
  readonly cases: readonly WallCase[];
  /** Records whose explanation was withheld, and why. */
  readonly withheld: readonly { readonly index: number; readonly why: string }[];
}

const LIKELY = 50;

/** MI statements are looked for as scars, ischaemia and injury as ischaemia; of a record that has both, the infarct. */
export function kindOfStatements(statements: Iterable<string>): 'scar' | 'ischaemia' | undefined {
  const walls = [...statements].filter((name) => name in WALL_TABLES.classical);
  if (walls.length === 0) return undefined;
  return walls.some((name) => name.endsWith('MI')) ? 'scar' : 'ischaemia';
}

/** @throws {IsochroneError} EXPLAIN_CLASS_UNKNOWN where no class of the network stands for the lesion */
export function evaluateRecorded(
  network: CompiledNetwork,
  records: readonly WallRecord[],
  onRecord: (done: number) => void,
): RecordedResults {
  const mapped: Mapped[] = [];
  const withheld: { index: number; why: string }[] = [];
  for (const [done, { index, record, statements }] of records.entries()) {
    const kind = kindOfStatements(statements.keys());
    if (kind !== undefined) {
      const own = [...statements.keys()].filter(
        (name) => name.endsWith('MI') === (kind === 'scar'),
      );
      const isLikely = own.every((name) => (statements.get(name) ?? 0) >= LIKELY);
      try {
        const className = classOfKind(network, kind);
        const { maps } = explainRecord({
          record,
          network,
          className,
          mapping: 'adjoint_direction',
        });
        mapped.push({ index, kind, statements: own, isLikely, maps });
      } catch (error) {
        if (!(error instanceof IsochroneError) || error.code === 'EXPLAIN_CLASS_UNKNOWN')
          throw error;
        withheld.push({ index, why: error.message });
      }
    }
    onRecord(done + 1);
  }
  return { cases: mapped.map((one) => wallCase(one, mapped)), withheld };
}

interface Mapped {
  readonly index: number;
  readonly kind: 'scar' | 'ischaemia';
  readonly statements: readonly string[];
  readonly isLikely: boolean;
  readonly maps: ReturnType<typeof explainRecord>['maps'];
}

function classOfKind({ program }: CompiledNetwork, kind: 'scar' | 'ischaemia'): string {
  const name = classNames(program).find((each) => lesionOfClass(each) === kind);
  if (name !== undefined) return name;
  throw new IsochroneError('EXPLAIN_CLASS_UNKNOWN', `no class of the network stands for ${kind}`, {
    hint: `Its classes: ${classNames(program).join(', ')}.`,
  });
}

function wallCase(one: Mapped, all: readonly Mapped[]): WallCase {
  const tables = Object.keys(WALL_TABLES) as WallTable[];
  const of = <T>(value: (table: WallTable, wall: Wall) => T): Record<WallTable, T> =>
    Object.fromEntries(
      tables.map((table) => [
        table,
        value(table, wallOf(table, one.statements) ?? { core: [], optional: [] }),
      ]),
    ) as Record<WallTable, T>;
  const { index, kind, statements, isLikely } = one;
  return {
    ...{ index, kind, statements, isLikely },
    chance: of((_table, { core, optional }) => core.length / (LEFT_SEGMENTS - optional.length)),
    scores: of((table, wall) => scoresOf(one, all, table, wall)),
  };
}

function scoresOf(
  one: Mapped,
  all: readonly Mapped[],
  table: WallTable,
  wall: Wall,
): Partial<Record<WallArm, WallScore>> {
  const scores: Partial<Record<WallArm, WallScore>> = {};
  const others = all.filter(({ index, kind }) => kind === one.kind && index !== one.index);
  const usual = Array.from({ length: LEFT_SEGMENTS }, (_, segment) =>
    others.reduce(
      (sum, { statements }) =>
        sum + (wallOf(table, statements)?.core.includes(segment + 1) === true ? 1 : 0),
      0,
    ),
  );
  scores['usual wall'] = wallScore(usual, wall);
  const random = seededRandom(one.index, 'wall');
  const drawn = Array.from({ length: RANDOM_DRAWS }, () =>
    wallScore(
      Array.from({ length: LEFT_SEGMENTS }, () => random.uniform()),
      wall,
    ),
  );
  const mean = (key: keyof WallScore): number =>
    drawn.reduce((sum, score) => sum + score[key], 0) / drawn.length;
  scores.random = { dice: mean('dice'), auc: mean('auc'), pointing: mean('pointing') };
  const shown = one.maps.chain_rule ?? one.maps.adjoint_direction;
  for (const [name, map] of Object.entries({ ...one.maps, 'as shown': shown })) {
    if (map !== undefined) scores[name as WallArm] = wallScore(map.scores, wall);
  }
  return scores;
}

/** @param scores of segments 1…17; more are left out */
export function wallScore(scores: ArrayLike<number>, { core, optional }: Wall): WallScore {
  const counted = Array.from({ length: LEFT_SEGMENTS }, (_, index) => index).filter(
    (index) => !optional.includes(index + 1),
  );
  const own = counted.map((index) => scores[index] ?? Number.NaN);
  const truth = counted.map((index) => core.includes(index + 1));
  return {
    dice: diceAtTruthCoverage(own, truth),
    auc: areaUnderRoc(own, truth) ?? Number.NaN,
    pointing: truth[own.indexOf(Math.max(...own))] === true ? 1 : 0,
  };
}

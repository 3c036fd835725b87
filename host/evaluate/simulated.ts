/** Truth (a): simulated hearts, whose place and time are known exactly. One pass over the hearts; every figure comes from it. */
import { chainRule } from '../cineecg/mapping/pull-back.js';
import { foldedGradient } from '../cineecg/mapping/beat-evidence.js';
import type { Population, SimulatedHeart } from '../records/synthetic/heart.js';
import { MEDIAN_BEAT_SAMPLES, type MedianBeat } from '../records/synthetic/median-beat.js';
import { seededRandom, type Random } from '../records/synthetic/random.js';
import { CHANGE_MICROVOLT, changedSamples } from '../records/synthetic/time-truth.js';
import { distance } from '../records/synthetic/vector3.js';
import { runArms, type ArmName, type ArmScores } from './arms.js';
import type { BeatNetwork } from './beat-network.js';
import {
  casesOfHeart,
  independentMillivolt,
  normalAlongside,
  type CaseKind,
  type CasePlan,
  type SimulatedCase,
} from './cases.js';
import { cineEcgSignal, PATH_ROWS } from './cineecg-signal.js';
import { integratedGradients, meanGradient, questionOf, twelveLeadInput } from './explanations.js';
import { deletionInsertion, type Faithfulness } from './faithfulness.js';
import { genericNodeMm, genericSegmentMm } from './generic-place.js';
import {
  areaUnderRoc,
  averagePrecision,
  diceAtTruthCoverage,
  diceByCoverage,
  isAmongBest,
  mainTerritory,
  ranking,
  territoryOf,
} from './metrics.js';
import type { EvaluationNetworks } from './networks.js';
import { mean, spearman } from './statistics.js';
import { trustOf, type Trust } from './trust.js';
import {
  averagedTime,
  dipolarTime,
  mappedTime,
  plainTime,
  scoreTime,
  timeTruth,
  type TimeArmName,
  type TimeScores,
} from './time-arms.js';

/** One lesion or ectopic beat, and how near an arm came. */
export interface PlaceResult {
  readonly top1: number;
  readonly top3: number;
  readonly territory: number;
  readonly mm: number;
  readonly auc: number;
  readonly averagePrecision: number;
  readonly dice: number;
  /** Of the one, two … best regions. */
  readonly diceByCoverage: readonly number[];
}

export interface CaseResult {
  readonly kind: CaseKind;
  readonly segments: readonly number[];
  readonly place: Partial<Readonly<Record<ArmName, PlaceResult>>>;
  readonly time: Partial<Readonly<Record<TimeArmName, TimeScores>>>;
  readonly timeChance: { readonly perLead: number; readonly pooled: number } | null;
  readonly faithfulness: Partial<Readonly<Record<TimeArmName, Faithfulness>>>;
  /** Of every n-th case. */
  readonly trust: Trust | null;
  /** Rank correlation between networks of other seeds, mean over pairs; null where one network alone was asked. */
  readonly consistency: { readonly attribution: number; readonly map: number } | null;
  /** … between the network and itself with its weights shuffled. */
  readonly randomised: { readonly attribution: number; readonly map: number };
}

export interface ClassResult {
  readonly kind: CaseKind;
  /** Whether the class was named right, by network. */
  readonly coarse: readonly boolean[];
  readonly cineEcg: readonly boolean[];
}

export interface SimulatedResults {
  readonly cases: readonly CaseResult[];
  readonly classes: readonly ClassResult[];
}

/** Faithfulness and trust take hundreds of answers and five more hearts; they are asked of every n-th case. */
const THOROUGH_EVERY = 16;
/** Lesions over several segments, networks of other seeds and what half-healed beats are worth: in three hearts of every n × 3. */
const EXTENDED_EVERY = 4;

/**
 * Heart by heart, in turn: a scar, an ischaemia or an ectopic beat of one place; in some hearts one of several segments besides. A
 * normal beat of each heart for the classes alone.
 */
export function evaluateSimulated(
  networks: EvaluationNetworks,
  population: Population,
  hearts: { readonly first: number; readonly count: number },
  onHeart: (done: number) => void,
): SimulatedResults {
  const cases: CaseResult[] = [];
  const classes: ClassResult[] = [];
  const before = new Map<CaseKind, ReadonlyMap<ArmName, ArmScores>>();
  for (let seed = hearts.first; seed < hearts.first + hearts.count; seed += 1) {
    const turn = (['scar', 'ischaemia', 'ectopic'] as const)[seed % 3] ?? 'scar';
    const isExtended = Math.floor(seed / 3) % EXTENDED_EVERY === 0;
    const plan: CasePlan = {
      normal: 1,
      single: turn === 'ectopic' ? 0 : 1,
      multiple: isExtended && turn !== 'ectopic' ? 1 : 0,
      ectopic: turn === 'ectopic' ? 1 : 0,
    };
    const drawn = casesOfHeart(
      population,
      seed,
      plan,
      (kind) => kind === 'normal' || kind === turn,
    );
    for (const one of drawn.cases) {
      classes.push(classResult(networks, one));
      if (one.kind === 'normal') continue;
      const random = seededRandom(seed, `arms ${population.name} ${one.segments.length}`);
      const lesion = { ...one, kind: one.kind };
      const explained = explainCase(networks, lesion, isExtended, random);
      const normal = normalAlongside(drawn.heart, one);
      const isThorough = cases.length % THOROUGH_EVERY === 0;
      const ask = { heart: drawn.heart, isThorough, random };
      cases.push(caseResult(lesion, explained, normal, before.get(one.kind), ask));
      before.set(one.kind, explained.arms);
    }
    onHeart(seed + 1 - hearts.first);
  }
  return { cases, classes };
}

type LesionCase = SimulatedCase & { readonly kind: Exclude<CaseKind, 'normal'> };
type Explained = ReturnType<typeof explainCase>;

function explainCase(
  networks: EvaluationNetworks,
  { kind, beat }: LesionCase,
  isExtended: boolean,
  random: Random,
) {
  const millivolt = independentMillivolt(beat);
  const templates = networks.templates.sets[kind];
  const { normal } = templates;
  const coarse = networks.coarse.slice(0, isExtended ? networks.coarse.length : 1);
  const questions = coarse.map((network) => questionOf(network, kind));
  const evidence = questions.map((question) => integratedGradients(question, millivolt, normal));
  const [question] = questions;
  const shuffled = questionOf(networks.randomised, kind);
  const randomEvidence = integratedGradients(shuffled, millivolt, normal);
  const [own] = evidence;
  if (question === undefined || own === undefined) throw new RangeError('no coarse network');
  const arms = runArms({
    kind,
    millivolt,
    templates,
    evidence,
    coarse,
    unhealed: isExtended ? networks.unhealed : null,
    randomised: { network: networks.randomised, evidence: randomEvidence },
    placeNetwork: networks.place,
    pathMass: pathMass(networks.cineEcg[0], kind, millivolt, normal),
    random,
  });
  const cascade = networks.cascade.map((network) => questionOf(network, kind));
  return { millivolt, templates, evidence, own, question, randomEvidence, cascade, arms };
}

/** Networks of the path are given it in units of 3 cm. */
const PATH_UNIT_MM = 30;

function pathInput(millivolt: Float64Array): Float32Array {
  return cineEcgSignal(millivolt).map((mm) => mm / PATH_UNIT_MM);
}

/** |integrated gradients| of a network of the path, summed over its axes, at each sample. */
function pathMass(
  network: BeatNetwork | undefined,
  kind: CaseKind,
  millivolt: Float64Array,
  normal: Float64Array,
): Float64Array {
  const mass = new Float64Array(MEDIAN_BEAT_SAMPLES);
  if (network === undefined) return mass;
  const [from, to] = [pathInput(normal), pathInput(millivolt)];
  const gradient = meanGradient(questionOf(network, kind), from, to);
  for (let i = 0; i < PATH_ROWS * MEDIAN_BEAT_SAMPLES; i += 1) {
    const t = i % MEDIAN_BEAT_SAMPLES;
    mass[t] = (mass[t] ?? 0) + Math.abs((gradient[i] ?? 0) * ((to[i] ?? 0) - (from[i] ?? 0)));
  }
  return mass;
}

function classResult(networks: EvaluationNetworks, one: SimulatedCase): ClassResult {
  const millivolt = independentMillivolt(one.beat);
  const isRight = (network: BeatNetwork, input: Float32Array): boolean =>
    network.classes[ranking(network.logits(input))[0] ?? 0] === one.kind;
  return {
    kind: one.kind,
    coarse: networks.coarse.map((network) => isRight(network, twelveLeadInput(millivolt))),
    cineEcg: networks.cineEcg.map((network) => isRight(network, pathInput(millivolt))),
  };
}

function caseResult(
  one: LesionCase,
  explained: Explained,
  normal: MedianBeat,
  before: ReadonlyMap<ArmName, ArmScores> | undefined,
  ask: {
    readonly heart: SimulatedHeart;
    /** Of trust and faithfulness, which take many answers. */
    readonly isThorough: boolean;
    readonly random: Random;
  },
): CaseResult {
  const place: Partial<Record<ArmName, PlaceResult>> = {};
  for (const [name, scores] of explained.arms) place[name] = placeResult(one, scores);
  const other = before?.get('chain rule');
  if (other !== undefined) place['chain rule, shuffled beats'] = placeResult(one, other);

  const { millivolt, templates, evidence, own, question, randomEvidence } = explained;
  const changed = changedSamples(one.beat.withoutNoise, normal.millivolt, CHANGE_MICROVOLT / 1000);
  const truth = timeTruth(changed);
  const maps = evidence.map((each) => chainRule(templates, millivolt, foldedGradient(each)));
  const randomMap = chainRule(templates, millivolt, foldedGradient(randomEvidence));
  const departure = millivolt.map((value, i) => value - (templates.normal[i] ?? 0));
  const time: Record<TimeArmName, Float64Array> = {
    plain: plainTime(own),
    'leads averaged': averagedTime(own),
    'dipolar part': dipolarTime(own, departure),
    mapped: mappedTime(templates, maps[0] ?? []),
    random: own.attribution.map(() => ask.random.uniform()),
  };
  const timeScores: Partial<Record<TimeArmName, TimeScores>> = {};
  const faithfulness: Partial<Record<TimeArmName, Faithfulness>> = {};
  for (const [name, map] of Object.entries(time) as [TimeArmName, Float64Array][]) {
    if (truth !== undefined) timeScores[name] = scoreTime(map, truth);
    if (!ask.isThorough) continue;
    const found = deletionInsertion(question, millivolt, templates.normal, map);
    if (found !== undefined) faithfulness[name] = found;
  }
  const attributions = evidence.map(({ attribution }) => [...attribution]);
  return {
    kind: one.kind,
    segments: one.segments,
    place,
    time: timeScores,
    timeChance:
      truth === undefined ? null : { perLead: truth.chancePerLead, pooled: truth.chancePooled },
    faithfulness,
    trust: ask.isThorough ? trustOf({ ...explained, ...ask, one, evidence: own, time }) : null,
    consistency:
      maps.length > 1 ? { attribution: meanOfPairs(attributions), map: meanOfPairs(maps) } : null,
    randomised: {
      attribution: spearman([...own.attribution], [...randomEvidence.attribution]),
      map: spearman(maps[0] ?? [], randomMap),
    },
  };
}

function meanOfPairs(rows: readonly (readonly number[])[]): number {
  const pairs = rows.flatMap((a, i) => rows.slice(i + 1).map((b) => spearman(a, b)));
  return mean(pairs);
}

function placeResult({ kind, segments, beat }: LesionCase, scores: ArmScores): PlaceResult {
  const { regions, atMm } = scores;
  const isTrue = (region: number): boolean => segments.includes(region + 1);
  const best = 1 + (ranking(regions)[0] ?? 0);
  const truth = regions.map((_, region) => isTrue(region));
  const away =
    kind === 'ectopic' && beat.ectopic !== null
      ? distance(atMm, genericNodeMm(beat.ectopic.node))
      : Math.min(...segments.map((segment) => distance(atMm, genericSegmentMm(segment))));
  return {
    top1: isAmongBest(regions, isTrue, 1) ? 1 : 0,
    top3: isAmongBest(regions, isTrue, 3) ? 1 : 0,
    territory: territoryOf(best) === mainTerritory(segments) ? 1 : 0,
    mm: away,
    auc: areaUnderRoc(regions, truth) ?? Number.NaN,
    averagePrecision: averagePrecision(regions, truth) ?? Number.NaN,
    dice: diceAtTruthCoverage(regions, truth),
    diceByCoverage: diceByCoverage(regions, truth),
  };
}

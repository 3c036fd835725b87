/**
 * How much an explanation changes where the heart does not: noise on the leads, electrodes a centimetre off, the heart turned as
 * healthy adults differ. The lesion stays where it is, so a good map stays too; a plain attribution may follow the leads.
 */
import { chainRule, type TemplateSet } from '../cineecg/mapping/pull-back.js';
import { foldedGradient } from '../cineecg/mapping/beat-evidence.js';
import { makeHeart, type SimulatedHeart } from '../records/synthetic/heart.js';
import { simulateMedianBeat } from '../records/synthetic/median-beat.js';
import type { Random } from '../records/synthetic/random.js';
import { add, type Vector3 } from '../records/synthetic/vector3.js';
import type { SimulatedCase } from './cases.js';
import { independentMillivolt } from './cases.js';
import { integratedGradients, twelveLeadInput, type Question } from './explanations.js';
import { ranking } from './metrics.js';
import { mean, spearman } from './statistics.js';

export const DISTURBANCES = {
  noise: '15 µV of white noise on every lead',
  electrodes: 'the heart a centimetre higher or lower behind all electrodes',
  axis: 'the heart turned by 10° in the frontal and 7° in the transverse plane, either way',
} as const;
export type Disturbance = keyof typeof DISTURBANCES;

export interface Agreement {
  /** Rank correlation of integrated gradients before and after. */
  readonly attribution: number;
  /** … of the chain rule's map. */
  readonly map: number;
  /** Whether the map names the same place first. */
  readonly sameTop: number;
}

export interface Stability {
  readonly agreement: Readonly<Record<Disturbance, Agreement>>;
  /** Yeh 2019: largest ‖A(x + δ) − A(x)‖ / ‖A(x)‖ over the draws of noise. */
  readonly maxSensitivity: number;
  /** Largest (‖A(x + δ) − A(x)‖ / ‖A(x)‖) / (‖δ‖ / ‖x − b‖): how much more the attribution changes than the beat's departure. */
  readonly lipschitz: number;
}

const NOISE_MILLIVOLT = 0.015;
const NOISE_DRAWS = 4;
const SHIFT_MM = 10;
/** One standard deviation of healthy adults (Engblom 2005), about the back–front and the head–foot axis. */
const FRONTAL_RADIANS = (10 * Math.PI) / 180;
const TRANSVERSE_RADIANS = (7 * Math.PI) / 180;

interface Explained {
  readonly attribution: Float64Array;
  readonly map: readonly number[];
}

export function stabilityOf(
  question: Question,
  templates: TemplateSet,
  heart: SimulatedHeart,
  one: SimulatedCase,
  random: Random,
): Stability {
  const explain = (millivolt: Float64Array): Explained => {
    const evidence = integratedGradients(question, millivolt, templates.normal);
    return {
      attribution: evidence.attribution,
      map: chainRule(templates, millivolt, foldedGradient(evidence)),
    };
  };
  const own = independentMillivolt(one.beat);
  const before = explain(own);
  const noisy = Array.from({ length: NOISE_DRAWS }, () =>
    own.map((millivolt) => millivolt + NOISE_MILLIVOLT * random.normal()),
  );
  const { pose } = heart.parameters;
  const posed = (shift: Vector3, turn: Vector3): Float64Array => {
    const moved = makeHeart({
      ...heart.parameters,
      pose: { ...pose, shiftMm: add(pose.shiftMm, shift), turn: add(pose.turn, turn) },
    });
    return independentMillivolt(simulateMedianBeat(moved, one.beat.condition));
  };
  const beats: Readonly<Record<Disturbance, readonly Float64Array[]>> = {
    noise: noisy,
    electrodes: [-SHIFT_MM, SHIFT_MM].map((mm) => posed([0, mm, 0], [0, 0, 0])),
    axis: [-1, 1].map((way) =>
      posed([0, 0, 0], [0, way * TRANSVERSE_RADIANS, way * FRONTAL_RADIANS]),
    ),
  };
  const agreementOf = (changed: readonly Float64Array[]): Agreement => {
    const after = changed.map(explain);
    return {
      attribution: mean(
        after.map(({ attribution }) => spearman([...before.attribution], [...attribution])),
      ),
      map: mean(after.map(({ map }) => spearman(before.map, map))),
      sameTop: mean(
        after.map(({ map }) => {
          const regionOf = (scores: readonly number[]): number | undefined =>
            templates.templates[ranking(scores)[0] ?? 0]?.region;
          return regionOf(map) === regionOf(before.map) ? 1 : 0;
        }),
      ),
    };
  };
  const changes = noisy.map((beat) => {
    const share = distanceBetween(explain(beat).attribution, before.attribution);
    const [x, moved] = [twelveLeadInput(own), twelveLeadInput(beat)];
    const departed = distanceBetween(x, twelveLeadInput(templates.normal));
    return {
      sensitivity: share / length(before.attribution),
      lipschitz: share / length(before.attribution) / (distanceBetween(moved, x) / departed),
    };
  });
  return {
    agreement: {
      noise: agreementOf(beats.noise),
      electrodes: agreementOf(beats.electrodes),
      axis: agreementOf(beats.axis),
    },
    maxSensitivity: Math.max(...changes.map(({ sensitivity }) => sensitivity)),
    lipschitz: Math.max(...changes.map(({ lipschitz }) => lipschitz)),
  };
}

function length(values: ArrayLike<number>): number {
  return distanceBetween(values, new Float64Array(values.length));
}

function distanceBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
}

/**
 * One person's heart in one body, drawn from a population by a seed: everything that its beats have in common, computed once.
 */
import { activationTimesMs, type BeatOrigin } from './activation.js';
import { leadFieldAtTissue, ventricularTransfer } from './potentials.js';
import { seededRandom } from './random.js';
import { NORMAL_ORIGIN, tissueState, type Lesion, type TissueState } from './tissue.js';
import type { LeadField } from './torso.js';
import {
  BODIES_IN_POOL,
  GENERIC_BODY,
  leadFieldOf,
  PLACEMENTS_OF_BODY,
  type BodyChoice,
} from './torsos.js';
import type { Vector3 } from './vector3.js';
import { buildVentricles, GENERIC_POSE, type HeartPose, type Ventricles } from './ventricles.js';

/** Spread of healthy adults about the generic heart (standard deviations). */
const TURN_SD_RADIANS = (8 * Math.PI) / 180;
const SHIFT_SD_MM = 5;
const SIZE_SD = 0.05;
const WALL_SD = 0.08;
const SPEED_SD = 0.06;
const DURATION_SD = 0.04;
const RR_MEAN_MS = 850;
const RR_SD_MS = 110;

export const HYPERTROPHIES = ['none', 'left', 'right'] as const;
export type Hypertrophy = (typeof HYPERTROPHIES)[number];
/** Walls of 16–17 mm (normal to 12), a right one of 7 mm (normal 3–4); marked cases. */
const LEFT_HYPERTROPHY = 1.5;
const RIGHT_HYPERTROPHY = 2.2;
const STRAIN = 0.75;

export interface HeartParameters {
  readonly pose: HeartPose;
  /** Factor on conduction velocities. */
  readonly speed: number;
  /** Factor on action potential durations. */
  readonly duration: number;
  readonly rrMs: number;
  readonly body: BodyChoice;
  readonly strain: number;
}

/** What a beat shows: its origin and what is ill. */
export interface HeartCondition {
  readonly lesion: Lesion;
  readonly origin: BeatOrigin;
}

export interface SimulatedHeart {
  readonly parameters: HeartParameters;
  readonly field: LeadField;
  readonly ventricles: Ventricles;
  /** Lead field at the tissue, `[node][electrode]`. */
  readonly seen: Float64Array;
  /** Transfer of the unscarred heart, `[node][electrode]`, µV. */
  readonly transfer: Float64Array;
  /** Activation of the unscarred heart by the normal sequence. */
  readonly usualMs: Float64Array;
}

/** How a population of hearts is drawn. */
export interface Population {
  /** Names the stream of random numbers: populations of different names share no heart. */
  readonly name: string;
  /** 0: the generic heart, whatever the seed; 1: the spread of healthy adults. */
  readonly variation: number;
  /** The same for the thickness of the walls. */
  readonly wallVariation: number;
  /** Pool of bodies; `generic`: the one body. */
  readonly bodies: string;
  /** Turned beyond what the seed draws, about each Frank axis: a heart that is not the generic one on average. */
  readonly extraTurnRadians: Vector3;
  readonly chestDownMm: number;
}

export const ADULTS: Omit<Population, 'name' | 'bodies'> = {
  variation: 1,
  wallVariation: 1,
  extraTurnRadians: [0, 0, 0],
  chestDownMm: 0,
};

/** @param seed a whole number; the same seed and population give the same heart */
export function drawHeart(population: Population, seed: number): SimulatedHeart {
  return makeHeart(drawParameters(population, seed, 'none'));
}

export function drawParameters(
  population: Population,
  seed: number,
  hypertrophy: Hypertrophy,
): HeartParameters {
  const random = seededRandom(seed, population.name);
  const { variation, extraTurnRadians: extra } = population;
  const draw = (deviation: number): number => deviation * variation * random.normal();
  const { turn, shiftMm, size } = GENERIC_POSE;
  const pose: HeartPose = {
    turn: [
      turn[0] + extra[0] + draw(TURN_SD_RADIANS),
      turn[1] + extra[1] + draw(TURN_SD_RADIANS),
      turn[2] + extra[2] + draw(TURN_SD_RADIANS),
    ],
    shiftMm: [
      shiftMm[0] + draw(SHIFT_SD_MM),
      shiftMm[1] + draw(SHIFT_SD_MM),
      shiftMm[2] + draw(SHIFT_SD_MM),
    ],
    size: size * (1 + draw(SIZE_SD)),
  };
  const speed = 1 + draw(SPEED_SD);
  const duration = 1 + draw(DURATION_SD);
  const rrMs = RR_MEAN_MS + draw(RR_SD_MS);
  const wall = (): number => 1 + WALL_SD * population.wallVariation * random.normal();
  return {
    pose: {
      ...pose,
      leftWall: wall() * (hypertrophy === 'left' ? LEFT_HYPERTROPHY : 1),
      rightWall: wall() * (hypertrophy === 'right' ? RIGHT_HYPERTROPHY : 1),
    },
    speed,
    duration,
    rrMs,
    body: {
      ...GENERIC_BODY,
      pool: population.bodies,
      index: Math.floor(random.uniform() * BODIES_IN_POOL * PLACEMENTS_OF_BODY),
      chestDownMm: population.chestDownMm,
    },
    strain: hypertrophy === 'left' ? STRAIN : 0,
  };
}

export function makeHeart(parameters: HeartParameters): SimulatedHeart {
  const field = leadFieldOf(parameters.body);
  const ventricles = buildVentricles(parameters.pose);
  const seen = leadFieldAtTissue(ventricles, field);
  const noScar = ventricles.lattice.nodes.map(() => false);
  return {
    parameters,
    field,
    ventricles,
    seen,
    transfer: ventricularTransfer(ventricles, noScar, seen),
    usualMs: activationTimesMs(ventricles, noScar, NORMAL_ORIGIN, parameters.speed),
  };
}

export function stateOf(heart: SimulatedHeart, condition: HeartCondition): TissueState {
  const { speed, duration, rrMs, strain } = heart.parameters;
  return tissueState(heart.ventricles, {
    ...condition,
    speed,
    duration,
    rrMs,
    strain,
    usualMs: heart.usualMs,
  });
}

/** Transfer of the heart with a state's scar, `[node][electrode]`, µV. */
export function transferOf(heart: SimulatedHeart, state: TissueState): Float64Array {
  return state.isScar.includes(true)
    ? ventricularTransfer(heart.ventricles, state.isScar, heart.seen)
    : heart.transfer;
}

/**
 * Who is simulated for what. Nothing that is fitted or chosen may see a heart that it is judged on: each purpose has hearts and
 * bodies of its own, since populations of different names share no random number and pools of different names no trunk.
 */
import { ADULTS, type Population } from '../records/synthetic/heart.js';

const population = (purpose: string): Population => ({
  ...ADULTS,
  name: `evaluate ${purpose}`,
  bodies: purpose,
});

/** Means and covariances of lesions, for the model-based mappings. */
export const TEMPLATE_HEARTS = population('templates');
/** What the networks learn from. */
export const TRAINING_HEARTS = population('training');
/** Epochs, widths, thresholds and rules are chosen here. */
export const CHOICE_HEARTS = population('choice');
/** Looked at once, for the report. */
export const EVALUATION_HEARTS = population('evaluation');

/** 18° about an axis that lies in no plane of the body, so that no view is spared. */
const WRONG_TURN_RADIANS = (18 * Math.PI) / 180 / Math.sqrt(3);

/** Hearts that are not as the generic one says: all turned by 18° the same way, and every chest electrode 2 cm low. */
export const WRONG_HEARTS: Population = {
  ...population('wrong heart'),
  extraTurnRadians: [WRONG_TURN_RADIANS, WRONG_TURN_RADIANS, WRONG_TURN_RADIANS],
  chestDownMm: 20,
};

export const POPULATIONS = {
  templates: TEMPLATE_HEARTS,
  training: TRAINING_HEARTS,
  choice: CHOICE_HEARTS,
  evaluation: EVALUATION_HEARTS,
  'wrong-heart': WRONG_HEARTS,
} as const;
export type PopulationName = keyof typeof POPULATIONS;
export const POPULATION_NAMES = [
  'templates',
  'training',
  'choice',
  'evaluation',
  'wrong-heart',
] as const satisfies readonly PopulationName[];

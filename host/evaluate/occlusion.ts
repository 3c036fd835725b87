/** Anatomical occlusion in the evaluation: each candidate healed, the network asked once for all questions. */
import {
  healedBeat,
  amplitudes,
  type LesionTemplate,
  type TemplateSet,
} from '../cineecg/mapping/pull-back.js';
import type { BeatNetwork } from './beat-network.js';
import { answerOf, twelveLeadInput, type Against } from './explanations.js';
import { ranking } from './metrics.js';

/** Score of a candidate that was not asked about. */
export const NOT_ASKED = Number.NEGATIVE_INFINITY;

/** Candidates are in an order in which the first few are evenly spread: these are asked first, then what lies around the best. */
const ASKED_FIRST = 60;
const BEST_FOLLOWED = 5;
const FOLLOWED_MM = 18;

/**
 * Answer lost by healing, one a template, for each way to ask.
 * @param asSo ask about the candidates that these scores have, and no others: networks that are averaged must be asked the same
 */
export function occlude(
  network: BeatNetwork,
  asked: string,
  set: TemplateSet,
  millivolt: Float64Array,
  asSo?: readonly number[],
): Record<Against, number[]> {
  const own = network.logits(twelveLeadInput(millivolt));
  const amplitude = amplitudes(set, millivolt);
  const drops: Record<Against, number[]> = {
    'the others': set.templates.map(() => NOT_ASKED),
    normal: set.templates.map(() => NOT_ASKED),
  };
  const ask = (template: LesionTemplate, s: number): void => {
    if (drops.normal[s] !== NOT_ASKED) return;
    const healed = network.logits(
      twelveLeadInput(healedBeat(template, millivolt, amplitude[s] ?? 0)),
    );
    for (const against of ['the others', 'normal'] as const) {
      drops[against][s] =
        answerOf(network, asked, against, own) - answerOf(network, asked, against, healed);
    }
  };
  if (asSo !== undefined) {
    for (const [s, template] of set.templates.entries())
      if (asSo[s] !== NOT_ASKED) ask(template, s);
    return drops;
  }
  for (const [s, template] of set.templates.slice(0, ASKED_FIRST).entries()) ask(template, s);
  for (const best of ranking(drops['the others']).slice(0, BEST_FOLLOWED)) {
    const centre = set.templates[best]?.frankMm ?? [0, 0, 0];
    for (const [s, template] of set.templates.entries()) {
      const [x, y, z] = template.frankMm;
      const away = Math.hypot(x - centre[0], y - centre[1], z - centre[2]);
      if (away <= FOLLOWED_MM) ask(template, s);
    }
  }
  return drops;
}

/** What the simulator is asked for to make templates: every lesion and every origin once in each of some hearts, and normal beats of more. */
import { casesOfHeart, EVERY_PLACE, type SimulatedCase } from '../evaluate/cases.js';
import { placedBeat, type PlacedBeat } from '../evaluate/place-model.js';
import { TEMPLATE_HEARTS } from '../evaluate/populations.js';

export interface SimulationSize {
  /** Hearts with a scar and an ischaemia of each region. */
  readonly lesionHearts: number;
  /** Of these, the hearts with each origin of an ectopic beat: fewer, since there are so many origins. */
  readonly ectopicHearts: number;
  /** Hearts with normal beats alone besides: how normal beats vary takes more hearts than lesions do. */
  readonly normalHearts: number;
}

/** @param progress called after each heart */
export function templateBeats(
  { lesionHearts, ectopicHearts, normalHearts }: SimulationSize,
  progress: (done: number, of: number) => void = () => undefined,
): PlacedBeat[] {
  const hearts = lesionHearts + normalHearts;
  return Array.from({ length: hearts }, (_, seed) => {
    const { cases } = casesOfHeart(
      TEMPLATE_HEARTS,
      seed,
      EVERY_PLACE,
      (kind) =>
        kind === 'normal' || (kind === 'ectopic' ? seed < ectopicHearts : seed < lesionHearts),
    );
    progress(seed + 1, hearts);
    const wanted: readonly SimulatedCase[] = seed < lesionHearts ? cases : cases.slice(0, 1);
    return wanted.map(placedBeat);
  }).flat();
}

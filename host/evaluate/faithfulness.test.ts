import { describe, expect, it } from 'vitest';
import { seededRandom } from '../records/synthetic/random.js';
import { MEDIAN_BEAT_SAMPLES } from '../records/synthetic/median-beat.js';
import { integratedGradients, twelveLeadInput, type Question } from './explanations.js';
import { completenessGap, deletionInsertion, infidelities } from './faithfulness.js';

const random = seededRandom(5, 'faithfulness');
const beat = Float64Array.from({ length: 8 * MEDIAN_BEAT_SAMPLES }, () => random.normal());
const normal = Float64Array.from(beat, () => 0.1 * random.normal());
const weights = Float32Array.from({ length: 12 * MEDIAN_BEAT_SAMPLES }, () => random.normal());

/** A network that adds up: its attribution is known without one. */
const linear: Question = {
  answer: (input) => input.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0),
  gradient: () => weights,
};
const [full, none] = [twelveLeadInput(beat), twelveLeadInput(normal)];
const truth = Float64Array.from(weights, (weight, i) => weight * ((full[i] ?? 0) - (none[i] ?? 0)));

describe('faithfulness of a linear network', () => {
  it('integrated gradients are complete', () => {
    const { attribution } = integratedGradients(linear, beat, normal);
    expect(completenessGap(linear, beat, normal, attribution)).toBeLessThan(1e-4);
    const half = attribution.map((value) => value / 2);
    expect(completenessGap(linear, beat, normal, half)).toBeCloseTo(0.5, 3);
  });

  it('infidelity is 0 for the attribution at any scale, near 1 for noise', () => {
    const noise = truth.map(() => random.normal());
    const maps = { own: truth, scaled: truth.map((value) => -3 * value), noise };
    const found = infidelities(linear, beat, normal, maps, seededRandom(1, 'blocks'));
    expect(found.own).toBeLessThan(1e-6);
    expect(found.scaled).toBeLessThan(1e-6);
    expect(found.noise).toBeGreaterThan(0.6);
  });

  it('deletion by the attribution falls faster than by its opposite', () => {
    // Deletion asks that the answer to the beat is the higher one.
    const asked: Question =
      linear.answer(full) > linear.answer(none)
        ? linear
        : { answer: (input) => -linear.answer(input), gradient: linear.gradient };
    const sign = asked === linear ? 1 : -1;
    const map = truth.map((value) => sign * value);
    const own = deletionInsertion(asked, beat, normal, map);
    const opposite = deletionInsertion(
      asked,
      beat,
      normal,
      map.map((value) => -value),
    );
    expect(own?.deletion).toBeLessThan(opposite?.deletion ?? -Infinity);
    expect(own?.insertion).toBeGreaterThan(opposite?.insertion ?? Infinity);
  });
});

import { describe, expect, it } from 'vitest';
import { lesionTemplate } from '../cineecg/mapping/build-templates.js';
import type { TemplateSet } from '../cineecg/mapping/pull-back.js';
import { MEDIAN_BEAT_SAMPLES } from '../records/synthetic/median-beat.js';
import type { BeatNetwork } from './beat-network.js';
import { questionOf, twelveLeadInput } from './explanations.js';
import { NOT_ASKED, occlude } from './occlusion.js';

const LENGTH = 8 * MEDIAN_BEAT_SAMPLES;
const COVARIANCE = { components: [], excess: [], floor: 1 };
const unit = (at: number): Float64Array =>
  Float64Array.from({ length: LENGTH }, (_, i) => (i === at ? 1 : 0));

/** Candidates along a line, 5 mm apart; each changes one sample of lead I by 1 mV. */
function candidates(count: number): TemplateSet {
  const templates = Array.from({ length: count }, (_, s) =>
    lesionTemplate(
      { region: s % 21, site: s, frankMm: [5 * s, 0, 0], difference: unit(s % 70) },
      COVARIANCE,
    ),
  );
  const normal = new Float64Array(LENGTH);
  return { kind: 'ectopic', samples: MEDIAN_BEAT_SAMPLES, normal, templates };
}

/** Classes a, normal, b; a grows with sample `at` of lead I, and with `at + 1` half as much. */
function network(at: number): BeatNetwork {
  return {
    classes: ['a', 'normal', 'b'],
    inputLength: 12 * MEDIAN_BEAT_SAMPLES,
    logits: (x) => Float32Array.of(4 * (x[at] ?? 0) + 2 * (x[at + 1] ?? 0), 0, 1),
    gradient: (x, derivative) => {
      const [a = 0] = derivative(Float32Array.of(4 * (x[at] ?? 0) + 2 * (x[at + 1] ?? 0), 0, 1));
      return Float32Array.from(x, (_, i) => (i === at ? 4 * a : i === at + 1 ? 2 * a : 0));
    },
  };
}

describe('questions', () => {
  const beat = new Float32Array(12 * MEDIAN_BEAT_SAMPLES);

  it('against all others is the log-odds, against normal the difference of two logits', () => {
    beat[3] = 1;
    const { answer } = questionOf(network(3), 'a');
    expect(answer(beat)).toBeCloseTo(4 - Math.log(Math.exp(0) + Math.exp(1)), 6);
    expect(questionOf(network(3), 'a', 'normal').answer(beat)).toBeCloseTo(4, 6);
  });

  it('gradients pass on what the logits say, the others weighed by their share', () => {
    const weights: Float32Array[] = [];
    const listening: BeatNetwork = {
      ...network(3),
      gradient: (_x, derivative) => {
        weights.push(derivative(Float32Array.of(5, 0, 1)));
        return new Float32Array(0);
      },
    };
    questionOf(listening, 'a').gradient(beat);
    questionOf(listening, 'a', 'normal').gradient(beat);
    const share = 1 / (1 + Math.E);
    [1, -share, share - 1].forEach((value, k) => {
      expect(weights[0]?.[k]).toBeCloseTo(value, 6);
    });
    expect([...(weights[1] ?? [])]).toEqual([1, -1, 0]);
  });
});

describe('occlusion', () => {
  it('of few candidates asks about each, and gives the most to the one that is there', () => {
    const beat = unit(5);
    const { normal } = occlude(network(5), 'a', candidates(20), beat);
    expect(normal.indexOf(Math.max(...normal))).toBe(5);
    expect(normal[5]).toBeCloseTo(4, 6);
    expect(normal.filter((drop) => drop === NOT_ASKED)).toHaveLength(0);
    // What the beat has nothing of changes nothing when it is taken out.
    expect(normal[7]).toBe(0);
  });

  it('of many asks about a first few and about what lies around the best of them', () => {
    const beat = unit(6).map((value, i) => value + (i === 20 ? 1 : 0));
    const set = candidates(160);
    // Candidate 90 lies where the ones asked first say it is, 150 does not.
    const moved = set.templates.map((template, s) =>
      s === 90 ? { ...template, frankMm: [32, 0, 0] as const } : template,
    );
    const asked = occlude(network(6), 'a', { ...set, templates: moved }, beat)['the others'];
    expect(asked[90]).not.toBe(NOT_ASKED);
    expect(asked[150]).toBe(NOT_ASKED);
    expect(asked.slice(0, 60)).not.toContain(NOT_ASKED);
  });

  it('reads twelve leads of the eight', () => {
    const twelve = twelveLeadInput(unit(2));
    expect([0, 1, 2, 3, 4].map((lead) => twelve[lead * MEDIAN_BEAT_SAMPLES + 2])).toEqual([
      1, 0, -1, -0.5, 1,
    ]);
  });
});

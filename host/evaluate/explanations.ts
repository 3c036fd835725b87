/** What a network of beats has to say about one beat: a score, and its gradient along the way from a normal beat. */
import { expandLeads } from '../cineecg/leads.js';
import { beatEvidence, type BeatEvidence } from '../cineecg/mapping/beat-evidence.js';
import { MEDIAN_BEAT_SAMPLES } from '../records/synthetic/median-beat.js';
import type { BeatNetwork } from './beat-network.js';

const LEADS = 12;
const INDEPENDENT = 8;
/** Midpoints of integrated gradients: more change no map by much on these small networks. */
export const STEPS = 6;

/** F: logit of a class minus logit of normal. */
export interface Question {
  readonly network: BeatNetwork;
  readonly weights: Float32Array;
}

/** @param classes the class asked for, and what it is asked against */
export function questionOf(network: BeatNetwork, asked: string, against: string): Question {
  const weights = new Float32Array(network.classes.length);
  weights[network.classes.indexOf(asked)] = 1;
  weights[network.classes.indexOf(against)] = -1;
  return { network, weights };
}

/** Eight independent leads to a network's twelve, `[lead][80]`, millivolt. */
export function twelveLeadInput(millivolt: Float64Array): Float32Array {
  const input = new Float32Array(LEADS * MEDIAN_BEAT_SAMPLES);
  for (let t = 0; t < MEDIAN_BEAT_SAMPLES; t += 1) {
    const eight = Array.from(
      { length: INDEPENDENT },
      (_, lead) => millivolt[lead * MEDIAN_BEAT_SAMPLES + t] ?? 0,
    );
    for (const [lead, value] of expandLeads(eight).entries()) {
      input[lead * MEDIAN_BEAT_SAMPLES + t] = value;
    }
  }
  return input;
}

export function scoreOf({ network, weights }: Question, millivolt: Float64Array): number {
  return network
    .logits(twelveLeadInput(millivolt))
    .reduce((sum, logit, index) => sum + logit * (weights[index] ?? 0), 0);
}

/** Integrated gradients from `baseline`: the path-mean gradient, and it times the departure from the baseline. */
export function integratedGradients(
  { network, weights }: Question,
  millivolt: Float64Array,
  baseline: Float64Array,
): BeatEvidence {
  const from = twelveLeadInput(baseline);
  const to = twelveLeadInput(millivolt);
  const gradient = new Float64Array(to.length);
  for (let step = 0; step < STEPS; step += 1) {
    const share = (step + 0.5) / STEPS;
    const between = to.map((value, i) => (from[i] ?? 0) + share * (value - (from[i] ?? 0)));
    for (const [i, g] of network.gradient(between, weights).entries()) {
      gradient[i] = (gradient[i] ?? 0) + g / STEPS;
    }
  }
  const attribution = gradient.map((g, i) => g * ((to[i] ?? 0) - (from[i] ?? 0)));
  return beatEvidence(MEDIAN_BEAT_SAMPLES, millivolt, gradient, attribution);
}

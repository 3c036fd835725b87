/** What a network of beats has to say about one beat: a score, and its gradient along the way from a normal beat. */
import { expandLeads } from '../cineecg/leads.js';
import { beatEvidence, type BeatEvidence } from '../cineecg/mapping/beat-evidence.js';
import { MEDIAN_BEAT_SAMPLES } from '../records/synthetic/median-beat.js';
import type { BeatNetwork } from './beat-network.js';

const LEADS = 12;
const INDEPENDENT = 8;
/** Midpoints of integrated gradients: more change no map by much on these small networks. */
export const STEPS = 6;

/** What the network is asked of a beat: a number, and how it follows the beat. Inputs are the network's own. */
export interface Question {
  readonly answer: (input: Float32Array) => number;
  readonly gradient: (input: Float32Array) => Float32Array;
}

/** The log-odds of a class against all others; or, as the prototype asked, its logit minus that of normal. */
export type Against = 'the others' | 'normal';

/** Indices of the classes that speak against. */
function othersOf({ classes }: BeatNetwork, asked: string, against: Against): number[] {
  return classes.flatMap((name, index) =>
    (against === 'normal' ? name === 'normal' : name !== asked) ? [index] : [],
  );
}

/** @param asked one of the network's classes */
export function answerOf(
  network: BeatNetwork,
  asked: string,
  against: Against,
  logits: Float32Array,
): number {
  const others = othersOf(network, asked, against).map((index) => logits[index] ?? 0);
  const top = Math.max(...others);
  const sum = others.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return (logits[network.classes.indexOf(asked)] ?? 0) - top - Math.log(sum);
}

export function questionOf(
  network: BeatNetwork,
  asked: string,
  against: Against = 'the others',
): Question {
  const own = network.classes.indexOf(asked);
  const others = othersOf(network, asked, against);
  return {
    answer: (input) => answerOf(network, asked, against, network.logits(input)),
    gradient: (input) =>
      network.gradient(input, (logits) => {
        const top = Math.max(...others.map((index) => logits[index] ?? 0));
        const derivative = new Float32Array(logits.length);
        for (const index of others) derivative[index] = -Math.exp((logits[index] ?? 0) - top);
        const sum = derivative.reduce((a, b) => a - b, 0);
        return derivative.map((value, index) => (index === own ? 1 : value / sum));
      }),
  };
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

/** Integrated gradients from `baseline`: the path-mean gradient, and it times the departure from the baseline. */
export function integratedGradients(
  question: Question,
  millivolt: Float64Array,
  baseline: Float64Array,
): BeatEvidence {
  const [from, to] = [twelveLeadInput(baseline), twelveLeadInput(millivolt)];
  const gradient = meanGradient(question, from, to);
  const attribution = gradient.map((g, i) => g * ((to[i] ?? 0) - (from[i] ?? 0)));
  return beatEvidence(MEDIAN_BEAT_SAMPLES, millivolt, gradient, attribution);
}

/** Mean over the straight way from one input to another, midpoints. */
export function meanGradient(
  question: Question,
  from: Float32Array,
  to: Float32Array,
): Float64Array {
  const mean = new Float64Array(to.length);
  for (let step = 0; step < STEPS; step += 1) {
    const share = (step + 0.5) / STEPS;
    const between = to.map((value, i) => (from[i] ?? 0) + share * (value - (from[i] ?? 0)));
    for (const [i, g] of question.gradient(between).entries()) {
      mean[i] = (mean[i] ?? 0) + g / STEPS;
    }
  }
  return mean;
}

import type { PreparedGraph } from '../explain/gradient.js';
import { isExplained, withGradient, withoutGradient } from '../explain/gradient.js';
import { withGradCam } from '../explain/grad-cam.js';
import { sizeOf, tensorOf } from '../graph/graph.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { inputCodes } from '../interpret/input-codes.js';
import { IntegerInterpreter } from '../interpret/integer.js';
import { realValues } from '../interpret/real-values.js';
import { integerTensor, type IntegerProgram } from '../integer/program.js';
import { equalise, type ChannelFactors } from '../passes/equalise.js';
import { calibrate, type CalibrateOptions, type Calibration } from './calibration.js';
import { quantizable, spread } from './choose-ranges.js';
import { channelFactors, channelMaxima, weightMagnitudes } from './equalisation.js';
import { quantize } from './quantize.js';
import { cosine, median, runReal } from './sensitivity.js';
import { forwardOf, logitError, programMacs } from './simulate.js';

/** More records change no choice that matters. */
const MOST_RECORDS = 16;
/** What it must take away of the answer's error: less is noise of the records, and the network stays as it was given. */
const WORTH = 0.9;
/** Networks to compare: as it is, and equalised in two ways. */
const CANDIDATES = 3;

/** The network with its channels scaled, and its gradient by the scaled weights. */
export function withEqualised(prepared: PreparedGraph, factors: ChannelFactors): PreparedGraph {
  const graph = equalise(forwardOf(prepared), factors);
  if (!isExplained(prepared)) return withoutGradient(graph);
  const explained = withGradient(graph);
  return prepared.gradCam === undefined ? explained : withGradCam(explained);
}

/**
 * Calibrates a network as it is or equalised, whichever loses less as int8: both are quantised and run on some of the records, and
 * what scaling must take away is a tenth of the answer's error, with an explanation that is no worse.
 */
export function calibrateEqualised(
  prepared: PreparedGraph,
  inputs: Iterable<Float32Array>,
  about: { readonly modelSha256: string; readonly source: string },
  options: CalibrateOptions = {},
): Calibration {
  const kept = [...inputs];
  const equalisation = chooseEqualisation(prepared, kept, options.budgetMacs ?? 0);
  if (equalisation === undefined) return calibrate(prepared, kept, about, options);
  const calibration = calibrate(withEqualised(prepared, equalisation), kept, about, options);
  return { ...calibration, equalisation };
}

/** @returns undefined where no scaling is worth it, or the budget does not reach for one record */
export function chooseEqualisation(
  prepared: PreparedGraph,
  inputs: readonly Float32Array[],
  budgetMacs: number,
): ChannelFactors | undefined {
  const candidates = candidatesOf(prepared, spread(inputs, MOST_RECORDS));
  if (candidates.length === 0) return undefined;
  const records = recordsFor(prepared, inputs, budgetMacs);
  if (records === 0) return undefined;
  const chosen = spread(inputs, records);
  const before = lossOf(prepared, chosen);
  const [best] = candidates
    .map((factors) => ({ factors, loss: lossOf(withEqualised(prepared, factors), chosen) }))
    .filter(({ loss }) => loss.answer < WORTH * before.answer)
    .filter(({ loss }) => loss.explanation <= before.explanation)
    .sort((a, b) => a.loss.answer - b.loss.answer);
  return best?.factors;
}

/** Data-free, by the weights, and by what the channels of the signals are on records. */
export function candidatesOf(
  prepared: PreparedGraph,
  inputs: readonly Float32Array[],
): readonly ChannelFactors[] {
  const forward = forwardOf(prepared);
  return [weightMagnitudes(forward), seenMagnitudes(prepared, inputs)]
    .map((magnitudes) => channelFactors(forward, magnitudes))
    .filter((factors) => Object.keys(factors).length > 0);
}

function recordsFor(
  prepared: PreparedGraph,
  inputs: readonly Float32Array[],
  budgetMacs: number,
): number {
  const answer = withoutGradient(forwardOf(prepared));
  const macs = programMacs(quantizedOn(answer, inputs.slice(0, 1)));
  const classes = sizeOf(tensorOf(prepared.graph, prepared.logits).shape);
  // In float the answer and its gradient for each class, and once more to compare with; in integers one of both.
  const perRecord = CANDIDATES * macs * (isExplained(prepared) ? classes + 5 : 3);
  return Math.min(MOST_RECORDS, inputs.length, Math.floor(budgetMacs / perRecord));
}

/** All int8, with the range of least mean square error of each tensor. */
function quantizedOn(prepared: PreparedGraph, inputs: readonly Float32Array[]): IntegerProgram {
  return quantize(prepared, calibrate(prepared, inputs, { modelSha256: '', source: '' }));
}

/** What int8 takes from a network's answer (mean error of the logits) and explanation (median of 1 − cosine): all, where it cannot be built. */
export function lossOf(
  prepared: PreparedGraph,
  inputs: readonly Float32Array[],
): { readonly answer: number; readonly explanation: number } {
  const program = quantizable(() => quantizedOn(prepared, inputs));
  if (program === undefined) return { answer: Infinity, explanation: Infinity };
  const interpreter = new IntegerInterpreter(program);
  const real = (name: string): Float64Array =>
    realValues(integerTensor(program, name), interpreter.values(name));
  const runs = inputs.map((input) => {
    const wanted = runReal(prepared, input);
    interpreter.forward(inputCodes(program, input));
    const logits = real(program.logits);
    if (program.explanation === undefined || wanted.attribution === undefined) {
      return { wanted, logits, explanation: 0 };
    }
    interpreter.explain(wanted.winner);
    const seen = real(program.input);
    const found = real(program.explanation.inputGradient).map((v, i) => v * (seen[i] ?? 0));
    return { wanted, logits, explanation: 1 - cosine(wanted.attribution, found) };
  });
  return {
    answer: logitError(
      runs.map(({ wanted }) => wanted),
      runs.map(({ logits }) => logits),
    ),
    explanation: median(runs.map(({ explanation }) => explanation)),
  };
}

/** Mean over records of each channel's largest magnitude: one record full of artefacts must not decide. */
function seenMagnitudes(
  prepared: PreparedGraph,
  inputs: readonly Float32Array[],
): (tensor: string) => Float64Array | undefined {
  const forward = forwardOf(prepared);
  const sums = new Map<string, Float64Array>();
  for (const input of inputs) {
    const values = runFloat(forward, new Map([[prepared.input, input]]));
    for (const name of forward.nodes.flatMap((node) => node.outputs)) {
      // A ReLU is fused into what computes its input, which the integers do not have.
      const readers = forward.nodes.filter((node) => node.inputs.includes(name));
      if (readers.length === 1 && readers[0]?.operator === 'Relu') continue;
      const channels = tensorOf(forward, name).shape[1] ?? 1;
      const found = channelMaxima(floatOf(values, name), channels);
      const sum = sums.get(name);
      sums.set(name, sum === undefined ? found : sum.map((value, c) => value + (found[c] ?? 0)));
    }
  }
  return (tensor) => sums.get(tensor);
}

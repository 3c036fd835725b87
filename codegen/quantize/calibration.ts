import { IsochroneError } from '../errors.js';
import type { PreparedGraph } from '../explain/gradient.js';
import { sizeOf, tensorOf } from '../graph/graph.js';
import { floatOf, runFloat, runNodes } from '../interpret/float.js';
import type { ChannelFactors } from '../passes/equalise.js';
import { correctBiases, type BiasCorrections } from './bias-correction.js';
import { chooseRanges } from './choose-ranges.js';
import { channelMaxima } from './equalisation.js';
import { isFamiliarity, type Familiarity } from './familiarity.js';
import { Histogram } from './histogram.js';
import { measureSensitivities, type Sensitivities } from './sensitivity.js';

export const CALIBRATION_FORMAT = 1;

/** Clipping range of a tensor, and the rule that it came from (for people only). */
export interface CalibratedRange {
  readonly low: number;
  readonly high: number;
  readonly rule?: string;
  /** Largest magnitude seen, which a range for int8 may leave out; that of the range when left out. */
  readonly magnitude?: number;
}

export function magnitudeOf(range: CalibratedRange | undefined): number | undefined {
  return range?.magnitude ?? (range && Math.max(Math.abs(range.low), Math.abs(range.high)));
}

/** Statistics of a network on real input: what the quantiser needs, and no record of anybody. */
export interface Calibration {
  readonly format: number;
  /** SHA-256 of the model file that it belongs to, hexadecimal. */
  readonly modelSha256: string;
  /** Where the records came from, in words. */
  readonly source: string;
  readonly records: number;
  /** Of each tensor of the forward pass. */
  readonly activations: Readonly<Record<string, CalibratedRange>>;
  /** Largest magnitude per channel of each tensor of the backward pass, over all records and classes. */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  /** Powers of two by which channels are scaled before anything else; what follows is of the scaled network. Absent: none are. */
  readonly equalisation?: ChannelFactors;
  /** What rounding takes from the mean of each layer's output channels, to be added to its bias, by node; absent: nothing. */
  readonly biasCorrections?: BiasCorrections;
  /** Of the windows that the network was trained on; absent: a device cannot tell strange ones. */
  readonly familiarity?: Familiarity;
  /** What each tensor that can be int16 costs as int8, from which mixed precision chooses; absent: not measured. */
  readonly sensitivities?: Sensitivities;
}

export interface CalibrateOptions {
  readonly onRecord?: (done: number) => void;
  /**
   * Multiply-accumulates to spend on trying ranges and bias corrections on the answer. None when left out: each tensor then gets
   * its range of least mean square error.
   */
  readonly budgetMacs?: number;
}

/**
 * Runs the float network and its gradient for every class on each input and gathers the ranges.
 * @param inputs float input in the graph's layout, one per record
 */
export function calibrate(
  explained: PreparedGraph,
  inputs: Iterable<Float32Array>,
  about: { readonly modelSha256: string; readonly source: string },
  options: CalibrateOptions = {},
): Calibration {
  const kept = [...inputs];
  const budget = options.budgetMacs ?? 0;
  const { graph, seed } = explained;
  const forwardNodes = graph.nodes.slice(0, explained.forwardNodes);
  const backwardNodes = graph.nodes.slice(explained.forwardNodes);
  const forwardGraph = { ...graph, inputs: [explained.input], nodes: forwardNodes };
  const forward = forwardNodes.flatMap((node) => node.outputs);
  const backward = backwardNodes.flatMap((node) => node.outputs);
  const histograms = new Map([explained.input, ...forward].map((name) => [name, new Histogram()]));
  const largest = new Map(
    [...(seed === undefined ? [] : [seed]), ...backward].map((name) => [
      name,
      new Float64Array(tensorOf(graph, name).shape[1] ?? 1),
    ]),
  );
  const classes = sizeOf(tensorOf(graph, explained.logits).shape);
  let records = 0;
  for (const input of kept) {
    // The answer once, then the gradient of every class on it.
    const values = runFloat(forwardGraph, new Map([[explained.input, input]]));
    for (const [name, histogram] of histograms) histogram.add(floatOf(values, name));
    for (let target = 0; seed !== undefined && target < classes; target += 1) {
      const oneHot = new Float32Array(classes);
      oneHot[target] = 1;
      values.set(seed, { shape: [1, classes], data: oneHot });
      runNodes(graph, backwardNodes, values);
      for (const [name, channels] of largest) {
        channelMaxima(floatOf(values, name), channels.length, channels);
      }
    }
    records += 1;
    options.onRecord?.(records);
  }
  if (records === 0) {
    throw new IsochroneError('CALIBRATION_NO_RECORDS', 'no record to calibrate with', {
      hint: 'Name a folder of records with --data.',
    });
  }
  const ranges = new Map(
    [...chooseRanges(explained, histograms, kept, budget)].map(([name, { low, high, rule }]) => [
      name,
      {
        low: significant(low),
        high: significant(high),
        rule,
        magnitude: significant(histograms.get(name)?.magnitude() ?? 0),
      },
    ]),
  );
  const corrections = Object.entries(correctBiases(explained, ranges, kept, budget));
  const sensitivities = measureSensitivities(explained, ranges, kept, budget);
  return {
    format: CALIBRATION_FORMAT,
    ...about,
    records,
    activations: Object.fromEntries(ranges),
    gradients: Object.fromEntries(
      [...largest].map(([name, channels]) => [name, Array.from(channels, significant)]),
    ),
    ...(corrections.length === 0
      ? {}
      : {
          biasCorrections: Object.fromEntries(
            corrections.map(([name, channels]) => [name, channels.map(significant)]),
          ),
        }),
    ...(sensitivities === undefined ? {} : { sensitivities }),
  };
}

/** Six digits are far finer than any step; the file stays small and the same on every machine. */
function significant(value: number): number {
  return Number(value.toPrecision(6));
}

/**
 * Reads a calibration file and checks that it belongs to the model.
 * @throws IsochroneError CALIBRATION_DAMAGED, CALIBRATION_OF_ANOTHER_MODEL
 */
export function parseCalibration(text: string, file: string, modelSha256: string): Calibration {
  let parsed: Partial<Calibration>;
  try {
    parsed = JSON.parse(text) as Partial<Calibration>;
  } catch (cause) {
    throw damaged(file, 'it is not JSON', cause);
  }
  const { format, activations, gradients, biasCorrections, sensitivities, records, source } =
    parsed;
  const { equalisation, familiarity } = parsed;
  if (
    format !== CALIBRATION_FORMAT ||
    typeof activations !== 'object' ||
    typeof gradients !== 'object' ||
    typeof records !== 'number' ||
    typeof source !== 'string'
  ) {
    throw damaged(file, `it is not of format ${CALIBRATION_FORMAT}`);
  }
  for (const [name, range] of Object.entries(activations)) {
    const { low, high, magnitude = 0 } = range;
    if (![low, high, magnitude].every(Number.isFinite) || low > high || magnitude < 0) {
      throw damaged(file, `the range of "${name}" is not one`);
    }
  }
  for (const [name, channels] of Object.entries(gradients)) {
    if (
      !Array.isArray(channels) ||
      !channels.every((value) => Number.isFinite(value) && value >= 0)
    ) {
      throw damaged(file, `the gradient range of "${name}" is not one`);
    }
  }
  for (const [name, channels] of Object.entries(equalisation ?? {})) {
    if (!Array.isArray(channels) || !channels.every((value) => Number.isFinite(value))) {
      throw damaged(file, `the channel factors of "${name}" are not some`);
    }
  }
  for (const [name, channels] of Object.entries(biasCorrections ?? {})) {
    if (!Array.isArray(channels) || !channels.every((value) => Number.isFinite(value))) {
      throw damaged(file, `the bias correction of "${name}" is not one`);
    }
  }
  for (const [name, { answer, explanation = 0 }] of Object.entries(sensitivities ?? {})) {
    if (![answer, explanation].every((value) => Number.isFinite(value) && value >= 0)) {
      throw damaged(file, `the sensitivity of "${name}" is not one`);
    }
  }
  if (familiarity !== undefined && !isFamiliarity(familiarity)) {
    throw damaged(file, 'its statistics of the training data are not some');
  }
  if (parsed.modelSha256 !== modelSha256) {
    throw new IsochroneError(
      'CALIBRATION_OF_ANOTHER_MODEL',
      `the calibration belongs to the model ${(parsed.modelSha256 ?? '?').slice(0, 12)}, this one is ${modelSha256.slice(0, 12)} (SHA-256)`,
      { hint: 'Run `isochrone calibrate MODEL --data DIR` again.', where: { file } },
    );
  }
  return {
    format,
    modelSha256,
    source,
    records,
    activations,
    gradients,
    ...(equalisation === undefined ? {} : { equalisation }),
    ...(biasCorrections === undefined ? {} : { biasCorrections }),
    ...(sensitivities === undefined ? {} : { sensitivities }),
    ...(familiarity === undefined ? {} : { familiarity }),
  };
}

function damaged(file: string, why: string, cause?: unknown): IsochroneError {
  return new IsochroneError('CALIBRATION_DAMAGED', `the calibration cannot be used: ${why}`, {
    hint: 'Run `isochrone calibrate MODEL --data DIR` again.',
    where: { file },
    cause,
  });
}

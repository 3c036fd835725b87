/** Each method as the device is asked for it, and as the float network gives it. Arrays of a record: [samples][leads]. */
import { SMOOTHGRAD } from '../../codegen/explain/methods.js';
import { elementsOf, integerTensor, type IntegerProgram } from '../../codegen/integer/program.js';
import { noiseSource } from '../../host/attribution/mean-gradient.js';
import { tileBeat } from '../../host/attribution/tile.js';
import { interpretedNetwork } from '../../host/attribution/network.js';
import type {
  AttributionRequest,
  AttributionResult,
} from '../../host/toolchain/attribution-run.js';
import type { FloatGradient } from './float-network.js';
import { tiledBeat } from './normal-beat.js';
import { WAVES, type BeatWindow } from './windows.js';

export interface MeasuredRecord {
  readonly window: BeatWindow;
  /** The network's input. */
  readonly codes: AttributionRequest['input'];
  /** The same in millivolt, not rounded, [samples][leads]. */
  readonly millivolt: Float64Array;
}

/** Steps of integrated gradients and draws of SmoothGrad. */
export interface MethodSettings {
  readonly steps: number;
  readonly draws: number;
  readonly noiseMillivolt: number;
  readonly normalBeat?: readonly (readonly number[])[];
}

export interface Method {
  readonly name: string;
  readonly request: (record: MeasuredRecord) => AttributionRequest | undefined;
  /** Inputs of the float network, [samples][leads] millivolt. */
  readonly floatInputs: (record: MeasuredRecord) => readonly Float64Array[];
  /** The float network's own attribution from its answers to these inputs. */
  readonly float: (record: MeasuredRecord, answers: readonly Answer[]) => ArrayLike<number>;
  readonly device: (record: MeasuredRecord, result: AttributionResult) => ArrayLike<number>;
  /** logit(input) − logit(baseline) must be the sum of the attribution: inputs of the float network that tell both. */
  readonly baseline?: (record: MeasuredRecord) => Float64Array;
}

/** Of one input: gradient [samples][leads] of the explained logit, and that logit. */
export interface Answer {
  readonly gradient: ArrayLike<number>;
  readonly logit: number;
}

/** Of a network that was built with Grad-CAM; `float` wants its output. */
export const GRAD_CAM: Method = {
  name: 'grad-cam',
  request: ({ codes }) => ({ method: 'grad-cam', input: codes }),
  floatInputs: ({ millivolt }) => [millivolt],
  float: (_record, answers) => answers[0]?.gradient ?? [],
  device: (_record, { values }) => values,
};

/** Of a network whose backward pass is that of relevance. */
export function relevance(program: IntegerProgram): Method {
  const timesInput = methods(program, NOTHING_AVERAGED).find(
    ({ name }) => name === 'gradient-x-input',
  );
  if (timesInput === undefined) throw new RangeError('no such method');
  const zero = new Float64Array(elementsOf(integerTensor(program, program.input)));
  return { ...timesInput, name: 'relevance (LRP-ε)', baseline: () => zero };
}

const NOTHING_AVERAGED: MethodSettings = { steps: 1, draws: 1, noiseMillivolt: 0 };

export function methods(program: IntegerProgram, settings: MethodSettings): readonly Method[] {
  const tensor = integerTensor(program, program.input);
  const { scale, zeroPoint, channels } = tensor;
  const length = elementsOf(tensor);
  const toMillivolt = (codes: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length }, (_, i) => ((codes[i] ?? 0) - zeroPoint) * scale);
  const zero = new Float64Array(length);
  const gradient: Method = {
    name: 'gradient',
    request: ({ codes }) => ({ method: 'gradient', input: codes }),
    floatInputs: ({ millivolt }) => [millivolt],
    float: (_record, answers) => answers[0]?.gradient ?? [],
    device: (_record, { values }) => values,
  };
  const timesInput: Method = {
    ...gradient,
    name: 'gradient-x-input',
    float: ({ millivolt }, answers) => product(answers[0]?.gradient ?? [], millivolt, zero),
    device: ({ codes }, { values }) => product(values, toMillivolt(codes), zero),
  };
  const integrated = (
    name: string,
    baselineOf: (record: MeasuredRecord) => AttributionRequest['input'] | undefined,
  ): Method => {
    const baseline = (record: MeasuredRecord): Float64Array => {
      const codes = baselineOf(record);
      return codes === undefined ? zero : toMillivolt(codes);
    };
    return {
      name,
      request: (record) => {
        const codes = baselineOf(record);
        const own = codes === undefined ? {} : { baseline: codes };
        return { method: 'integrated', input: record.codes, steps: settings.steps, ...own };
      },
      floatInputs: (record) => {
        const from = baseline(record);
        return Array.from({ length: settings.steps }, (_, k) =>
          from.map((b, i) => b + (((record.millivolt[i] ?? 0) - b) * (k + 0.5)) / settings.steps),
        );
      },
      float: (record, answers) =>
        product(meanOf(answers, length), record.millivolt, baseline(record)),
      device: (record, { values }) => product(values, toMillivolt(record.codes), baseline(record)),
      baseline,
    };
  };
  const noise256ths = Math.round((256 * settings.noiseMillivolt) / scale);
  const smooth: Method = {
    name: 'smoothgrad',
    request: ({ codes }) => ({
      method: 'smoothgrad',
      input: codes,
      draws: settings.draws,
      seed: SMOOTHGRAD.seed,
      noise256ths,
    }),
    floatInputs: ({ millivolt }) => {
      const noise = noiseSource(SMOOTHGRAD.seed, noise256ths);
      return Array.from({ length: settings.draws }, () =>
        millivolt.map((mv) => mv + noise() * scale),
      );
    },
    float: ({ millivolt }, answers) => product(meanOf(answers, length), millivolt, zero),
    device: ({ codes }, { values }) => product(values, toMillivolt(codes), zero),
  };
  const occlusion: Method = {
    name: 'occlusion, wave and lead',
    request: ({ codes, window }) =>
      window.waves.length === 0
        ? undefined
        : { method: 'occlusion', input: codes, ranges: window.waves, parts: WAVES, byLead: true },
    floatInputs: ({ millivolt, window }) => [
      millivolt,
      ...Array.from({ length: WAVES * channels }, (_, at) => {
        const ranges = window.waves.filter(({ part }) => part === Math.floor(at / channels));
        const without = millivolt.slice();
        for (const { begin, end } of ranges) {
          for (let t = begin; t < end; t += 1) without[t * channels + (at % channels)] = 0;
        }
        return without;
      }),
    ],
    float: (_record, [whole, ...without]) =>
      without.map(({ logit }) => (whole?.logit ?? 0) - logit),
    device: (_record, { values }) => values,
  };
  const { normalBeat } = settings;
  const network = interpretedNetwork(program);
  const laid = (record: MeasuredRecord): AttributionRequest['input'] =>
    tileBeat(
      network,
      length / channels,
      tiledBeat(program, normalBeat ?? [], record.window.rIndex),
    );
  return [
    gradient,
    timesInput,
    integrated('integrated gradients from zero', () => undefined),
    ...(normalBeat === undefined
      ? []
      : [integrated('integrated gradients from the normal beat', laid)]),
    smooth,
    occlusion,
  ];
}

function product(
  gradient: ArrayLike<number>,
  input: ArrayLike<number>,
  baseline: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(
    { length: gradient.length },
    (_, i) => (gradient[i] ?? 0) * ((input[i] ?? 0) - (baseline[i] ?? 0)),
  );
}

function meanOf(answers: readonly Answer[], length: number): Float64Array {
  const sum = new Float64Array(length);
  for (const { gradient } of answers) {
    for (let i = 0; i < length; i += 1) sum[i] = (sum[i] ?? 0) + (gradient[i] ?? 0);
  }
  return sum.map((value) => value / answers.length);
}

/** From the graph's layout, [leads][samples], to [samples][leads]. */
export function answerOf(found: FloatGradient, classIndex: number, leads: number): Answer {
  const samples = found.gradient.length / leads;
  return {
    gradient: Float64Array.from(
      { length: found.gradient.length },
      (_, i) => found.gradient[(i % leads) * samples + Math.floor(i / leads)] ?? 0,
    ),
    logit: found.logits[classIndex] ?? NaN,
  };
}

/** The other way. */
export function graphInput(millivolt: Float64Array, leads: number): Float32Array {
  const samples = millivolt.length / leads;
  return Float32Array.from(
    { length: millivolt.length },
    (_, i) => millivolt[(i % samples) * leads + Math.floor(i / samples)] ?? 0,
  );
}

/** One int8 TFLite network for each operator beside convolutions, at boundaries of its arithmetic. */
import {
  ACTIVATION,
  BINARY_OPTIONS,
  CONCATENATION_OPTIONS,
  LEAKY_RELU_OPTIONS,
  PADDING,
  POOL_OPTIONS,
  STRIDED_SLICE_OPTIONS,
  TYPE,
} from '../import/tflite-schema.js';
import { seededRandom } from './random.js';
import { TfliteWriter, type Field } from './tflite-builder.js';

/** Members of the schema's BuiltinOptions union. */
const OPTIONS = {
  pool: 5,
  softmax: 9,
  concatenation: 10,
  add: 11,
  mul: 21,
  sub: 28,
  stridedSlice: 32,
  split: 35,
  leakyRelu: 75,
} as const;

type Steps = readonly [scale: number, zeroPoint: number];

interface Operand {
  readonly shape: readonly number[];
  readonly steps: Steps;
}

export interface TfliteCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly inputShape: readonly number[];
  /** The last one, by TFLite's name. */
  readonly operator: string;
  /** Codes of input and output in the file; the compiler's are int8, 128 below uint8. */
  readonly ends?: 'uint8';
  /** Integer arithmetic in the reference kernel: no output may differ. */
  readonly exact: boolean;
  /** The codes that the definition gives for codes, where tfjs-tflite cannot judge. */
  readonly byDefinition?: (codes: Int8Array) => Int8Array;
}

interface Plan {
  readonly operator: string;
  readonly input?: Operand;
  readonly output: Operand;
  /** Constant operands behind the signal (or in front of it); codes of int8 are seeded. */
  readonly constants?: readonly (Operand | readonly number[])[];
  readonly constantFirst?: boolean;
  readonly options?: readonly [type: number, fields: readonly Field[]];
  readonly version?: number;
  readonly exact?: boolean;
  /** What it does to a real value, where tfjs-tflite has no int8 kernel. */
  readonly by?: (value: number) => number;
}

const SIGNAL: Operand = { shape: [1, 6, 5, 4], steps: [0.0317, -9] };
const of = (steps: Steps, shape: readonly number[] = SIGNAL.shape): Operand => ({ shape, steps });
type Options = NonNullable<Plan['options']>;
const fused = (type: number, activation: number): Options => [
  type,
  [[BINARY_OPTIONS.activation, 'int8', activation]],
];

function pool(
  [height, width]: readonly [number, number],
  [strideHeight, strideWidth]: readonly [number, number],
  padding: number,
  activation: number = ACTIVATION.none,
): Options {
  return [
    OPTIONS.pool,
    [
      [POOL_OPTIONS.padding, 'int8', padding],
      [POOL_OPTIONS.strideHeight, 'int32', strideHeight],
      [POOL_OPTIONS.strideWidth, 'int32', strideWidth],
      [POOL_OPTIONS.filterHeight, 'int32', height],
      [POOL_OPTIONS.filterWidth, 'int32', width],
      [POOL_OPTIONS.activation, 'int8', activation],
    ],
  ];
}

const plans: Readonly<Record<string, Plan>> = {
  'max pooling, SAME': {
    operator: 'MAX_POOL_2D',
    output: of(SIGNAL.steps, [1, 3, 3, 4]),
    options: pool([3, 2], [2, 2], PADDING.same),
    exact: true,
  },
  'max pooling with ReLU6': {
    operator: 'MAX_POOL_2D',
    output: of(SIGNAL.steps, [1, 5, 4, 4]),
    options: pool([2, 2], [1, 1], PADDING.valid, ACTIVATION.relu6),
    exact: true,
  },
  'average pooling, SAME: padding is not counted': {
    operator: 'AVERAGE_POOL_2D',
    output: of(SIGNAL.steps, [1, 3, 5, 4]),
    options: pool([3, 3], [2, 1], PADDING.same),
    exact: true,
  },
  'average pooling, VALID, with ReLU': {
    operator: 'AVERAGE_POOL_2D',
    output: of(SIGNAL.steps, [1, 2, 2, 4]),
    options: pool([3, 2], [2, 3], PADDING.valid, ACTIVATION.relu),
    exact: true,
  },
  'product with one value': {
    operator: 'MUL',
    constants: [of([0.011, 5], [1])],
    output: of([0.009, 3]),
    options: fused(OPTIONS.mul, ACTIVATION.none),
  },
  'product with a value for each channel, ReLU6': {
    operator: 'MUL',
    constants: [of([0.0213, -128], [4])],
    output: of([0.0235, -128]),
    options: fused(OPTIONS.mul, ACTIVATION.relu6),
  },
  'product with a value for each position': {
    operator: 'MUL',
    constants: [of([0.0213, 11], [1, 6, 5, 1])],
    output: of([0.06, -3]),
    options: fused(OPTIONS.mul, ACTIVATION.none),
  },
  'sum with one value': {
    operator: 'ADD',
    constants: [of([0.011, 5], [])],
    output: of([0.029, 3]),
    options: fused(OPTIONS.add, ACTIVATION.relu),
  },
  'sum with a value for each channel': {
    operator: 'ADD',
    constants: [of([0.051, -5], [1, 1, 1, 4])],
    output: of([0.053, 3]),
    options: fused(OPTIONS.add, ACTIVATION.none),
  },
  'sum with a constant as large as the signal': {
    operator: 'ADD',
    constants: [of([0.051, -5])],
    output: of([0.053, 3]),
    options: fused(OPTIONS.add, ACTIVATION.relu6),
  },
  'sum with a value for each column': {
    operator: 'ADD',
    constants: [of([0.051, -5], [1, 1, 5, 4])],
    output: of([0.053, 3]),
    options: fused(OPTIONS.add, ACTIVATION.none),
  },
  'a constant less the signal': {
    operator: 'SUB',
    constants: [of([0.051, -5], [1, 1, 1, 4])],
    constantFirst: true,
    output: of([0.053, 3]),
    options: fused(OPTIONS.sub, ACTIVATION.none),
  },
  'the signal less one value': {
    operator: 'SUB',
    constants: [of([0.02, 17], [1])],
    output: of([0.04, 3]),
    options: fused(OPTIONS.sub, ACTIVATION.relu),
  },
  sigmoid: { operator: 'LOGISTIC', input: of([0.061, 4]), output: of([1 / 256, -128]) },
  tanh: { operator: 'TANH', input: of([0.023, -4]), output: of([1 / 128, 0]) },
  'hard swish': {
    operator: 'HARD_SWISH',
    input: of([0.047, 7]),
    output: of([0.031, -116]),
    version: 1,
  },
  'leaky ReLU': {
    operator: 'LEAKY_RELU',
    output: of([0.027, -90]),
    options: [OPTIONS.leakyRelu, [[LEAKY_RELU_OPTIONS.alpha, 'float32', 0.2]]],
  },
  ELU: { operator: 'ELU', output: of([0.021, -70]), version: 1 },
  'ReLU alone': { operator: 'RELU', output: of([0.017, -128]) },
  'ReLU6 alone': { operator: 'RELU6', input: of([0.061, 4]), output: of([6 / 255, -128]) },
  'ReLU from -1 to 1 alone': { operator: 'RELU_N1_TO_1', output: of([0.02, 3]), version: 1 },
  'another scale': { operator: 'QUANTIZE', output: of([0.0511, 31]) },
  padding: {
    operator: 'PAD',
    constants: [[0, 0, 1, 2, 0, 3, 2, 1]],
    output: of(SIGNAL.steps, [1, 9, 8, 7]),
    exact: true,
  },
  'padding with a value of its own': {
    operator: 'PADV2',
    constants: [[0, 0, 1, 2, 0, 3, 2, 1], of(SIGNAL.steps, [])],
    output: of(SIGNAL.steps, [1, 9, 8, 7]),
    exact: true,
  },
  'absolute value': { operator: 'ABS', output: of([0.0211, -128]), version: 1 },
  exponential: {
    operator: 'EXP',
    input: of([0.0211, -9]),
    output: of([0.0522, -128]),
    by: Math.exp,
  },
  transposition: {
    operator: 'TRANSPOSE',
    constants: [[0, 3, 1, 2]],
    output: of(SIGNAL.steps, [1, 4, 6, 5]),
    exact: true,
  },
  'strided slice, backwards': {
    operator: 'STRIDED_SLICE',
    constants: [
      [0, -1, 1, 0],
      [1, 0, 5, 3],
      [1, -2, 2, 1],
    ],
    output: of(SIGNAL.steps, [1, 3, 2, 3]),
    options: [
      OPTIONS.stridedSlice,
      [
        [STRIDED_SLICE_OPTIONS.beginMask, 'int32', 1],
        [STRIDED_SLICE_OPTIONS.endMask, 'int32', 2],
      ],
    ],
    exact: true,
  },
  'strided slice that loses an axis': {
    operator: 'STRIDED_SLICE',
    constants: [
      [0, 2, 0, 0],
      [1, 3, 5, 4],
      [1, 1, 1, 1],
    ],
    output: of(SIGNAL.steps, [1, 5, 4]),
    options: [OPTIONS.stridedSlice, [[STRIDED_SLICE_OPTIONS.shrinkMask, 'int32', 2]]],
    exact: true,
  },
  slice: {
    operator: 'SLICE',
    constants: [
      [0, 1, 2, 1],
      [1, 3, -1, 2],
    ],
    output: of(SIGNAL.steps, [1, 3, 3, 2]),
    exact: true,
  },
  'nearest neighbour': {
    operator: 'RESIZE_NEAREST_NEIGHBOR',
    constants: [[12, 15]],
    output: of(SIGNAL.steps, [1, 12, 15, 4]),
    exact: true,
  },
  'softmax over the last of four axes': {
    operator: 'SOFTMAX',
    output: of([1 / 256, -128]),
    options: [OPTIONS.softmax, [[0, 'float32', 1]]],
  },
  'softmax of coarse steps': {
    operator: 'SOFTMAX',
    input: of([2.7, 20], [1, 9]),
    output: of([1 / 256, -128], [1, 9]),
    options: [OPTIONS.softmax, [[0, 'float32', 1]]],
  },
  'softmax of fine steps': {
    operator: 'SOFTMAX',
    input: of([0.0021, -20], [1, 9]),
    output: of([1 / 256, -128], [1, 9]),
    options: [OPTIONS.softmax, [[0, 'float32', 1]]],
  },
};

function written(plan: Plan): Uint8Array {
  const random = seededRandom(20_261_123);
  const writer = new TfliteWriter();
  const { input = SIGNAL, output, constants = [] } = plan;
  const signal = (name: string, { shape, steps }: Operand): number =>
    writer.tensor({ name, shape, type: TYPE.int8, scales: [steps[0]], zeroPoint: steps[1] });
  const x = signal('x', input);
  const others = constants.map((constant, i) => {
    if (Array.isArray(constant)) return words(writer, plan.operator, `constant ${i}`, constant);
    const { shape, steps } = constant as Operand;
    const bytes = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      Math.floor(random() * 256),
    );
    const [scale, zeroPoint] = steps;
    const about = { name: `constant ${i}`, shape, type: TYPE.int8, bytes };
    return writer.tensor({ ...about, scales: [scale], zeroPoint });
  });
  const y = signal('y', output);
  const operands = plan.constantFirst === true ? [...others, x] : [x, ...others];
  const [type, fields] = plan.options ?? [0, []];
  writer.operator(plan.operator, operands, y, type, fields, plan.version ?? 2);
  return writer.bytes(x, y);
}

/** int32 numbers; paddings are pairs. */
function words(
  writer: TfliteWriter,
  operator: string,
  name: string,
  values: readonly number[],
): number {
  const bytes = new Uint8Array(Int32Array.from(values).buffer);
  const shape = operator.startsWith('PAD') ? [values.length / 2, 2] : [values.length];
  return writer.tensor({ name, shape, type: TYPE.int32, bytes });
}

/** Parts that go apart and come together again, in one scale as TFLite wants it. */
function splitAndJoined(): Uint8Array {
  const writer = new TfliteWriter();
  const [scale, zeroPoint] = SIGNAL.steps;
  const about = { type: TYPE.int8, scales: [scale], zeroPoint };
  const x = writer.tensor({ name: 'x', shape: SIGNAL.shape, ...about });
  const axis = words(writer, 'SPLIT', 'axis', [3]);
  const parts = [0, 1].map((i) =>
    writer.tensor({ name: `part ${i}`, shape: [1, 6, 5, 2], ...about }),
  );
  writer.operator('SPLIT', [axis, x], parts, OPTIONS.split, [[0, 'int32', 2]], 2);
  const y = writer.tensor({ name: 'y', shape: [1, 6, 15, 2], ...about });
  const joined = [parts[1] ?? 0, parts[0] ?? 0, parts[1] ?? 0];
  writer.operator(
    'CONCATENATION',
    joined,
    y,
    OPTIONS.concatenation,
    [[CONCATENATION_OPTIONS.axis, 'int32', -2]],
    2,
  );
  return writer.bytes(x, y);
}

/** Parts of different scales: the converter gives them one, so TFLite has no kernel; other tools do not. */
function joinedScales(): Uint8Array {
  const writer = new TfliteWriter();
  const signal = (name: string, channels: number, [scale, zeroPoint]: Steps): number =>
    writer.tensor({
      name,
      shape: [1, 6, 5, channels],
      type: TYPE.int8,
      scales: [scale],
      zeroPoint,
    });
  const x = signal('x', 4, SIGNAL.steps);
  const coarse = signal('coarse', 4, JOINED.coarse);
  writer.operator('QUANTIZE', [x], coarse, 0, [], 2);
  const y = signal('y', 8, JOINED.whole);
  const axis: Field = [CONCATENATION_OPTIONS.axis, 'int32', 3];
  writer.operator('CONCATENATION', [x, coarse], y, OPTIONS.concatenation, [axis], 2);
  return writer.bytes(x, y);
}

const JOINED = { coarse: [0.071, 12], whole: [0.0402, -17] } as const;

function joinedByDefinition(codes: Int8Array): Int8Array {
  const code = (value: number, [scale, zeroPoint]: Steps): number =>
    Math.max(-128, Math.min(127, Math.round(value / scale) + zeroPoint));
  const real = (of: number, [scale, zeroPoint]: Steps): number => (of - zeroPoint) * scale;
  return Int8Array.from({ length: 2 * codes.length }, (_, i) => {
    const [position, channel] = [Math.floor(i / 8), i % 8];
    const value = real(codes[4 * position + (channel % 4)] ?? 0, SIGNAL.steps);
    if (channel < 4) return code(value, JOINED.whole);
    return code(real(code(value, JOINED.coarse), JOINED.coarse), JOINED.whole);
  });
}

/** uint8 ends as converters write them for cameras and older applications: int8 inside. */
function uint8Ends(): Uint8Array {
  const writer = new TfliteWriter();
  const [scale, zeroPoint] = SIGNAL.steps;
  const { shape } = SIGNAL;
  const outer = (name: string, steps: Steps): number =>
    writer.tensor({ name, shape, type: TYPE.uint8, scales: [steps[0]], zeroPoint: steps[1] + 128 });
  const inner = (name: string, steps: Steps): number =>
    writer.tensor({ name, shape, type: TYPE.int8, scales: [steps[0]], zeroPoint: steps[1] });
  const active: Steps = [0.027, -90];
  const [x, first] = [outer('x', SIGNAL.steps), inner('first', [scale, zeroPoint])];
  const [second, y] = [inner('second', active), outer('y', [0.031, -101])];
  writer.operator('QUANTIZE', [x], first, 0, [], 2);
  const alpha: Field = [LEAKY_RELU_OPTIONS.alpha, 'float32', 0.2];
  writer.operator('LEAKY_RELU', [first], second, OPTIONS.leakyRelu, [alpha], 2);
  writer.operator('QUANTIZE', [second], y, 0, [], 2);
  return writer.bytes(x, y);
}

/** The nearest output code of each value. */
function rounded(
  { input = SIGNAL, output }: Plan,
  by: (value: number) => number,
): (codes: Int8Array) => Int8Array {
  const [[from, zero], [to, offset]] = [input.steps, output.steps];
  return (codes) =>
    codes.map((code) =>
      Math.max(-128, Math.min(127, Math.round(by((code - zero) * from) / to) + offset)),
    );
}

export function tfliteOperatorCases(): readonly TfliteCase[] {
  return [
    ...Object.entries(plans).map(([name, plan]) => ({
      name,
      bytes: written(plan),
      operator: plan.operator,
      inputShape: (plan.input ?? SIGNAL).shape,
      exact: plan.exact === true,
      ...(plan.by === undefined ? {} : { byDefinition: rounded(plan, plan.by) }),
    })),
    {
      name: 'concatenation of different scales',
      bytes: joinedScales(),
      inputShape: SIGNAL.shape,
      operator: 'CONCATENATION',
      exact: false,
      byDefinition: joinedByDefinition,
    },
    {
      name: 'uint8 at both ends',
      bytes: uint8Ends(),
      operator: 'QUANTIZE',
      inputShape: SIGNAL.shape,
      ends: 'uint8',
      exact: false,
    },
    {
      name: 'split and concatenation',
      bytes: splitAndJoined(),
      operator: 'CONCATENATION',
      inputShape: SIGNAL.shape,
      exact: true,
    },
  ];
}

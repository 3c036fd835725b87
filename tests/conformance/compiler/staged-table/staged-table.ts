/** Convolutions and gradients of every border, step and number of channels as vector kernels take them. */
import { channelTable } from '../../../../codegen/emit/staged/pack.js';
import {
  stagedOperation,
  type StagedFamily,
  type StagedOperation,
} from '../../../../codegen/emit/staged/kernels.js';
import { convGradientKernel } from '../../../../codegen/integer/conv-gradient.js';
import type { ConvGradientOperation } from '../../../../codegen/integer/conv-gradient.js';
import { convKernel } from '../../../../codegen/integer/conv.js';
import type { ConvOperation } from '../../../../codegen/integer/conv.js';
import { convGeometry, type ConvGeometry } from '../../../../codegen/operators/conv-geometry.js';
import { seededRandom } from '../../../../codegen/testing/random.js';
import { convCases } from '../conv-table/conv-table.js';

export interface StagedCase {
  readonly name: string;
  readonly operation: ConvOperation | ConvGradientOperation;
  readonly input: Int8Array | Int16Array;
  readonly mask?: Uint8Array;
}

type ForwardCase = StagedCase & { readonly operation: ConvOperation };

const SHIFT = 34;
/** int16 inputs: some whose sums keep within the outputs' range, some of every code. */
const PEAKS = [2_000, 32_767] as const;
/** Of so many one-dimensional cases one is run backwards: no period of the table divides it. */
const GRADIENT_EVERY = 3;
const PLANE_CASES = 300;
/** Of so many convolutions one reads int16: no period of the table or of `varied` divides it. */
const WIDE_EVERY = 5;

type Random = () => number;

function integers(random: Random, count: number, low: number, high: number): number[] {
  return Array.from({ length: count }, () => low + Math.floor(random() * (high - low + 1)));
}

/** The table of one-dimensional convolutions, planes of random geometry, and the gradients of both. */
export function stagedCases(): readonly StagedCase[] {
  const random = seededRandom(4711);
  const lines = convCases()
    .filter(({ geometry }) => geometry.inputHeight === 1)
    .map(({ name, geometry }) => noise(random, name, geometry));
  const planes = Array.from({ length: PLANE_CASES }, (_, index) => plane(random, index));
  const forward = [...lines, ...planes].map((one, index) =>
    varied(index % WIDE_EVERY === 0 ? widened(one, index, random) : one, index, random),
  );
  const backward = [...lines.filter((_, index) => index % GRADIENT_EVERY === 0), ...planes].map(
    (one, index) => gradientOf(one.operation, one.name, index, random),
  );
  return [...forward, ...backward];
}

/** Two dimensions: kernels, steps, dilations and paddings of each axis apart; dense, depthwise and whole-input. */
function plane(random: Random, index: number): ForwardCase {
  const one = (low: number, high: number): number => integers(random, 1, low, high)[0] ?? low;
  const channels = one(1, 20);
  const depthwise = index % 3 === 0 && channels > 1;
  const outputs = depthwise ? channels : one(1, 40);
  const whole = index % 7 === 1;
  const kernel = [one(1, 4), one(1, 5)];
  const dilations = whole ? [1, 1] : [one(1, 2), one(1, 2)];
  const size = whole
    ? kernel
    : kernel.map((k, axis) => (k - 1) * (dilations[axis] ?? 1) + one(1, 9));
  const geometry = convGeometry(
    {
      operator: 'Conv',
      name: `plane ${index}`,
      inputs: ['x', 'w'],
      outputs: ['y'],
      attributes: {
        group: depthwise ? channels : 1,
        strides: whole ? [1, 1] : [one(1, 3), one(1, 3)],
        dilations,
        pads: whole ? [0, 0, 0, 0] : integers(random, 4, 0, 3),
      },
    },
    [1, channels, ...size],
    [outputs, depthwise ? 1 : channels, ...kernel],
  );
  const name = `plane ${index}: ${size.join('×')} ${channels}→${outputs}${depthwise ? ' depthwise' : ''}, kernel ${kernel.join('×')}`;
  return noise(random, name, geometry);
}

/** A convolution of that geometry with weights, bias, multipliers, zero point and input of its own. */
function noise(random: Random, name: string, g: ConvGeometry): ForwardCase {
  const taps = g.kernelHeight * g.kernelWidth * (g.inputChannels / g.groups);
  const values = g.inputHeight * g.inputWidth * g.inputChannels;
  return {
    name,
    operation: {
      kind: 'conv',
      name,
      input: 'x',
      output: 'y',
      geometry: g,
      weights: Int8Array.from(integers(random, g.outputChannels * taps, -127, 127)),
      bias: Int32Array.from(integers(random, g.outputChannels, -32_768, 32_767)),
      multiplier: Int32Array.from(integers(random, g.outputChannels, 4_000_000, 8_000_000)),
      shift: 32,
      clampLow: -128,
      clampHigh: 127,
      inputZeroPoint: integers(random, 1, -128, 127)[0] ?? 0,
    },
    input: Int8Array.from(integers(random, values, -128, 127)),
  };
}

/** The same of an int16 signal, symmetric. */
function widened(
  { name, operation, input }: ForwardCase,
  index: number,
  random: Random,
): ForwardCase {
  const peak = PEAKS[index % PEAKS.length] ?? PEAKS[0];
  return {
    name: `${name}, int16`,
    operation: {
      ...operation,
      inputZeroPoint: 0,
      multiplier: operation.multiplier.map((value) => Math.round((value * 127) / peak)),
    },
    input: Int16Array.from(integers(random, input.length, -peak, peak)),
  };
}

/** Every way in which sums become outputs: clamps, offsets, int16, one shift or one for each channel. */
function varied(
  { name, operation, input }: ForwardCase,
  index: number,
  random: Random,
): StagedCase {
  const { multiplier } = operation;
  const channelShift = Uint8Array.from(integers(random, multiplier.length, 30, 36));
  const way: Partial<ConvOperation> =
    [
      {},
      { clampLow: -20, clampHigh: 90 },
      { outputOffset: -37, clampLow: -128 },
      { channelShift, outputOffset: 11 },
      { clampLow: -32_767, clampHigh: 32_767, multiplier: multiplier.map((value) => 64 * value) },
      { shift: SHIFT, multiplier: multiplier.map((value) => 4 * value) },
      { shift: 31, multiplier: multiplier.map((value) => value >> 1) },
    ][index % 7] ?? {};
  return { name, operation: { ...operation, ...way }, input };
}

function gradientOf(conv: ConvOperation, name: string, index: number, random: Random): StagedCase {
  const { geometry: g, weights } = conv;
  const values = g.inputHeight * g.inputWidth * g.inputChannels;
  const masked = index % 2 === 0;
  const peak = PEAKS[index % 7 === 0 ? 1 : 0];
  return {
    name: `gradient of ${name}`,
    operation: {
      kind: 'convGradient',
      name,
      input: 'x',
      output: 'y',
      conv: name,
      geometry: g,
      weights,
      multiplier: Int32Array.from(integers(random, g.inputChannels, 1e8, 4e8)).map((m) =>
        Math.round((m * PEAKS[0]) / peak),
      ),
      shift: index % 3 === 0 ? SHIFT : 32,
      // Some of the values saturate.
      limit: 9_000,
      ...(masked ? { mask: 'mask' } : {}),
    },
    input: Int16Array.from(
      integers(random, g.outputHeight * g.outputWidth * g.outputChannels, -peak, peak),
    ),
    ...(masked ? { mask: Uint8Array.from(integers(random, Math.ceil(values / 8), 0, 255)) } : {}),
  };
}

/** What the interpreter leaves in the output, and how many values it counts as saturated. */
export function reference({ operation, input, mask }: StagedCase): {
  readonly output: Int8Array | Int16Array;
  readonly saturations: number;
} {
  const g = operation.geometry;
  const forward = operation.kind === 'conv';
  const length = forward
    ? g.outputHeight * g.outputWidth * g.outputChannels
    : g.inputHeight * g.inputWidth * g.inputChannels;
  const output =
    forward && operation.clampHigh <= 127 ? new Int8Array(length) : new Int16Array(length);
  let saturations = 0;
  const context = {
    values: (name: string): Int8Array | Int16Array | Uint8Array =>
      name === 'x' ? input : name === 'mask' && mask !== undefined ? mask : output,
    saturate: (count: number): void => {
      saturations += count;
    },
  };
  if (operation.kind === 'conv') convKernel.run(operation, context);
  else convGradientKernel.run(operation, context);
  return { output, saturations };
}

const KINDS = ['conv', 'depthwise', 'conv_gradient', 'depthwise_gradient'];

function words(bytes: ArrayBufferView): Int32Array {
  const padded = new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4);
  padded.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return new Int32Array(padded.buffer);
}

/** The file that staged_table.c reads: of each case its head, plan, phases, offsets and tables, all int32. */
export function caseFile(
  cases: readonly { readonly one: StagedCase; readonly staged: StagedOperation }[],
  family: StagedFamily,
): Uint8Array {
  const parts = cases.flatMap(({ one, staged }) => {
    const { operation, input, mask } = one;
    const { plan, numbers, layout, starts = new Int32Array(0) } = staged;
    const { channels, height, width } = plan.output;
    const table = (values: ArrayLike<number>): Int32Array => channelTable(values, channels);
    const weights = words(layout.pack(operation));
    const bits = words(mask ?? new Uint8Array(0));
    const data = words(input);
    const conv = operation.kind === 'conv' ? operation : undefined;
    const tables = [
      table(conv?.bias ?? []),
      table(operation.multiplier),
      table(conv?.channelShift ?? []),
    ];
    const kind = KINDS.indexOf(staged.function.replace(`${family.prefix}_`, ''));
    const head = [
      ...[kind, data.length, weights.length, tables[0]?.length ?? 0, height * width * channels],
      ...[numbers.offsets.length, bits.length, conv?.inputZeroPoint ?? 0, operation.shift],
      ...[conv?.channelShift === undefined ? 0 : 1, conv?.outputOffset ?? 0],
      ...[conv?.clampLow ?? 0, conv?.clampHigh ?? 0],
      operation.kind === 'conv' ? 0 : operation.limit,
      ...[starts.length, input instanceof Int16Array ? 1 : 0],
    ];
    return [
      Int32Array.from([
        ...head,
        ...Object.values(numbers.plan),
        ...numbers.phases.flatMap((phase) => Object.values(phase)),
        ...numbers.offsets,
      ]),
      ...[data, weights, ...tables, bits, starts],
    ];
  });
  return Buffer.concat(parts.map((part) => new Uint8Array(part.buffer)));
}

/** The cases that the family takes, as it takes them. */
export function casesOf(
  family: StagedFamily,
): readonly { readonly one: StagedCase; readonly staged: StagedOperation }[] {
  return stagedCases().flatMap((one) => {
    const type = one.input instanceof Int16Array ? 'int16' : 'int8';
    const staged = stagedOperation(one.operation, type, family);
    return staged === undefined ? [] : [{ one, staged }];
  });
}

/** FNV-1a, 32 bits, on bytes. */
export function checksum(output: Int8Array | Int16Array): number {
  return new Uint8Array(output.buffer).reduce(
    (hash, value) => Math.imul(hash ^ value, 0x01000193) >>> 0,
    0x811c9dc5,
  );
}

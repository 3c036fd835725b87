/** Convolutions and their gradients on vector units: one plan and one packing, kernels by instruction family. */
import type { ConvGradientOperation } from '../../integer/conv-gradient.js';
import type { ConvOperation } from '../../integer/conv.js';
import { convMacs } from '../../integer/order-of-work.js';
import { integerTensor, type IntegerOperation } from '../../integer/program.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { ChoiceSetting, ConvWeights, KernelChoice, KernelSet } from '../backend.js';
import { constantArray } from '../c-text.js';
import { signal } from '../portable/emitter.js';
import { chooseRecurrent } from '../portable/recurrent.js';
import { flattened } from './geometry.js';
import {
  channelTable,
  planConstants,
  planNumbers,
  splitStarts,
  stagedLayout,
  type PackFormat,
  type PlanNumbers,
  type WeightReader,
} from './pack.js';
import type { WeightLayout } from '../backend.js';
import { paddedShare, stagedPlan, type StagedPlan } from './plan.js';

/** What a family's kernels expect. */
export interface StagedFamily {
  /** Of its C files, with the path of their folder, and of its weight tables. */
  readonly folder: string;
  readonly prefix: string;
  /** Bytes of a staged activation; gradients are staged as they are. */
  readonly activationBytes: 1 | 2;
  readonly forward: PackFormat;
  readonly gradient: PackFormat;
  readonly depthwise: PackFormat;
  readonly depthwiseGradient: PackFormat;
  /** Products of two weights of −128 may not fit what the family sums pairs in. */
  readonly leastWeight: -128 | -127;
  /** Products of a recurrent layer's rows. */
  readonly recurrentProducts: string;
  /** Dense kernels may multiply the bytes of int16 values apart; they then start from `splitStarts`. */
  readonly splitsWords: boolean;
}

/** Vector loads may read so many bytes behind the last staged value; what they read meets zeros. */
const SLACK_BYTES = 64;

/** A gradient that multiplies mostly padding is left to the kernel that skips it. */
const MOST_PADDING = 0.75;

type Convolution = ConvOperation | ConvGradientOperation;

/** Convolutions of one group, and depthwise ones, of int8 and int16 signals, with their gradients; recurrent layers. */
export function stagedKernels(family: StagedFamily): KernelSet {
  return {
    takesInt16: true,
    choose(operation, setting) {
      if (operation.kind === 'lstm' || operation.kind === 'gru') {
        return chooseRecurrent(operation, `${family.folder}/${family.recurrentProducts}`);
      }
      if (!suits(operation, family)) return undefined;
      return choiceOf(operation, setting, family);
    },
  };
}

function suits(operation: IntegerOperation, family: StagedFamily): operation is Convolution {
  if (operation.kind !== 'conv' && operation.kind !== 'convGradient') return false;
  const g = operation.geometry;
  if (g.groups !== 1 && !isDepthwise(g)) return false;
  return operation.weights.every((weight) => weight >= family.leastWeight);
}

function isDepthwise(g: ConvGeometry): boolean {
  return g.groups > 1 && g.groups === g.inputChannels && g.groups === g.outputChannels;
}

/** A convolution or its gradient, planned and its weights' order chosen: what C and tests are made of. */
export interface StagedOperation {
  readonly function: string;
  readonly plan: StagedPlan;
  readonly numbers: PlanNumbers;
  readonly layout: WeightLayout;
  readonly scratchBytes: number;
  readonly shared: readonly string[];
  /** By phase and channel, where the kernel splits the words of its input. */
  readonly starts?: Int32Array;
}

/**
 * Undefined where the portable kernel is the better one.
 * @param input of a convolution; gradients are int16
 */
export function stagedOperation(
  operation: Convolution,
  input: 'int8' | 'int16',
  family: StagedFamily,
): StagedOperation | undefined {
  const g = flattened(operation.geometry);
  const depthwise = isDepthwise(g);
  const forward = operation.kind === 'conv';
  const plan = stagedPlan(g, forward ? 'forward' : 'gradient', !depthwise);
  if (!forward && paddedShare(plan, useful(g, depthwise)) > MOST_PADDING) return undefined;
  const format = formatOf(family, forward, depthwise);
  const { rows, columns } = plan.staged;
  const wide = !forward || input === 'int16';
  const weightOf = weightReader(g, operation.kind, depthwise);
  return {
    function: `${family.prefix}_${depthwise ? 'depthwise' : 'conv'}${forward ? '' : '_gradient'}`,
    plan,
    numbers: planNumbers(plan, format, depthwise),
    layout: stagedLayout({
      name: forward ? family.prefix : `${family.prefix}_gradient`,
      plan,
      format,
      depthwise,
      weightOf,
    }),
    scratchBytes:
      rows * columns * plan.source.channels * (wide ? 2 : family.activationBytes) + SLACK_BYTES,
    shared: format.shared,
    ...(family.splitsWords && wide && !depthwise
      ? { starts: splitStarts(plan, operation, weightOf, forward ? operation.bias : undefined) }
      : {}),
  };
}

/** Multiplications as paddedShare counts them: all pairs of channels. */
function useful(g: ConvGeometry, depthwise: boolean): number {
  return convMacs(g) * (depthwise ? g.groups : 1);
}

function choiceOf(
  operation: Convolution,
  { program }: ChoiceSetting,
  family: StagedFamily,
): KernelChoice | undefined {
  const { type } = integerTensor(program, operation.input);
  if (type === 'bits') return undefined;
  const staged = stagedOperation(operation, type, family);
  if (staged === undefined) return undefined;
  const { plan, numbers, layout, starts } = staged;
  const { channels } = plan.output;
  return {
    file: `${family.folder}/${staged.function}.c`,
    shared: [
      'codegen/emit/staged/iso_staged.h',
      ...staged.shared.map((name) => `${family.folder}/${name}`),
    ],
    scratchBytes: staged.scratchBytes,
    positionsTogether: 1,
    emit: (context) => {
      const id = context.identifier;
      const tables = planConstants(id, numbers);
      const owner = operation.kind === 'conv' ? operation.name : operation.conv;
      const weights = context.weightTable(owner, layout);
      const multiplier = channelTable(operation.multiplier, channels);
      const fields =
        `.weights = ${weights}, .multiplier = ${id}_multiplier, ` +
        (starts === undefined ? '' : `.split_starts = ${id}_starts, `);
      const own =
        operation.kind === 'conv'
          ? convLayer(operation, id, channels, fields, signal(context, operation.output))
          : gradientLayer(operation, fields, {
              dx: context.pointer(operation.output),
              mask: operation.mask === undefined ? 'NULL' : context.pointer(operation.mask),
            });
      const input =
        operation.kind === 'conv'
          ? signal(context, operation.input)
          : context.pointer(operation.input);
      return {
        constants:
          tables.text +
          constantArray('int32_t', `${id}_multiplier`, multiplier) +
          (starts === undefined ? '' : constantArray('int32_t', `${id}_starts`, starts)) +
          own.text,
        call: `${staged.function}(${input}, &${id}_plan, ${context.scratch()}, ${own.argument});`,
        constantBytes: tables.bytes + multiplier.byteLength + (starts?.byteLength ?? 0) + own.bytes,
      };
    },
  };
}

function formatOf(family: StagedFamily, forward: boolean, depthwise: boolean): PackFormat {
  if (forward) return depthwise ? family.depthwise : family.forward;
  return depthwise ? family.depthwiseGradient : family.gradient;
}

function weightReader(
  g: ConvGeometry,
  kind: Convolution['kind'],
  depthwise: boolean,
): WeightReader {
  const inputs = g.inputChannels / g.groups;
  return ({ weights }: ConvWeights, outputChannel, tap, channel) => {
    const [m, c] = kind === 'conv' ? [outputChannel, channel] : [channel, outputChannel];
    const [row, column] = depthwise ? [outputChannel, 0] : [m, c];
    const at = ((row * g.kernelHeight + tap.row) * g.kernelWidth + tap.column) * inputs + column;
    return weights[at] ?? 0;
  };
}

/** The rest of the arguments, and the tables behind them. */
interface Layer {
  readonly text: string;
  readonly bytes: number;
  readonly argument: string;
}

function convLayer(
  op: ConvOperation,
  id: string,
  channels: number,
  fields: string,
  /** Its two pointers, one of them NULL. */
  output: string,
): Layer {
  const bias = channelTable(op.bias, channels);
  const shifts =
    op.channelShift === undefined ? undefined : channelTable(op.channelShift, channels);
  return {
    text:
      constantArray('int32_t', `${id}_bias`, bias) +
      (shifts === undefined ? '' : constantArray('int32_t', `${id}_shifts`, shifts)),
    bytes: bias.byteLength + (shifts?.byteLength ?? 0),
    argument: `${op.inputZeroPoint}, &(const iso_staged_conv){${output}, ${fields}.bias = ${id}_bias, ${shifts === undefined ? '' : `.shifts = ${id}_shifts, `}.shift = ${op.shift}, .offset = ${op.outputOffset ?? 0}, .low = ${op.clampLow}, .high = ${op.clampHigh}}`,
  };
}

function gradientLayer(
  op: ConvGradientOperation,
  fields: string,
  { dx, mask }: { readonly dx: string; readonly mask: string },
): Layer {
  return {
    text: '',
    bytes: 0,
    argument: `&(const iso_staged_gradient){.dx = ${dx}, ${fields}.mask = ${mask}, .shift = ${op.shift}, .limit = ${op.limit}}`,
  };
}

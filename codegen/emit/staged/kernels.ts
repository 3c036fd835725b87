/** Convolutions and their gradients on vector units: one plan and one packing, kernels by instruction family. */
import type { ConvGradientOperation } from '../../integer/conv-gradient.js';
import type { ConvOperation } from '../../integer/conv.js';
import { convMacs } from '../../integer/order-of-work.js';
import { integerTensor, type IntegerOperation } from '../../integer/program.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { ChoiceSetting, ConvWeights, KernelChoice, KernelSet } from '../backend.js';
import { constantArray } from '../c-text.js';
import { signal } from '../portable/emitter.js';
import { flattened } from './geometry.js';
import {
  channelTable,
  planConstants,
  planNumbers,
  stagedLayout,
  type PackFormat,
  type PlanNumbers,
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
}

/** Vector loads may read so many bytes behind the last staged value; what they read meets zeros. */
const SLACK_BYTES = 64;

/** A gradient that multiplies mostly padding is left to the kernel that skips it. */
const MOST_PADDING = 0.75;

type Convolution = ConvOperation | ConvGradientOperation;

/** int8 convolutions of one group, and depthwise ones, with their gradients. */
export function stagedKernels(family: StagedFamily): KernelSet {
  return {
    choose(operation, setting) {
      if (!suits(operation, setting, family)) return undefined;
      return choiceOf(operation, family);
    },
  };
}

function suits(
  operation: IntegerOperation,
  { program }: ChoiceSetting,
  family: StagedFamily,
): operation is Convolution {
  if (operation.kind !== 'conv' && operation.kind !== 'convGradient') return false;
  if (operation.kind === 'conv' && integerTensor(program, operation.input).type !== 'int8') {
    return false;
  }
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
}

/** Undefined where the portable kernel is the better one. */
export function stagedOperation(
  operation: Convolution,
  family: StagedFamily,
): StagedOperation | undefined {
  const g = flattened(operation.geometry);
  const depthwise = isDepthwise(g);
  const forward = operation.kind === 'conv';
  const plan = stagedPlan(g, forward ? 'forward' : 'gradient', !depthwise);
  if (!forward && paddedShare(plan, useful(g, depthwise)) > MOST_PADDING) return undefined;
  const format = formatOf(family, forward, depthwise);
  const { rows, columns } = plan.staged;
  const bytes = forward ? family.activationBytes : 2;
  return {
    function: `${family.prefix}_${depthwise ? 'depthwise' : 'conv'}${forward ? '' : '_gradient'}`,
    plan,
    numbers: planNumbers(plan, format, depthwise),
    layout: stagedLayout({
      name: forward ? family.prefix : `${family.prefix}_gradient`,
      plan,
      format,
      depthwise,
      weightOf: weightReader(g, operation.kind, depthwise),
    }),
    scratchBytes: rows * columns * plan.source.channels * bytes + SLACK_BYTES,
    shared: format.shared,
  };
}

/** Multiplications as paddedShare counts them: all pairs of channels. */
function useful(g: ConvGeometry, depthwise: boolean): number {
  return convMacs(g) * (depthwise ? g.groups : 1);
}

function choiceOf(operation: Convolution, family: StagedFamily): KernelChoice | undefined {
  const staged = stagedOperation(operation, family);
  if (staged === undefined) return undefined;
  const { plan, numbers, layout } = staged;
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
      const own =
        operation.kind === 'conv'
          ? convLayer(operation, id, channels, weights, signal(context, operation.output))
          : gradientLayer(operation, id, weights, {
              dx: context.pointer(operation.output),
              mask: operation.mask === undefined ? 'NULL' : context.pointer(operation.mask),
            });
      return {
        constants:
          tables.text + constantArray('int32_t', `${id}_multiplier`, multiplier) + own.text,
        call: `${staged.function}(${context.pointer(operation.input)}, &${id}_plan, ${context.scratch()}, ${own.argument});`,
        constantBytes: tables.bytes + multiplier.byteLength + own.bytes,
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
): Parameters<typeof stagedLayout>[0]['weightOf'] {
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
  weights: string,
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
    argument: `${op.inputZeroPoint}, &(const iso_staged_conv){${output}, .weights = ${weights}, .bias = ${id}_bias, .multiplier = ${id}_multiplier, ${shifts === undefined ? '' : `.shifts = ${id}_shifts, `}.shift = ${op.shift}, .offset = ${op.outputOffset ?? 0}, .low = ${op.clampLow}, .high = ${op.clampHigh}}`,
  };
}

function gradientLayer(
  op: ConvGradientOperation,
  id: string,
  weights: string,
  { dx, mask }: { readonly dx: string; readonly mask: string },
): Layer {
  return {
    text: '',
    bytes: 0,
    argument: `&(const iso_staged_gradient){.dx = ${dx}, .weights = ${weights}, .multiplier = ${id}_multiplier, .mask = ${mask}, .shift = ${op.shift}, .limit = ${op.limit}}`,
  };
}

/** Plans as C tables, and weights in the order in which vector kernels read them. */
import type { ConvWeights, WeightLayout } from '../backend.js';
import { constantArray } from '../c-text.js';
import type { Phase, StagedPlan, Tap } from './plan.js';

/** Output channels that are computed together (ISO_STAGED_CHANNELS). */
export const BLOCK = 16;

/** How one instruction takes weights. */
export interface PackFormat {
  readonly type: 'int8_t' | 'int16_t';
  /** Consecutive values of a run that one lane multiplies at once; runs are padded to it with zeros. */
  readonly group: number;
  /** Files of the family's folder that its kernels share. */
  readonly shared: readonly string[];
}

/** A sum over runs as the kernel sees it: weights of each value, in order. */
interface Run {
  readonly taps: readonly Tap[];
  readonly channels: number;
}

/** Dense: each segment is a run over taps and channels. Depthwise: all taps of a channel are one run. */
function runsOf(plan: StagedPlan, phase: Phase, depthwise: boolean): readonly Run[] {
  return depthwise
    ? [{ taps: phase.segments.flatMap(({ taps }) => taps), channels: 1 }]
    : phase.segments.map(({ taps }) => ({ taps, channels: plan.source.channels }));
}

function paddedLength(run: Run, group: number): number {
  return Math.ceil((run.taps.length * run.channels) / group) * group;
}

/** Weights of sixteen output channels in one phase. */
function blockWeights(
  plan: StagedPlan,
  phase: Phase,
  format: PackFormat,
  depthwise: boolean,
): number {
  const lengths = runsOf(plan, phase, depthwise).map((run) => paddedLength(run, format.group));
  return BLOCK * lengths.reduce((a, b) => a + b, 0);
}

/** Weight of an output channel at a tap, for one channel of what is read. */
export type WeightReader = (
  conv: ConvWeights,
  outputChannel: number,
  tap: Tap,
  channel: number,
) => number;

/** [phase][block of sixteen channels][run][group of values][channel][value of the group]; channels beyond the last are zeros. */
export function stagedLayout(options: {
  readonly name: string;
  readonly plan: StagedPlan;
  readonly format: PackFormat;
  readonly depthwise: boolean;
  readonly weightOf: WeightReader;
}): WeightLayout {
  const { plan, format, depthwise } = options;
  const blocks = Math.ceil(plan.output.channels / BLOCK);
  const sizes = plan.phases.map((phase) => blockWeights(plan, phase, format, depthwise));
  return {
    name: options.name,
    type: format.type,
    pack(conv) {
      const length = blocks * sizes.reduce((a, b) => a + b, 0);
      const packed = format.type === 'int8_t' ? new Int8Array(length) : new Int16Array(length);
      let at = 0;
      for (const phase of plan.phases) {
        for (let block = 0; block < blocks; block += 1) {
          for (const run of runsOf(plan, phase, depthwise)) {
            const values = run.taps.length * run.channels;
            for (let k = 0; k < paddedLength(run, format.group); k += format.group) {
              for (let lane = 0; lane < BLOCK; lane += 1) {
                for (let value = k; value < k + format.group; value += 1, at += 1) {
                  const tap = run.taps[Math.floor(value / run.channels)];
                  const output = block * BLOCK + lane;
                  if (tap === undefined || value >= values || output >= plan.output.channels) {
                    continue;
                  }
                  packed[at] = options.weightOf(conv, output, tap, value % run.channels);
                }
              }
            }
          }
        }
      }
      return packed;
    },
  };
}

/**
 * Where sums start that take an int16 value as 256 · high + low + 128, both bytes signed: at the bias and 128 times the
 * sum of the weights, on 32 bits, which the whole sum does not leave.
 * @returns [phase][channel, up to a whole block]
 */
export function splitStarts(
  plan: StagedPlan,
  conv: ConvWeights,
  weightOf: WeightReader,
  bias: ArrayLike<number> | undefined,
): Int32Array {
  const { channels } = plan.output;
  const width = Math.ceil(channels / BLOCK) * BLOCK;
  const starts = new Int32Array(plan.phases.length * width);
  for (const [index, phase] of plan.phases.entries()) {
    const taps = phase.segments.flatMap((segment) => segment.taps);
    for (let output = 0; output < channels; output += 1) {
      let sum = 0;
      for (const tap of taps) {
        for (let c = 0; c < plan.source.channels; c += 1) sum += weightOf(conv, output, tap, c);
      }
      starts[index * width + output] = (bias?.[output] ?? 0) + 128 * sum;
    }
  }
  return starts;
}

/** A plan in the numbers of iso_staged_plan and iso_staged_phase, each in the order of its fields. */
export interface PlanNumbers {
  readonly plan: Readonly<Record<string, number>>;
  readonly phases: readonly Readonly<Record<string, number>>[];
  readonly offsets: readonly number[];
}

export function planNumbers(plan: StagedPlan, format: PackFormat, depthwise: boolean): PlanNumbers {
  const { source, output, origin, step, outputStep, chunk, staged } = plan;
  const blocks = Math.ceil(output.channels / BLOCK);
  const offsets: number[] = [];
  let weights = 0;
  const phases = plan.phases.map((phase) => {
    const perBlock = blockWeights(plan, phase, format, depthwise);
    const numbers = {
      row: phase.row,
      column: phase.column,
      segments: phase.segments.length,
      run: (phase.segments[0]?.taps.length ?? 0) * source.channels,
      offsets: offsets.length,
      weights,
      block_weights: perBlock,
    };
    const reads = phase.segments.map(({ offset }) => offset);
    offsets.push(...reads);
    // Depthwise kernels take taps in pairs: behind an odd one stands a weight of zero, or nothing that is used.
    if (depthwise && reads.length % 2 === 1) offsets.push(...reads.slice(-1));
    weights += blocks * perBlock;
    return numbers;
  });
  return {
    plan: {
      source_height: source.height,
      source_width: source.width,
      channels: source.channels,
      output_height: output.height,
      output_width: output.width,
      output_channels: output.channels,
      origin_row: origin.row,
      origin_column: origin.column,
      step_row: step.row,
      step_column: step.column,
      output_step_row: outputStep.row,
      output_step_column: outputStep.column,
      chunk_rows: chunk.rows,
      chunk_columns: chunk.columns,
      staged_rows: staged.rows,
      staged_columns: staged.columns,
      phase_count: phases.length,
    },
    phases,
    // An array of no elements is not C99.
    offsets: offsets.length === 0 ? [0] : offsets,
  };
}

/** iso_staged_plan holds seventeen int32 and two pointers, iso_staged_phase seven int32. */
const PLAN_BYTES = 88;
const PHASE_BYTES = 28;

/** The constant `${id}_plan`, an iso_staged_plan. */
export function planConstants(
  id: string,
  { plan, phases, offsets }: PlanNumbers,
): { readonly text: string; readonly bytes: number } {
  return {
    text: `static const iso_staged_phase ${id}_phases[${phases.length}] = {
${phases.map((phase) => `    {${fields(phase)}},\n`).join('')}};
${constantArray('int32_t', `${id}_offsets`, offsets)}static const iso_staged_plan ${id}_plan = {
    ${fields(plan)},
    .phases = ${id}_phases, .offsets = ${id}_offsets,
};
`,
    bytes: PLAN_BYTES + PHASE_BYTES * phases.length + 4 * offsets.length,
  };
}

function fields(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([name, value]) => `.${name} = ${value}`)
    .join(', ');
}

/** Table of one value per channel, zeros up to a whole block. */
export function channelTable(values: ArrayLike<number>, channels: number): Int32Array {
  const table = new Int32Array(Math.ceil(channels / BLOCK) * BLOCK);
  for (let i = 0; i < channels; i += 1) table[i] = values[i % values.length] ?? 0;
  return table;
}

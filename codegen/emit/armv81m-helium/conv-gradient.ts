import type { ConvGradientOperation } from '../../integer/conv-gradient.js';
import type { IntegerProgram } from '../../integer/program.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { EmitContext, EmittedOperation, KernelChoice } from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { maskPointer } from '../portable/emitter.js';
import { convTiles, flattened, pairAddresses, type ConvTiles } from './conv-tiles.js';
import { FOLDER, SHARED } from './folder.js';
import { gradientRoutine, ROW_BYTES, type GradientPass } from './gradient-assembly.js';
import { POSITIONS, TAPS_MOST, type TileRoutine } from './pass-assembly.js';

/** Input positions of one residue modulo the stride: the taps that meet them, and the function that does. */
interface Phase {
  /** Kernel columns, in the order of the passes. */
  readonly taps: readonly number[];
  readonly routine: TileRoutine;
  readonly firstRow: number;
}

interface GradientTiles {
  readonly geometry: ConvGeometry;
  readonly forward: ConvTiles;
  readonly phases: readonly Phase[];
  /** Output positions that are gathered for one group, and the first of them for input position 0. */
  readonly rows: number;
  readonly lowest: number;
  /** Positions of each phase in one group. */
  readonly group: number;
}

/** Tiles of each phase for which weights are put in the gradient's order once; more of them would cost scratch. */
const TILES_MOST = 8;
/** Offsets of a gathering load are 16 bits; it reads four channel pairs. */
const PAIR_BYTES_MOST = 2 ** 14;
/** iso_gradient_plan holds nine words, a phase three. */
const PLAN_BYTES = 36;
const PHASE_BYTES = 12;

/** Undefined for what is not one row, and where the forward convolution has other kernels. */
export function chooseConvGradient(
  op: ConvGradientOperation,
  program: IntegerProgram,
): KernelChoice | undefined {
  const tiles = gradientTiles(op, program);
  if (tiles === undefined) return undefined;
  return {
    file: `${FOLDER}/iso_helium_gradient.c`,
    shared: SHARED,
    scratchBytes: gatheredBytes(tiles) + weightBytes(tiles.geometry),
    // What a group reads is gathered before any of it is written.
    positionsTogether: 1,
    emit: (context) => emitGradient(op, tiles, context),
  };
}

function gradientTiles(
  op: ConvGradientOperation,
  program: IntegerProgram,
): GradientTiles | undefined {
  const g = flattened(op.geometry);
  if (g.inputHeight * g.outputHeight * g.kernelHeight * g.dilationWidth * g.groups !== 1) {
    return undefined;
  }
  // Of one position nothing is worth its preparation.
  if (g.inputWidth === 1) return undefined;
  // Channels are written two by two, as one word; every phase needs a tap.
  if (g.inputChannels % 2 !== 0 || g.kernelWidth < g.strideWidth || op.shift !== 32) {
    return undefined;
  }
  const conv = program.operations.find(({ kind, name }) => kind === 'conv' && name === op.conv);
  const forward = conv?.kind === 'conv' ? convTiles(conv, program) : undefined;
  if (forward === undefined || pairAddresses(forward).pairBytes > PAIR_BYTES_MOST) return undefined;
  const positions = Math.ceil(g.inputWidth / g.strideWidth);
  for (let tiles = Math.min(TILES_MOST, Math.ceil(positions / POSITIONS)); tiles > 0; tiles -= 1) {
    const found = grouped(g, forward, tiles * POSITIONS);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Undefined where a group is too large for the immediate offsets. */
function grouped(g: ConvGeometry, forward: ConvTiles, group: number): GradientTiles | undefined {
  const residues = Array.from({ length: g.strideWidth }, (_, residue) => {
    const first = (residue + g.padLeft) % g.strideWidth;
    const base = Math.floor((residue + g.padLeft) / g.strideWidth);
    const taps: number[] = [];
    for (let tap = first; tap < g.kernelWidth; tap += g.strideWidth) taps.push(tap);
    return { base, taps };
  });
  const lowest = Math.min(...residues.map(({ base, taps }) => base - taps.length + 1));
  const rows = group + Math.max(...residues.map(({ base }) => base)) - lowest;
  const phases: Phase[] = [];
  for (const { base, taps } of residues) {
    // The tap furthest behind reads the first row.
    const reversed = [...taps].reverse();
    const passes: GradientPass[] = [];
    for (let i = 0; i < reversed.length; i += TAPS_MOST) {
      passes.push({
        taps: Math.min(TAPS_MOST, reversed.length - i),
        firstRow: base - (reversed.length - 1 - i) - lowest,
      });
    }
    const routine = gradientRoutine(passes, rows, unrolledSteps(g));
    if (routine === undefined) return undefined;
    phases.push({ taps: reversed, routine, firstRow: passes[0]?.firstRow ?? 0 });
  }
  return { geometry: g, forward, phases, rows, lowest, group };
}

/** Steps of 8 output channels in one turn of the loop. */
function unrolledSteps({ outputChannels }: ConvGeometry): number {
  return Math.ceil(outputChannels / 8) % 2 === 0 ? 2 : 1;
}

function gatheredBytes({ geometry, rows }: GradientTiles): number {
  return Math.ceil(geometry.outputChannels / 8) * rows * ROW_BYTES;
}

/** Weights of two input channels in the gradient's order. */
function weightBytes(g: ConvGeometry): number {
  return Math.ceil(g.outputChannels / 8) * 16 * g.kernelWidth;
}

function emitGradient(
  op: ConvGradientOperation,
  tiles: GradientTiles,
  context: EmitContext,
): EmittedOperation {
  const id = context.identifier;
  const { geometry, forward, phases, rows, lowest, group } = tiles;
  const { pairBytes, taps, sliceStep } = pairAddresses(forward);
  const order = phases.flatMap((phase) => phase.taps);
  return {
    routines: phases.map(({ routine }) => routine.text),
    constants: `${shapeConstant(id, geometry)}${constantArray('int32_t', `${id}_multiplier`, op.multiplier)}${constantArray('int32_t', `${id}_taps`, taps)}${constantArray('uint8_t', `${id}_order`, order)}static const iso_gradient_phase ${id}_phases[${phases.length}] = {
${phases.map(({ routine, firstRow, taps: own }) => `    {${routine.name}, ${firstRow}, ${own.length}},`).join('\n')}
};
static const iso_gradient_plan ${id}_plan = {
    .phases = ${id}_phases, .taps = ${id}_taps, .order = ${id}_order, .pair_bytes = ${pairBytes}, .slice_step = ${sliceStep},
    .rows = ${rows}, .lowest = ${lowest}, .group = ${group}, .unrolled = ${unrolledSteps(geometry)},
};
`,
    call: `iso_helium_gradient(${context.pointer(op.input)}, ${context.pointer(op.output)}, &${id}_shape, ${context.weightTable(op.conv, forward.layout)}, ${id}_multiplier, ${maskPointer(context, op.mask)}, ${op.limit}, &${id}_plan, ${context.scratch()});`,
    constantBytes:
      SHAPE_BYTES +
      PLAN_BYTES +
      PHASE_BYTES * phases.length +
      4 * (op.multiplier.length + taps.length) +
      order.length,
  };
}

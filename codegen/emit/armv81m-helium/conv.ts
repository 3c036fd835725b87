import type { ConvOperation } from '../../integer/conv.js';
import { widthOf, type IntegerProgram } from '../../integer/program.js';
import type { EmitContext, EmittedOperation, KernelChoice } from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { CODE_BYTES, convTiles, type ConvTiles } from './conv-tiles.js';
import { FOLDER, SHARED } from './folder.js';
import { POSITIONS } from './pass-assembly.js';
import { pairParameters } from './rounding.js';
import { CHANNELS, tileRoutine } from './tile-assembly.js';

/** iso_tile_plan holds seven words, what the two kernels add two more at most. */
const PLAN_BYTES = 36;

/** Tiles of 4 channels × 4 positions; undefined where they do not fit. */
export function chooseConv(op: ConvOperation, program: IntegerProgram): KernelChoice | undefined {
  const tiles = convTiles(op, program);
  if (tiles === undefined) return undefined;
  return {
    file: `${FOLDER}/iso_helium_conv_${tiles.kind}.c`,
    shared: SHARED,
    scratchBytes: tiles.gatheredBytes + spareBytes(tiles),
    // What is gathered is gathered before any of the four positions is written.
    positionsTogether: tiles.kind === 'direct' ? POSITIONS : 1,
    emit: (context) => emitTiles(op, tiles, context),
  };
}

/** Channels are written four by four: others go through scratch, whose words must lie as the stores want them. */
function spareBytes({ geometry, shape }: ConvTiles): number {
  const channels = geometry.outputChannels;
  const written = CHANNELS * Math.ceil(channels / CHANNELS) * CODE_BYTES[shape.output];
  return channels % CHANNELS === 0 ? 0 : POSITIONS * written + CHANNELS - 1;
}

function emitTiles(op: ConvOperation, tiles: ConvTiles, context: EmitContext): EmittedOperation {
  const id = context.identifier;
  const routine = tileRoutine(tiles.shape);
  const parameters = pairParameters(op, tiles.shape.rounding);
  const inputBytes = CODE_BYTES[widthOf(context.tensor(op.input))];
  const plan = `static const iso_tile_plan ${id}_plan = {
    .tiles = ${routine.name}, .weights = ${context.weightTable(op.name, tiles.layout)}, .parameters = ${id}_parameters,
    .iterations = ${tiles.shape.iterations}, .position_bytes = ${inputBytes * tiles.geometry.inputChannels}, .output_bytes = ${CODE_BYTES[tiles.shape.output]}, .zero_point = ${op.inputZeroPoint},
};
`;
  const tables =
    shapeConstant(id, tiles.geometry) +
    constantArray('int32_t', `${id}_parameters`, parameters) +
    plan;
  const common = `(const int8_t *)${context.pointer(op.input)}, (int8_t *)${context.pointer(op.output)}, &${id}_shape, &${id}_plan, ${context.scratch()}`;
  const bytes = SHAPE_BYTES + PLAN_BYTES + parameters.byteLength;
  if (tiles.kind === 'direct') {
    return {
      routines: [routine.text],
      constants: tables,
      call: `iso_helium_conv_direct(${common}, ${tiles.columns}, ${tiles.overhang});`,
      constantBytes: bytes,
    };
  }
  const columns = tiles.columns.flatMap(({ first, count }) => [first, count]);
  return {
    routines: [routine.text],
    constants: tables + constantArray('uint8_t', `${id}_passes`, columns),
    call: `iso_helium_conv_rows(${common}, ${id}_passes, ${tiles.columns.length}, ${tiles.reach});`,
    constantBytes: bytes + columns.length,
  };
}

import type { ConvOperation } from '../../integer/conv.js';
import type { EmitContext, EmittedOperation, KernelChoice } from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { convTiles, type ConvTiles } from './conv-tiles.js';
import { FOLDER, SHARED } from './folder.js';
import { pairParameters } from './rounding.js';
import { CHANNELS, POSITIONS, tileRoutine } from './tile-assembly.js';

/** Tiles of 4 channels × 4 positions; undefined where they do not fit. */
export function chooseConv(op: ConvOperation): KernelChoice | undefined {
  const tiles = convTiles(op);
  if (tiles === undefined) return undefined;
  return {
    file: `${FOLDER}/iso_helium_conv_${tiles.kind}.c`,
    shared: SHARED,
    scratchBytes: tiles.gatheredBytes + spareBytes(op),
    // What is gathered is gathered before any of the four positions is written.
    positionsTogether: tiles.kind === 'direct' ? POSITIONS : 1,
    emit: (context) => emitTiles(op, tiles, context),
  };
}

/** Channels are written four by four: others go through scratch, whose words must lie as the stores want them. */
function spareBytes(op: ConvOperation): number {
  const channels = op.geometry.outputChannels;
  const quads = Math.ceil(channels / CHANNELS);
  return channels % CHANNELS === 0 ? 0 : POSITIONS * CHANNELS * quads + CHANNELS - 1;
}

function emitTiles(op: ConvOperation, tiles: ConvTiles, context: EmitContext): EmittedOperation {
  const id = context.identifier;
  const routine = tileRoutine(tiles.shape);
  const parameters = pairParameters(op, tiles.shape.rounding);
  const common = `${context.pointer(op.input)}, ${context.pointer(op.output)}, &${id}_shape, ${context.weightTable(op.name, tiles.layout)}, ${id}_parameters, ${op.inputZeroPoint}, ${context.scratch()}, ${routine.name}, ${tiles.shape.iterations}`;
  const tables =
    shapeConstant(id, tiles.geometry) + constantArray('int32_t', `${id}_parameters`, parameters);
  const bytes = SHAPE_BYTES + parameters.byteLength;
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

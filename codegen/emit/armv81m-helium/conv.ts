import type { ConvOperation } from '../../integer/conv.js';
import type { EmitContext, EmittedOperation, KernelChoice } from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { convTiles, type ConvTiles } from './conv-tiles.js';
import { FOLDER, SHARED } from './folder.js';
import { pairParameters } from './rounding.js';
import { POSITIONS, tileRoutine } from './tile-assembly.js';

/** Tiles of 2 channels × 4 positions; undefined where they do not fit. */
export function chooseConv(op: ConvOperation): KernelChoice | undefined {
  const tiles = convTiles(op);
  if (tiles === undefined) return undefined;
  return {
    file: `${FOLDER}/iso_helium_conv_${tiles.kind}.c`,
    shared: SHARED,
    scratchBytes: tiles.gatheredBytes + spareBytes(op),
    // The inputs of four positions are gathered before any of their outputs is written.
    positionsTogether: 1,
    emit: (context) => emitTiles(op, tiles, context),
  };
}

/** Channels are written two by two: an odd number of them goes through scratch. */
function spareBytes(op: ConvOperation): number {
  const channels = op.geometry.outputChannels;
  return channels % 2 === 0 ? 0 : POSITIONS * (channels + 1);
}

function emitTiles(op: ConvOperation, tiles: ConvTiles, context: EmitContext): EmittedOperation {
  const id = context.identifier;
  const routine = tileRoutine(tiles.shape);
  const parameters = pairParameters(op, tiles.shape.rounding);
  const common = `${context.pointer(op.input)}, ${context.pointer(op.output)}, &${id}_shape, ${context.weightTable(op.name, tiles.layout)}, ${id}_parameters, ${op.inputZeroPoint}, ${context.scratch()}, ${routine.name}`;
  const tables =
    shapeConstant(id, tiles.geometry) + constantArray('int32_t', `${id}_parameters`, parameters);
  const bytes = SHAPE_BYTES + parameters.byteLength;
  if (tiles.kind === 'windows') {
    return {
      routines: [routine.text],
      constants: tables,
      call: `iso_helium_conv_windows(${common}, ${tiles.pitch});`,
      constantBytes: bytes,
    };
  }
  const columns = tiles.columns.flatMap(({ first, count }) => [first, count]);
  return {
    routines: [routine.text],
    constants: tables + constantArray('uint8_t', `${id}_passes`, columns),
    call: `iso_helium_conv_rows(${common}, ${tiles.shape.iterations}, ${id}_passes, ${tiles.columns.length}, ${tiles.reach});`,
    constantBytes: bytes + columns.length,
  };
}

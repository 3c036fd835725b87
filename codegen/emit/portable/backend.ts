import type { IntegerOperation } from '../../integer/program.js';
import type { KernelSet } from '../backend.js';
import {
  channelNormEmitter,
  channelNormGradientEmitter,
  matMulEmitter,
  matMulGradientEmitter,
  softmaxEmitter,
  softmaxGradientEmitter,
} from './attention.js';
import { averagePoolEmitter, averagePoolGradientEmitter } from './average-pool.js';
import { convEmitter, convGradientEmitter } from './conv.js';
import { addEmitter, gradientMergeEmitter, packSignsEmitter, reluEmitter } from './elementwise.js';
import type { Emitter } from './emitter.js';
import { gruEmitter, lstmEmitter } from './recurrent.js';
import {
  maxPoolEmitter,
  maxPoolGradientEmitter,
  maxPoolWinnerEmitter,
  windowAverageEmitter,
  windowAverageGradientEmitter,
} from './pool.js';
import { concatEmitter, embedEmitter, rearrangeEmitter } from './rearrange.js';
import { rescaledAddEmitter, widenEmitter, windowMeanEmitter } from './own-scales.js';

import {
  broadcastAddEmitter,
  lookupEmitter,
  lookupGradientEmitter,
  multiplyEmitter,
  packInsideEmitter,
  preluEmitter,
  preluGradientEmitter,
  productGradientEmitter,
} from './pointwise.js';

type OperationOf<Kind> = Extract<IntegerOperation, { readonly kind: Kind }>;

const emitters: { readonly [Kind in IntegerOperation['kind']]: Emitter<OperationOf<Kind>> } = {
  add: addEmitter,
  averagePool: averagePoolEmitter,
  averagePoolGradient: averagePoolGradientEmitter,
  concat: concatEmitter,
  conv: convEmitter,
  convGradient: convGradientEmitter,
  embed: embedEmitter,
  gradientMerge: gradientMergeEmitter,
  gru: gruEmitter,
  channelNorm: channelNormEmitter,
  channelNormGradient: channelNormGradientEmitter,
  lstm: lstmEmitter,
  matMul: matMulEmitter,
  matMulGradient: matMulGradientEmitter,
  softmax: softmaxEmitter,
  softmaxGradient: softmaxGradientEmitter,
  maxPool: maxPoolEmitter,
  maxPoolGradient: maxPoolGradientEmitter,
  maxPoolWinner: maxPoolWinnerEmitter,
  packSigns: packSignsEmitter,
  broadcastAdd: broadcastAddEmitter,
  lookup: lookupEmitter,
  lookupGradient: lookupGradientEmitter,
  multiply: multiplyEmitter,
  packInside: packInsideEmitter,
  prelu: preluEmitter,
  preluGradient: preluGradientEmitter,
  productGradient: productGradientEmitter,
  rearrange: rearrangeEmitter,
  relu: reluEmitter,
  windowAverage: windowAverageEmitter,
  windowAverageGradient: windowAverageGradientEmitter,
  rescaledAdd: rescaledAddEmitter,
  widen: widenEmitter,
  windowMean: windowMeanEmitter,
};

function emitterOf(operation: IntegerOperation): Emitter<IntegerOperation> {
  // The table's type says that each kind has the emitter of just its operations; the union cannot.
  return emitters[operation.kind] as Emitter<IntegerOperation>;
}

const FOLDER = 'codegen/emit/portable';

/** Plain C99: every core, the host, and the text against which faster kernels are read. */
export const portableKernels: KernelSet = {
  takesInt16: true,
  choose(operation) {
    const emitter = emitterOf(operation);
    const { file, shared = [] } = emitter.filesOf?.(operation) ?? emitter;
    return {
      file: `${FOLDER}/${file}`,
      shared: shared.map((name) => `${FOLDER}/${name}`),
      scratchBytes: 0,
      positionsTogether: 1,
      emit: (context) => emitter.emit(operation, context),
    };
  },
};

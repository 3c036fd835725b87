import { addKernel } from './add.js';
import { averagePoolGradientKernel } from './average-pool-gradient.js';
import { averagePoolKernel } from './average-pool.js';
import { channelNormKernel } from './channel-norm.js';
import { channelNormGradientKernel } from './channel-norm-gradient.js';
import { concatKernel } from './concat.js';
import { convGradientKernel } from './conv-gradient.js';
import { convKernel } from './conv.js';
import { embedKernel } from './embed.js';
import { gradientMergeKernel } from './gradient-merge.js';
import { gruKernel } from './gru.js';
import { broadcastAddKernel } from './broadcast-add.js';
import { lookupKernel } from './lookup.js';
import { lookupGradientKernel } from './lookup-gradient.js';
import { multiplyKernel } from './multiply.js';
import { packInsideKernel } from './pack-inside.js';
import { preluKernel } from './prelu.js';
import { preluGradientKernel } from './prelu-gradient.js';
import { productGradientKernel } from './product-gradient.js';
import type { IntegerKernel } from './kernel.js';
import { lstmKernel } from './lstm.js';
import { matMulKernel } from './mat-mul.js';
import { matMulGradientKernel } from './mat-mul-gradient.js';
import { softmaxKernel } from './softmax.js';
import { softmaxGradientKernel } from './softmax-gradient.js';
import { maxPoolGradientKernel } from './max-pool-gradient.js';
import { maxPoolWinnerKernel } from './max-pool-winner.js';
import { maxPoolKernel } from './max-pool.js';
import { packSignsKernel } from './pack-signs.js';
import type { IntegerOperation } from './program.js';
import { rearrangeKernel } from './rearrange.js';
import { reluKernel } from './relu.js';
import { windowAverageGradientKernel } from './window-average-gradient.js';
import { windowAverageKernel } from './window-average.js';
import { rescaledAddKernel } from './rescaled-add.js';
import { widenKernel } from './widen.js';
import { windowMeanKernel } from './window-mean.js';

type OperationOf<Kind> = Extract<IntegerOperation, { readonly kind: Kind }>;

const kernels: { readonly [Kind in IntegerOperation['kind']]: IntegerKernel<OperationOf<Kind>> } = {
  add: addKernel,
  averagePool: averagePoolKernel,
  averagePoolGradient: averagePoolGradientKernel,
  concat: concatKernel,
  conv: convKernel,
  convGradient: convGradientKernel,
  embed: embedKernel,
  gradientMerge: gradientMergeKernel,
  gru: gruKernel,
  channelNorm: channelNormKernel,
  channelNormGradient: channelNormGradientKernel,
  lstm: lstmKernel,
  matMul: matMulKernel,
  matMulGradient: matMulGradientKernel,
  softmax: softmaxKernel,
  softmaxGradient: softmaxGradientKernel,
  maxPool: maxPoolKernel,
  maxPoolGradient: maxPoolGradientKernel,
  maxPoolWinner: maxPoolWinnerKernel,
  packSigns: packSignsKernel,
  broadcastAdd: broadcastAddKernel,
  lookup: lookupKernel,
  lookupGradient: lookupGradientKernel,
  multiply: multiplyKernel,
  packInside: packInsideKernel,
  prelu: preluKernel,
  preluGradient: preluGradientKernel,
  productGradient: productGradientKernel,
  rearrange: rearrangeKernel,
  relu: reluKernel,
  windowAverage: windowAverageKernel,
  windowAverageGradient: windowAverageGradientKernel,
  rescaledAdd: rescaledAddKernel,
  widen: widenKernel,
  windowMean: windowMeanKernel,
};

/** The kernel of an operation, typed for it. */
export function kernelOf(operation: IntegerOperation): IntegerKernel<IntegerOperation> {
  // The table's type says that each kind has the kernel of just its operations; the union cannot.
  return kernels[operation.kind] as IntegerKernel<IntegerOperation>;
}

import { stagedKernels, type StagedFamily } from '../staged/kernels.js';

const FORWARD = ['iso_x86.h', 'iso_x86_finish.h'] as const;
const GRADIENT = ['iso_x86.h', 'iso_x86_finish_gradient.h'] as const;
/** pmaddwd: two products of 16 bits and their sum. */
const PAIRS = { type: 'int16_t', group: 2 } as const;

/** Every x86-64 processor: the C finds out at run time whether it has AVX2 or AVX-512 VNNI. */
export const x8664Family: StagedFamily = {
  folder: 'codegen/emit/x86-64',
  prefix: 'iso_x86',
  activationBytes: 2,
  forward: { ...PAIRS, shared: FORWARD },
  gradient: { ...PAIRS, shared: GRADIENT },
  depthwise: { ...PAIRS, shared: FORWARD },
  depthwiseGradient: { ...PAIRS, shared: GRADIENT },
  recurrentProducts: 'iso_x86_recurrent_dot.h',
  leastWeight: -128,
  splitsWords: false,
};

export const x8664Kernels = stagedKernels(x8664Family);

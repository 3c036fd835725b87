import { stagedKernels, type StagedFamily } from '../staged/kernels.js';

const DENSE = ['iso_neon_dot.h', 'iso_neon_long.h'] as const;
const FORWARD = ['iso_neon.h', 'iso_neon_finish.h'] as const;
const GRADIENT = ['iso_neon.h', 'iso_neon_finish_gradient.h'] as const;
/** A dot product takes four values of a channel. */
const FOURS = { type: 'int8_t', group: 4 } as const;
const SINGLE = { type: 'int8_t', group: 1 } as const;

/**
 * 64-bit Arm. The C uses the dot-product instructions where the compiler's -march has them (Cortex-A76, A78AE), and long
 * multiplications elsewhere (A57).
 */
export const armv8aNeonFamily: StagedFamily = {
  folder: 'codegen/emit/armv8a-neon',
  prefix: 'iso_neon',
  activationBytes: 1,
  forward: { ...FOURS, shared: [...FORWARD, ...DENSE] },
  gradient: { ...FOURS, shared: [...GRADIENT, ...DENSE] },
  depthwise: { ...SINGLE, shared: [...FORWARD, 'iso_neon_words.h'] },
  depthwiseGradient: { ...SINGLE, shared: [...GRADIENT, 'iso_neon_words.h'] },
  recurrentProducts: 'iso_neon_recurrent_dot.h',
  leastWeight: -127,
  splitsWords: true,
};

export const armv8aNeonKernels = stagedKernels(armv8aNeonFamily);

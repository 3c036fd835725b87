import { stagedKernels, type StagedFamily } from '../staged/kernels.js';

const FORWARD = ['iso_neon.h', 'iso_neon_finish.h'] as const;
const GRADIENT = ['iso_neon.h', 'iso_neon_finish_gradient.h'] as const;

/**
 * 64-bit Arm. The C uses the dot-product instructions where the compiler's -march has them (Cortex-A76, A78AE), and long
 * multiplications elsewhere (A57).
 */
export const armv8aNeonFamily: StagedFamily = {
  folder: 'codegen/emit/armv8a-neon',
  prefix: 'iso_neon',
  activationBytes: 1,
  forward: { type: 'int8_t', group: 4, shared: [...FORWARD, 'iso_neon_dot.h'] },
  gradient: { type: 'int8_t', group: 1, shared: GRADIENT },
  depthwise: { type: 'int8_t', group: 1, shared: FORWARD },
  depthwiseGradient: { type: 'int8_t', group: 1, shared: GRADIENT },
  leastWeight: -127,
};

export const armv8aNeonKernels = stagedKernels(armv8aNeonFamily);

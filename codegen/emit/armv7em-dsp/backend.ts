import type { KernelSet } from '../backend.js';

/** Cortex-M4, M7 and every other core with the DSP extension: two 16-bit products in one instruction. */
export const armv7emDspKernels: KernelSet = {
  choose: () => undefined,
};

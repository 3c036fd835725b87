import type { KernelSet } from '../backend.js';
import { chooseConv } from './conv.js';
import { chooseConvGradient } from './conv-gradient.js';

/** Cortex-M4, M7 and every other core with the DSP extension: two 16-bit products in one instruction. */
export const armv7emDspKernels: KernelSet = {
  choose(operation, setting) {
    switch (operation.kind) {
      case 'conv':
        return chooseConv(operation);
      case 'convGradient':
        return chooseConvGradient(operation, setting);
      default:
        return undefined;
    }
  },
};

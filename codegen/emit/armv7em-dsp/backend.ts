import type { KernelSet } from '../backend.js';
import { chooseRecurrent } from '../portable/recurrent.js';
import { chooseConv, FOLDER } from './conv.js';
import { chooseConvInt16 } from './conv-int16.js';
import { chooseAveragePool, choosePackSigns, chooseRescaledAdd } from './elementwise.js';
import { chooseWinograd } from './winograd.js';
import { chooseDepthwise, chooseDepthwiseGradient } from './depthwise.js';
import { chooseConvGradient } from './conv-gradient.js';

/** Cortex-M4, M7 and every other core with the DSP extension: two 16-bit products in one instruction. */
export const armv7emDspKernels: KernelSet = {
  takesInt16: true,
  choose(operation, setting) {
    switch (operation.kind) {
      case 'conv':
        return (
          chooseWinograd(operation, setting) ??
          chooseConv(operation, setting) ??
          chooseConvInt16(operation, setting) ??
          chooseDepthwise(operation, setting)
        );
      case 'averagePool':
        return chooseAveragePool(operation, setting);
      case 'packSigns':
        return choosePackSigns(operation, setting);
      case 'rescaledAdd':
        return chooseRescaledAdd(operation, setting);
      case 'convGradient':
        return (
          chooseConvGradient(operation, setting) ?? chooseDepthwiseGradient(operation, setting)
        );
      case 'lstm':
      case 'gru':
        return chooseRecurrent(operation, `${FOLDER}/iso_dsp_recurrent_dot.h`);
      default:
        return undefined;
    }
  },
};

import { denseParameters } from '../../operators/gemm.js';
import { shapeError } from '../../operators/require.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { Placement } from '../lowering.js';
import { constantParameters, emitConv } from './conv.js';
import type { LowerRule } from './rule.js';

export const lowerGemm: LowerRule = {
  fusesRelu: true,
  int16: 'computes',
  lower(lowering, node, context) {
    const from = lowering.placementOf(node, 0);
    const { weights, bias } = constantParameters(lowering, node);
    const dense = denseParameters(node, weights, bias === undefined ? undefined : { data: bias });
    if (from.height * from.width * from.channels !== dense.inputs) {
      throw shapeError(node, `${dense.inputs} weights per output do not fit the input`);
    }
    // Flattened activations lie channel by channel in ONNX, which is a kernel as large as the input.
    emitConv(lowering, node, from, context, {
      geometry: denseGeometry(from, dense.outputs),
      weights: dense.weights,
      bias: dense.bias,
    });
  },
};

/** A dense layer as a convolution whose kernel is as large as its input. */
export function denseGeometry(from: Placement, outputs: number): ConvGeometry {
  return {
    inputChannels: from.channels,
    inputHeight: from.height,
    inputWidth: from.width,
    outputChannels: outputs,
    outputHeight: 1,
    outputWidth: 1,
    kernelHeight: from.height,
    kernelWidth: from.width,
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    padTop: 0,
    padLeft: 0,
    groups: 1,
  };
}

import {
  ALL,
  CHANNELS,
  ending,
  IMAGE,
  SIGNAL,
  scalar,
  type OperatorForm,
} from './operator-form.js';

const [, , LENGTH] = SIGNAL;

/** Networks without a dense layer at their end. */
export function endingForms(): readonly OperatorForm[] {
  return [
    ending('ends in a convolution', ALL, (b, x) =>
      b.conv(b.node('Relu', [x]), { from: CHANNELS, to: 2 }, [3], { strides: [4] }),
    ),
    ending('ends in a convolution of one position', ALL, (b, x) => {
      return b.conv(b.node('Relu', [x]), { from: CHANNELS, to: 3 }, [LENGTH]);
    }),
    ending(
      'ends in a two-dimensional convolution',
      ALL,
      (b, x) => b.conv(b.node('Relu', [x]), { from: CHANNELS, to: 2 }, [3, 3], { strides: [3, 3] }),
      { shape: IMAGE },
    ),
    ending('ends in GlobalAveragePool', ALL, (b, x) => b.node('GlobalAveragePool', [x])),
    ending('ends in Flatten', ALL, (b, x) => {
      const pooled = b.node('MaxPool', [x], { kernel_shape: [5], strides: [5] });
      return b.node('Flatten', [pooled]);
    }),
    ending('ends in Relu', ALL, (b, x) => b.node('Relu', [b.node('GlobalAveragePool', [x])])),
    ending('ends in Tanh', ALL, (b, x) => b.node('Tanh', [b.node('GlobalMaxPool', [x])])),
    ending('ends in Clip behind a dense layer', [11, 21], (b, x) => {
      const dense = b.gemm(b.node('Flatten', [x]), CHANNELS * LENGTH, 3, 'dense');
      return b.node('Clip', [dense, scalar(b, 0), scalar(b, 1)]);
    }),
    ending('ends in Sigmoid behind a mean', ALL, (b, x) =>
      b.node('Sigmoid', [b.node('Flatten', [b.node('GlobalAveragePool', [x])])]),
    ),
    ending('ends in Softmax and Reshape', ALL, (b, x) => {
      const dense = b.gemm(b.node('Flatten', [x]), CHANNELS * LENGTH, 3, 'dense');
      return b.node('Reshape', [b.node('Softmax', [dense], { axis: 1 }), b.integers([1, 3, 1])]);
    }),
    ending('ends in LogSoftmax', ALL, (b, x) => {
      const dense = b.gemm(b.node('Flatten', [x]), CHANNELS * LENGTH, 3, 'dense');
      return b.node('LogSoftmax', [dense], { axis: 1 });
    }),
    ending('ends in Add', ALL, (b, x) => {
      const flat = b.node('Flatten', [b.node('GlobalAveragePool', [x])]);
      return b.node('Add', [b.gemm(flat, CHANNELS, 3, 'one'), b.gemm(flat, CHANNELS, 3, 'two')]);
    }),
    ending('ends in Concat', ALL, (b, x) => {
      const flat = b.node('Flatten', [b.node('GlobalAveragePool', [x])]);
      return b.node(
        'Concat',
        [b.gemm(flat, CHANNELS, 2, 'one'), b.gemm(flat, CHANNELS, 3, 'two')],
        {
          axis: 1,
        },
      );
    }),
    ending('ends in Transpose', ALL, (b, x) => {
      const narrow = b.conv(b.node('Relu', [x]), { from: CHANNELS, to: 2 }, [3], { strides: [4] });
      return b.node('Transpose', [narrow], { perm: [0, 2, 1] });
    }),
    ending('ends in Softmax over channels of every position', [13, 21], (b, x) => {
      const narrow = b.conv(b.node('Relu', [x]), { from: CHANNELS, to: 2 }, [3], { strides: [4] });
      return b.node('Softmax', [narrow], { axis: 1 });
    }),
    ending('ends in a mean without batch', [7, 12], (b, x) => {
      const mean = b.node('ReduceMean', [x], { axes: [0, 2], keepdims: 0 });
      return b.node('Mul', [mean, scalar(b, 2)]);
    }),
  ];
}

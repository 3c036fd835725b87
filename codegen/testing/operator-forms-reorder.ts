import {
  ALL,
  CHANNELS,
  form,
  IMAGE,
  pattern,
  SIGNAL,
  withAxes,
  type OperatorForm,
} from './operator-form.js';

const [, , LENGTH] = SIGNAL;
const image = { shape: IMAGE };

const UP = Float32Array.of(1, 1, 2);

/** Values that move, are chosen, repeated, pooled. */
export function reorderForms(): readonly OperatorForm[] {
  return [
    form('Slice, attributes', [7, 9], (b, x) =>
      b.node('Slice', [x], { starts: [1, -15], ends: [5, 9000], axes: [1, 2] }),
    ),
    form('Slice, inputs, backwards', [10, 21], (b, x) => {
      const ends = b.integers([-9000]);
      return b.node('Slice', [x, b.integers([-1]), ends, b.integers([2]), b.integers([-3])]);
    }),
    form('Split, attribute', [7, 12], (b, x) => {
      const [a = '', c = ''] = b.outputs('Split', [x], { axis: 1, split: [2, 4] }, 2);
      return b.node('Concat', [c, a], { axis: 1 });
    }),
    form('Split, input', [13, 21], (b, x) => {
      const [a = '', c = ''] = b.outputs('Split', [x, b.integers([5, 15])], { axis: -1 }, 2);
      return b.node('Concat', [c, a], { axis: -1 });
    }),
    form('Split into equal parts', [7, 17], (b, x) => {
      const [a = '', c = '', d = ''] = b.outputs('Split', [x], { axis: 1 }, 3);
      return b.node('Concat', [d, a, c], { axis: 1 });
    }),
    form('Split by num_outputs', [18, 21], (b, x) => {
      const attributes = { axis: 2, num_outputs: 3 };
      const [a = '', c = '', d = ''] = b.outputs('Split', [x], attributes, 3);
      return b.node('Concat', [d, a, c], { axis: 2 });
    }),
    form('Pad, attribute', [7, 10], (b, x) =>
      b.node('Pad', [x], { pads: [0, 1, 2, 0, 0, 3], value: { float: 0.5 } }),
    ),
    form('Pad, inputs', [11, 21], (b, x) =>
      b.node('Pad', [x, b.integers([0, 1, 2, 0, 0, 3]), b.constant([], Float32Array.of(-0.5))]),
    ),
    form('Pad of some axes', [18, 21], (b, x) =>
      b.node('Pad', [x, b.integers([3, 1]), '', b.integers([-1])]),
    ),
    form('Pad, negative', [11, 21], (b, x) => b.node('Pad', [x, b.integers([0, 0, -2, 0, 0, 3])])),
    form('Pad, reflect', ALL, (b, x, opset) => {
      const pads = [0, 0, 3, 0, 0, 4];
      return opset < 11
        ? b.node('Pad', [x], { mode: 'reflect', pads })
        : b.node('Pad', [x, b.integers(pads)], { mode: 'reflect' });
    }),
    form(
      'Pad, edge',
      [11, 21],
      (b, x) => b.node('Pad', [x, b.integers([0, 0, 1, 2, 0, 0, 3, 0])], { mode: 'edge' }),
      image,
    ),
    form('Squeeze and Unsqueeze', ALL, (b, x, opset) => {
      const flat = withAxes(b, 'Squeeze', x, [0], { opset, since: 13 });
      return withAxes(b, 'Unsqueeze', flat, [0], { opset, since: 13 });
    }),
    form('Squeeze of every axis of one', ALL, (b, x, opset) => {
      const active = b.node('Tanh', [b.node('Squeeze', [x])]);
      return withAxes(b, 'Unsqueeze', active, [0], { opset, since: 13 });
    }),
    form('Reshape that mixes channels', ALL, (b, x) => {
      const mixed = b.node('Reshape', [x, b.integers([0, 4, -1])]);
      return b.node('Relu', [mixed]);
    }),
    form('Flatten behind the last axis but one', ALL, (b, x) => {
      const rows = b.node('Flatten', [x], { axis: 2 });
      return b.node('Reshape', [rows, b.integers([1, CHANNELS, LENGTH])]);
    }),
    form(
      'channels last and back, as tf2onnx writes it',
      ALL,
      (b, x) => {
        const last = b.node('Transpose', [x], { perm: [0, 2, 3, 1] });
        const biased = b.node('Relu', [b.node('Add', [last, pattern(b, [CHANNELS])])]);
        const scaled = b.node('Mul', [biased, pattern(b, [CHANNELS], 1.5)]);
        return b.node('Transpose', [scaled], { perm: [0, 3, 1, 2] });
      },
      image,
    ),
    form(
      'Transpose of all axes of an image',
      ALL,
      (b, x) => {
        const turned = b.node('Transpose', [x], { perm: [0, 3, 2, 1] });
        return b.node('Relu', [turned]);
      },
      image,
    ),
    form('Expand of a gate', [8, 21], (b, x) => {
      const gate = b.node('Sigmoid', [b.node('GlobalAveragePool', [x])]);
      const wide = b.node('Expand', [gate, b.node('Shape', [x])]);
      return b.node('Mul', [x, wide]);
    }),
    form('Expand that is needed', [8, 21], (b, x) => {
      const mean = b.node('GlobalMaxPool', [x]);
      const wide = b.node('Expand', [mean, b.integers([1, 1, LENGTH])]);
      return b.node('Concat', [wide, x], { axis: 1 });
    }),
    form(
      'Expand of columns',
      [8, 21],
      (b, x) => {
        const column = b.node('AveragePool', [x], { kernel_shape: [IMAGE[2], 1] });
        const wide = b.node('Expand', [column, b.integers([...IMAGE])]);
        return b.node('Concat', [wide, x], { axis: 1 });
      },
      image,
    ),
    form('Tile', ALL, (b, x) => b.node('Tile', [x, b.integers([1, 2, 3])])),
    form('Upsample, attribute', [7, 8], (b, x) => {
      return b.node('Upsample', [x], { mode: 'nearest', scales: { floats: [1, 1, 2] } });
    }),
    form('Upsample, input', [9, 9], (b, x) => {
      return b.node('Upsample', [x, b.constant([3], UP)], { mode: 'nearest' });
    }),
    form('Resize by scales', [10, 10], (b, x) => {
      return b.node('Resize', [x, b.constant([3], UP)], { mode: 'nearest' });
    }),
    form('Resize by scales, asymmetric', [11, 21], (b, x) =>
      b.node('Resize', [x, b.constant([0], new Float32Array()), b.constant([3], UP)], {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }),
    ),
    form('Resize by sizes', [13, 21], (b, x) =>
      b.node('Resize', [x, '', '', b.integers([...SIGNAL.slice(0, 2), 3 * LENGTH])], {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }),
    ),
    form('Resize of some axes', [18, 21], (b, x) =>
      b.node('Resize', [x, '', b.constant([1], Float32Array.of(2))], {
        axes: [2],
        mode: 'nearest',
      }),
    ),
    form('Gather of one element', ALL, (b, x, opset) => {
      const one = b.node('Gather', [x, b.integers([-1])], { axis: 2 });
      return b.node('Add', [x, opset < 13 ? one : b.node('Identity', [one])]);
    }),
    form('Gather of chosen channels', ALL, (b, x) =>
      b.node('Gather', [x, b.integers([5, 0, 1, 2, 2, 4])], { axis: 1 }),
    ),
    form(
      'DepthToSpace',
      [7, 10],
      (b, x) => {
        const c = b.conv(x, { from: CHANNELS, to: 8 }, [1, 1]);
        return b.node('DepthToSpace', [c], { blocksize: 2 });
      },
      image,
    ),
    form('SpaceToDepth', ALL, (b, x) => b.node('SpaceToDepth', [x], { blocksize: 2 }), image),
    form('Concat with a constant', ALL, (b, x) =>
      b.node('Concat', [pattern(b, [1, CHANNELS, 1]), x, pattern(b, [1, CHANNELS, 2])], {
        axis: 2,
      }),
    ),
    form('MaxPool, rounded up', [10, 21], (b, x) =>
      b.node('MaxPool', [x], { kernel_shape: [3], strides: [2], ceil_mode: 1, dilations: [2] }),
    ),
    form(
      'AveragePool, padding counted',
      ALL,
      (b, x) =>
        b.node('AveragePool', [x], {
          kernel_shape: [3, 3],
          pads: [1, 1, 1, 1],
          strides: [2, 1],
          count_include_pad: 1,
        }),
      image,
    ),
    form('AveragePool, SAME_LOWER', ALL, (b, x) =>
      b.node('AveragePool', [x], { kernel_shape: [4], strides: [3], auto_pad: 'SAME_LOWER' }),
    ),
    form('ConvTranspose', ALL, (b, x) =>
      b.convTranspose(x, { from: CHANNELS, to: 4 }, [3], { strides: [2], output_padding: [1] }),
    ),
    form('a signal of one dimension as an image', ALL, (b, x, opset) => {
      const tall = withAxes(b, 'Unsqueeze', x, [2], { opset, since: 13 });
      const c = b.conv(tall, { from: CHANNELS, to: 5 }, [1, 3], { pads: [0, 1, 0, 1] });
      return withAxes(b, 'Squeeze', b.node('Relu', [c]), [2], { opset, since: 13 });
    }),
  ];
}

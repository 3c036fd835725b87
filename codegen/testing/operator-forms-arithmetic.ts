import {
  ALL,
  CHANNELS,
  form,
  IMAGE,
  pattern,
  scalar,
  SIGNAL,
  withAxes,
  type OperatorForm,
} from './operator-form.js';

const [, , LENGTH] = SIGNAL;
const [, , HEIGHT, WIDTH] = IMAGE;
const image = { shape: IMAGE };

/** Reductions whose axes are an attribute before the operator set, an input from there on. */
const REDUCTIONS = [
  ['ReduceL1', 18],
  ['ReduceL2', 18],
  ['ReduceMax', 18],
  ['ReduceMean', 18],
  ['ReduceMin', 18],
  ['ReduceSum', 13],
  ['ReduceSumSquare', 18],
  ['ReduceLogSumExp', 18],
] as const;

/** Two signals, signals and constants, reductions, normalisations, products. */
export function arithmeticForms(): readonly OperatorForm[] {
  return [
    ...['Add', 'Sub', 'Mul', 'Div'].flatMap((operator) => [
      form(`${operator} of a constant for each value`, ALL, (b, x) =>
        b.node(operator, [x, pattern(b, SIGNAL, 2)]),
      ),
      form(`${operator} of a constant for each position`, ALL, (b, x) =>
        b.node(operator, [x, pattern(b, [LENGTH], 2)]),
      ),
      form(`${operator} of a constant for each channel, first`, ALL, (b, x) => {
        const y = operator === 'Div' ? b.node('Add', [b.node('Exp', [x]), scalar(b, 1)]) : x;
        return b.node(operator, [pattern(b, [CHANNELS, 1], 2), y]);
      }),
      form(
        `${operator} of a constant for each row of an image`,
        ALL,
        (b, x) => b.node(operator, [x, pattern(b, [1, 1, HEIGHT, 1], 2)]),
        image,
      ),
      form(
        `${operator} of a constant for each column and channel of an image`,
        ALL,
        (b, x) => b.node(operator, [x, pattern(b, [CHANNELS, 1, WIDTH], 2)]),
        image,
      ),
    ]),
    ...(['Add', 'Sub', 'Mul'] as const).flatMap((operator) =>
      ([2, 3] as const).map((axis) =>
        form(
          `${operator} of a signal without axis ${axis}`,
          ALL,
          (b, x) => {
            const kernel_shape = axis === 2 ? [HEIGHT, 1] : [1, WIDTH];
            const pooled = b.node('AveragePool', [x], { kernel_shape });
            return b.node(operator, [b.node('Relu', [x]), pooled]);
          },
          image,
        ),
      ),
    ),
    form(
      'outer product of rows and columns',
      ALL,
      (b, x) => {
        const rows = b.node('AveragePool', [x], { kernel_shape: [1, WIDTH] });
        const columns = b.node('MaxPool', [x], { kernel_shape: [HEIGHT, 1] });
        return b.node('Mul', [rows, columns]);
      },
      image,
    ),
    form('Sum and Mean of three', [8, 21], (b, x) => {
      const parts = [x, b.node('Relu', [x]), b.node('Tanh', [x])];
      return b.node('Mean', [b.node('Sum', parts), x]);
    }),
    form('Max and Min of signals', [8, 21], (b, x) => {
      const largest = b.node('Max', [x, b.node('Sigmoid', [x]), b.node('Neg', [x])]);
      return b.node('Min', [largest, b.node('Tanh', [x])]);
    }),
    form('Max and Min with constants', [8, 21], (b, x) => {
      return b.node('Min', [b.node('Max', [x, scalar(b, -0.25)]), scalar(b, 0.5)]);
    }),
    ...REDUCTIONS.flatMap(([operator, since]) => [
      form(
        `${operator} over positions, kept`,
        ALL,
        (b, x, opset) =>
          b.node('Add', [x, withAxes(b, operator, x, [2], { opset, since, keepdims: 1 })]),
        { explain: operator !== 'ReduceL2' },
      ),
      form(
        `${operator} over channels, kept`,
        [11, 21],
        (b, x, opset) =>
          b.node('Add', [x, withAxes(b, operator, x, [-2], { opset, since, keepdims: 1 })]),
        { explain: operator !== 'ReduceL2' },
      ),
      form(
        `${operator} over rows, dropped`,
        ALL,
        (b, x, opset) => {
          const reduced = withAxes(b, operator, x, [2], { opset, since, keepdims: 0 });
          return b.node('Add', [x, withAxes(b, 'Unsqueeze', reduced, [2], { opset, since: 13 })]);
        },
        { ...image, explain: operator !== 'ReduceL2' },
      ),
    ]),
    form('GlobalMaxPool', ALL, (b, x) => b.node('Sub', [x, b.node('GlobalMaxPool', [x])]), image),
    form('InstanceNormalization', ALL, (b, x) =>
      b.node('InstanceNormalization', [x, pattern(b, [CHANNELS], 1), pattern(b, [CHANNELS])]),
    ),
    form('group normalisation as torch writes it', ALL, (b, x) => {
      const groups = b.node('Reshape', [x, b.integers([0, 2, -1])]);
      const one = b.constant([2], Float32Array.of(1, 1));
      const zero = b.constant([2], Float32Array.of(0, 0));
      const normal = b.node('InstanceNormalization', [groups, one, zero]);
      const back = b.node('Reshape', [normal, b.integers([1, ...SIGNAL.slice(1)])]);
      const scaled = b.node('Mul', [back, pattern(b, [CHANNELS, 1], 1)]);
      return b.node('Add', [scaled, pattern(b, [CHANNELS, 1])]);
    }),
    ...([18, 21] as const).map((opset) =>
      form(
        `GroupNormalization of operator set ${opset}`,
        [opset, opset === 18 ? 20 : 21],
        (b, x) => {
          const size = opset === 18 ? 3 : CHANNELS;
          const parameters = [pattern(b, [size], 1), pattern(b, [size])];
          return b.node('GroupNormalization', [x, ...parameters], { num_groups: 3 });
        },
      ),
    ),
    form('LayerNormalization over channels and positions', [17, 21], (b, x) =>
      b.node(
        'LayerNormalization',
        [x, pattern(b, SIGNAL.slice(1), 1), pattern(b, SIGNAL.slice(1))],
        {
          axis: 1,
        },
      ),
    ),
    form('LayerNormalization over channels, turned', [17, 21], (b, x) => {
      const turned = b.node('Transpose', [x], { perm: [0, 2, 1] });
      const normal = b.node('LayerNormalization', [turned, pattern(b, [CHANNELS], 1)]);
      return b.node('Transpose', [normal], { perm: [0, 2, 1] });
    }),
    form('Softmax over positions', [13, 21], (b, x) => b.node('Softmax', [x], { axis: -1 })),
    form('Softmax over channels', ALL, (b, x, opset) => {
      const turned = opset >= 13 ? x : b.node('Transpose', [x], { perm: [0, 2, 1] });
      const y = b.node('Softmax', [turned], { axis: opset >= 13 ? 1 : 2 });
      return opset >= 13 ? y : b.node('Transpose', [y], { perm: [0, 2, 1] });
    }),
    form('Softmax over all, as up to operator set 12', [7, 12], (b, x) => b.node('Softmax', [x])),
    form('LogSoftmax inside', [13, 21], (b, x) => b.node('LogSoftmax', [x], { axis: 1 })),
    form('MatMul with constants over the last axis', ALL, (b, x) =>
      b.node('MatMul', [x, pattern(b, [LENGTH, 7])]),
    ),
    form('MatMul of a constant with a signal', ALL, (b, x) =>
      b.node('MatMul', [pattern(b, [1, CHANNELS, CHANNELS]), x]),
    ),
    form('MatMul of two signals', ALL, (b, x) => {
      const turned = b.node('Transpose', [b.node('Tanh', [x])], { perm: [0, 2, 1] });
      const scores = b.node('MatMul', [x, turned]);
      return b.node('MatMul', [b.node('Mul', [scores, scalar(b, 0.1)]), x]);
    }),
    form('Gemm of many rows', ALL, (b, x) => {
      const rows = b.node('Reshape', [x, b.integers([CHANNELS, LENGTH])]);
      const y = b.node('Gemm', [rows, pattern(b, [8, LENGTH]), pattern(b, [8])], {
        transB: 1,
        alpha: { float: 0.5 },
        beta: { float: 2 },
      });
      return b.node('Reshape', [y, b.integers([1, CHANNELS, 8])]);
    }),
  ];
}

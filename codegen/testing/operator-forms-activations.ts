import { ALL, CHANNELS, form, IMAGE, pattern, scalar, type OperatorForm } from './operator-form.js';
import type { Attribute } from './onnx-builder.js';

/** Operator, first operator set, attributes. */
const UNARY: readonly (readonly [string, number, Readonly<Record<string, Attribute>>?])[] = [
  ['Abs', 7],
  ['Celu', 12, { alpha: { float: 0.5 } }],
  ['Cos', 7],
  ['Elu', 7, { alpha: { float: 0.5 } }],
  ['Erf', 9],
  ['Exp', 7],
  ['Gelu', 20],
  ['Gelu', 20, { approximate: 'tanh' }],
  ['HardSigmoid', 7, { alpha: { float: 0.3 } }],
  ['HardSwish', 14],
  ['LeakyRelu', 7, { alpha: { float: 0.2 } }],
  ['Mish', 18],
  ['Neg', 7],
  ['Relu', 7],
  ['Selu', 7],
  ['Selu', 7, { alpha: { float: 1 }, gamma: { float: 2 } }],
  ['Sigmoid', 7],
  ['Sin', 7],
  ['Softplus', 7],
  ['Softsign', 7],
  ['Tanh', 7],
  ['ThresholdedRelu', 10, { alpha: { float: 0.25 } }],
];

/** Value by value. */
export function activationForms(): readonly OperatorForm[] {
  return [
    ...UNARY.map(([operator, since, attributes]) =>
      form(
        `${operator}${attributes === undefined ? '' : ` ${JSON.stringify(attributes)}`}`,
        [since, 21],
        (b, x) => b.node(operator, [x], attributes),
      ),
    ),
    form('Sqrt, Log and Reciprocal of what is positive', ALL, (b, x) => {
      const positive = b.node('Add', [b.node('Softplus', [x]), scalar(b, 0.5)]);
      const root = b.node('Sqrt', [positive]);
      return b.node('Mul', [b.node('Log', [root]), b.node('Reciprocal', [positive])]);
    }),
    form('Clip, attributes', [7, 10], (b, x) =>
      b.node('Clip', [x], { min: { float: -0.25 }, max: { float: 0.75 } }),
    ),
    form('Clip, inputs', [11, 21], (b, x) => b.node('Clip', [x, scalar(b, 0), scalar(b, 0.5)])),
    form('Clip above only', [11, 21], (b, x) => b.node('Clip', [x, '', scalar(b, 0.5)])),
    form('Clip away from zero', [11, 21], (b, x) =>
      b.node('Clip', [x, scalar(b, 0.125), scalar(b, 1)]),
    ),
    form('PRelu, one slope for each channel', ALL, (b, x) =>
      b.node('PRelu', [x, pattern(b, [CHANNELS, 1])]),
    ),
    form(
      'PRelu, one slope, in 2-D',
      ALL,
      (b, x) => b.node('PRelu', [x, pattern(b, [1, 1, 1], 1)]),
      {
        shape: IMAGE,
      },
    ),
    form('Pow', ALL, (b, x) => b.node('Pow', [x, scalar(b, 2)])),
    form('rounding', ALL, (b, x) => {
      const scaled = b.node('Mul', [x, scalar(b, 3.3)]);
      const below = b.node('Floor', [scaled]);
      return b.node('Add', [b.node('Sub', [b.node('Ceil', [scaled]), below]), x]);
    }),
    form('sign, from operator set 9 on', [9, 21], (b, x) => {
      return b.node('Add', [b.node('Sign', [b.node('Relu', [x])]), x]);
    }),
    form('Dropout, attribute', [7, 11], (b, x) => b.node('Dropout', [x], { ratio: 0.5 })),
    form('Dropout, inputs', [12, 21], (b, x) => b.node('Dropout', [x, scalar(b, 0.5)])),
    form('Identity and Cast to float', ALL, (b, x) => {
      return b.node('Cast', [b.node('Identity', [x])], { to: 1 });
    }),
    form('BatchNormalization of a sum', ALL, (b, x) => {
      const sum = b.node('Add', [x, b.node('Tanh', [x])]);
      return b.batchNorm(sum, CHANNELS);
    }),
  ];
}

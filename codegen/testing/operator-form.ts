import type { OnnxBuilder } from './onnx-builder.js';

export const CHANNELS = 6;
export const SIGNAL = [1, CHANNELS, 20] as const;
export const IMAGE = [1, CHANNELS, 8, 6] as const;

/** One way of writing one operator: a small network around it. */
export interface OperatorForm {
  readonly name: string;
  /** First and last operator set in which this form is legal. */
  readonly opsets: readonly [number, number];
  /** Shape of the signal that the form reads; a convolution makes it from the network's input. */
  readonly shape: readonly number[];
  /** Nothing comes behind it. */
  readonly ends: boolean;
  readonly explain: boolean;
  /** Error of a logit against the float one that int8 may make, as a share of the largest; 0.1 where left out. */
  readonly tolerance?: number;
  readonly body: (builder: OnnxBuilder, x: string, opset: number) => string;
}

type Body = OperatorForm['body'];
type Options = Partial<Pick<OperatorForm, 'shape' | 'explain' | 'tolerance'>>;

/** A form that is legal from one operator set to another, first and last. */
export function form(
  name: string,
  opsets: OperatorForm['opsets'],
  body: Body,
  options: Options = {},
): OperatorForm {
  return { name, opsets, shape: SIGNAL, ends: false, explain: true, body, ...options };
}

/** A form behind which nothing comes. */
export function ending(
  name: string,
  opsets: OperatorForm['opsets'],
  body: Body,
  options: Options = {},
): OperatorForm {
  return { name, opsets, shape: SIGNAL, ends: true, explain: true, body, ...options };
}

export const ALL = [7, 21] as const;

export function scalar(b: OnnxBuilder, value: number): string {
  return b.constant([], Float32Array.of(value));
}

/** Values from −1 to 1 in a pattern that no axis repeats. */
export function pattern(b: OnnxBuilder, shape: readonly number[], offset = 0): string {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return b.constant(
    shape,
    Float32Array.from({ length: size }, (_, i) => offset + Math.sin(1.7 * i + 0.3 * i * i)),
  );
}

/** Axes are an attribute before operator set `since`, an input from there on. */
export function withAxes(
  b: OnnxBuilder,
  operator: string,
  x: string,
  axes: readonly number[],
  about: { readonly opset: number; readonly since: number; readonly keepdims?: number },
): string {
  const keep = about.keepdims === undefined ? {} : { keepdims: about.keepdims };
  return about.opset >= about.since
    ? b.node(operator, [x, b.integers(axes)], keep)
    : b.node(operator, [x], { axes, ...keep });
}

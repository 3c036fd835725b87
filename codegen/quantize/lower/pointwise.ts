import { stringAttribute } from '../../graph/graph.js';
import type { IntegerTensor } from '../../integer/program.js';
import { clamp } from '../../integer/round.js';
import { unsupported } from '../../operators/require.js';
import { scalarFunction, type ScalarExpression } from '../../operators/scalar-function.js';
import { int8Range } from '../ranges.js';
import type { LowerRule } from './rule.js';

/** Every function of one value is a table over its 256 arguments. */
export const lowerPointwise: LowerRule = {
  fusesRelu: true,
  lower(lowering, node, { output, relu }) {
    const from = lowering.placementOf(node, 0);
    const x = lowering.tensorAt(from);
    if (x.type !== 'int8') throw unsupported(node, 'its input is not int8');
    const quantisation = int8Range(lowering.activationRange(output), relu);
    lowering.placeAs(output, { ...from, tensor: output }, { type: 'int8', ...quantisation });
    const values = overCodes(x, stringAttribute(node, 'expression', 'x')).map((at) => at.value);
    lowering.operations.push({
      kind: 'lookup',
      name: node.name,
      input: from.tensor,
      output,
      elements: from.height * from.width * from.channels,
      table: Int8Array.from(finite(values), (value) =>
        clamp(
          Math.round(value / quantisation.scale) + quantisation.zeroPoint,
          relu ? quantisation.zeroPoint : -128,
          127,
        ),
      ),
    });
  },
};

/** The function and its slope at each code of an int8 tensor, from −128 up. */
export function overCodes(
  x: IntegerTensor,
  expression: ScalarExpression,
): readonly { readonly value: number; readonly slope: number }[] {
  const apply = scalarFunction(expression);
  return Array.from({ length: 256 }, (_, i) => apply((i - 128 - x.zeroPoint) * x.scale));
}

/**
 * Codes outside of a function's domain (a square root's, reached by rounding only) take the value of the nearest one
 * inside; a pole the largest value beside it.
 */
export function finite(values: readonly number[]): readonly number[] {
  return values.map((value, i) => {
    if (Number.isFinite(value)) return value;
    for (let away = 1; away < values.length; away += 1) {
      const near = [values[i + away], values[i - away]].find((v) => Number.isFinite(v));
      if (near !== undefined) return near;
    }
    return 0;
  });
}

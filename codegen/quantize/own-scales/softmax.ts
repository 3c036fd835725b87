import { SOFTMAX_EXPONENT_BITS, SOFTMAX_MOST_COLUMNS } from '../../integer/softmax.js';
import { intAttribute, tensorOf } from '../../graph/graph.js';
import { unsupported } from '../../operators/require.js';
import { exactFactorOf } from './conv.js';
import type { OwnScalesRule } from './rule.js';
import { stepsOf } from './rule.js';

/** The output scale and zero point that TFLite prescribes (activations.cc). */
const OUTPUT = { scale: 1 / 256, zeroPoint: -128 } as const;

/** The largest difference of two codes is 255: its exponent stays in int32. */
const MOST_FACTOR = 2 ** 23;

export const softmaxWithOwnScales: OwnScalesRule = (lowering, node, { output }) => {
  const from = lowering.laidOut(node, 0);
  const x = lowering.tensorAt(from);
  const steps = stepsOf(lowering, node, output);
  if (steps.scale !== OUTPUT.scale || steps.zeroPoint !== OUTPUT.zeroPoint) {
    throw unsupported(node, `a softmax with the scale ${steps.scale}, not 1/256`);
  }
  const { shape } = tensorOf(lowering.graph, output);
  const axis = intAttribute(node, 'axis', -1);
  if ((axis < 0 ? axis + shape.length : axis) !== 1 && shape.length > 1) {
    throw unsupported(
      node,
      `a softmax over axis ${axis} of [${shape.join(', ')}], not the channels`,
    );
  }
  if (from.channels > SOFTMAX_MOST_COLUMNS) {
    throw unsupported(node, `a softmax of ${from.channels} values`);
  }
  lowering.placeAs(output, { ...from, tensor: output }, { type: 'int8', ...steps });
  lowering.operations.push({
    kind: 'softmax',
    name: node.name,
    input: from.tensor,
    output,
    rows: from.height * from.width,
    columns: from.channels,
    // Powers of two stand for those of e.
    ...exactFactorOf(node, x.scale * Math.LOG2E * 2 ** SOFTMAX_EXPONENT_BITS, MOST_FACTOR),
    outputIsInt16: false,
  });
};

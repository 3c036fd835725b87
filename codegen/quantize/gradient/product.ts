import { intsAttribute, outputName, sizeOf, tensorOf, inputName } from '../../graph/graph.js';
import { MOST_PRODUCT_TERMS, PRODUCT_MULTIPLIER_BITS } from '../../integer/product-gradient.js';
import { narrowFactors } from '../../integer/round.js';
import { unsupported } from '../../operators/require.js';
import { operandOf } from '../lower/operands.js';
import { realStep } from './lowering.js';
import type { GradientRule } from './rule.js';

/** Gradient of a product, summed over the axes along which its operand was broadcast. */
export const lowerProductGradient: GradientRule = (gradient, node) => {
  const { lowering } = gradient;
  const outer = tensorOf(lowering.graph, inputName(node, 0)).shape;
  const [, channels = 1, ...spatial] = outer;
  const positions = sizeOf(spatial);
  const shape = intsAttribute(node, 'input_shape', []);
  const aligned = [...Array<number>(outer.length - shape.length).fill(1), ...shape];
  const sumsChannels = channels !== 1 && aligned[1] === 1;
  const sumsPositions = positions !== 1 && sizeOf(aligned.slice(2)) === 1;
  const terms = (sumsChannels ? channels : 1) * (sumsPositions ? positions : 1);
  if (terms > MOST_PRODUCT_TERMS) throw unsupported(node, `its sum has ${terms} terms`);
  // Channels add up only in one common step.
  const from = sumsChannels ? gradient.inOneStep(node) : lowering.placementOf(node, 0);
  const dy = lowering.tensorAt(from);
  if (dy.channels !== channels) throw unsupported(node, 'its gradient lies in another shape');
  const operand = node.inputs[1] === undefined ? undefined : operandOf(lowering, node, 1, outer);
  const factor = operand?.tensor;
  const output = outputName(node);
  const [outChannels, outPositions] = [sumsChannels ? 1 : channels, sumsPositions ? 1 : positions];
  const flat = shape.length - 2 < 2;
  const placement = {
    tensor: output,
    height: flat ? 1 : sumsPositions ? 1 : (spatial[0] ?? 1),
    width: flat ? outPositions : sumsPositions ? 1 : (spatial[1] ?? 1),
    channels: outChannels,
  };
  const steps = Array.from(
    { length: outChannels },
    (_, c) => realStep(dy, c) * (factor?.scale ?? 1),
  );
  const { tensor, limit } = gradient.placeGradient(output, placement, steps);
  const { multiplier, shift } = narrowFactors(
    steps.map((step, c) => step / realStep(tensor, c)),
    PRODUCT_MULTIPLIER_BITS,
  );
  gradient.push({
    kind: 'productGradient',
    name: node.name,
    input: from.tensor,
    ...(factor === undefined ? {} : { factor: factor.name }),
    output,
    positions,
    channels,
    factorStrides: operand?.strides ?? { position: 0, channel: 0 },
    factorZeroPoint: factor?.zeroPoint ?? 0,
    sumsPositions,
    sumsChannels,
    multiplier,
    shift,
    limit,
  });
};

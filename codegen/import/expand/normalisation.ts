import type { Shape, TensorInfo } from '../../graph/graph.js';
import { floatAttribute, intAttribute, outputName, sizeOf } from '../../graph/graph.js';
import {
  requireConstant,
  requireShape,
  resolveAxes,
  shapeError,
  unsupported,
} from '../../operators/require.js';
import { DEFAULT_EPSILON } from '../../operators/layer-normalization.js';
import { ExpansionBuilder, type Expand } from './expansion.js';

/** The values of a parameter with one axis for the channels, against [1, C, spatial…]. */
function perChannel(
  values: readonly number[],
  rank: number,
  repeats: number,
): [Shape, Float32Array] {
  const data = Float32Array.from({ length: values.length * repeats }, (_, c) => {
    return values[Math.floor(c / repeats)] ?? 0;
  });
  return [[data.length, ...Array<number>(rank - 2).fill(1)], data];
}

/**
 * Normalisation over `groups` blocks of neighbouring channels with their positions, then one scale and offset for each
 * channel: instance normalisation has as many groups as channels. It is layer normalisation of another shape.
 */
function grouped(groups: (node: Parameters<Expand>[0], channels: number) => number): Expand {
  return (node, inputs) => {
    const x = requireShape(node, inputs, 0);
    const channels = x[1] ?? 1;
    const count = groups(node, channels);
    if (x.length < 3 || x[0] !== 1 || count < 1 || channels % count !== 0) {
      throw shapeError(node, `${count} groups of [${x.join(', ')}]`);
    }
    const builder = new ExpansionBuilder(node);
    const rows = builder.add('View', [builder.input], { shape: [1, count, sizeOf(x) / count] });
    const normalised = builder.add('LayerNormalization', [rows], {
      axis: -1,
      epsilon: floatAttribute(node, 'epsilon', DEFAULT_EPSILON),
    });
    const back = builder.add('View', [normalised], { shape: x });
    // Group normalisation has one parameter for each group up to operator set 20, then one for each channel.
    const parameter = (index: number): string => {
      const values = requireConstant(node, inputs, index);
      if (channels % values.length !== 0) throw shapeError(node, `${values.length} parameters`);
      return builder.constant(...perChannel(values, x.length, channels / values.length));
    };
    const scaled = builder.add('Mul', [back, parameter(1)]);
    return builder.finish('Add', [scaled, parameter(2)]);
  };
}

export const instanceNormalization = grouped((_, channels) => channels);
export const groupNormalization = grouped((node) => intAttribute(node, 'num_groups', 1));

/** Over several axes the same as over one that holds all their values. */
export const layerNormalization: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', -1)], x.length);
  const wanted = node.outputs.slice(1).filter((name) => name !== '');
  if (wanted.length > 0) throw unsupported(node, 'its second and third output');
  const epsilon = floatAttribute(node, 'epsilon', DEFAULT_EPSILON);
  if (axis === x.length - 1) {
    const outputs = [outputName(node)];
    return { nodes: [{ ...node, outputs, attributes: { axis: -1, epsilon } }] };
  }
  const builder = new ExpansionBuilder(node);
  const size = sizeOf(x.slice(axis));
  const flat = (tensor: TensorInfo | undefined, index: number): string => {
    if (tensor === undefined) return '';
    return builder.constant([size], Float32Array.from(requireConstant(node, inputs, index)));
  };
  const rows = builder.add('View', [builder.input], { shape: [...x.slice(0, axis), size] });
  const parameters = [flat(inputs[1], 1), flat(inputs[2], 2)].filter((name) => name !== '');
  const normalised = builder.add('LayerNormalization', [rows, ...parameters], {
    axis: -1,
    epsilon,
  });
  return builder.finish('View', [normalised], { shape: x });
};

/** Every combination of a convolution that a peer has been seen to get wrong, as geometries. */
import type { GraphNode } from '../../../../codegen/graph/graph.js';
import { convGeometry, type ConvGeometry } from '../../../../codegen/operators/conv-geometry.js';

export const KERNELS = [1, 2, 3, 4, 5, 6, 7];
export const STRIDES = [1, 2, 3];
export const DILATIONS = [1, 2];
export const PADDINGS = ['none', 'SAME', 'symmetric', 'asymmetric'] as const;
export const LENGTHS = [18, 17];
export const CHANNELS = [1, 3, 4, 5, 8, 12, 16, 17];
/** Two-dimensional: [height, width]. */
export const KERNELS_2D = [
  [1, 1],
  [2, 3],
  [3, 3],
  [3, 1],
  [1, 4],
  [5, 2],
] as const;
export const STRIDES_2D = [
  [1, 1],
  [2, 2],
  [1, 2],
  [3, 1],
] as const;
export const SIZES_2D = [
  [10, 9],
  [9, 10],
] as const;

export interface ConvCase {
  readonly name: string;
  readonly geometry: ConvGeometry;
}

type Sizes = readonly number[];

function paddingOf(padding: (typeof PADDINGS)[number], reach: Sizes): GraphNode['attributes'] {
  switch (padding) {
    case 'none':
      return {};
    case 'SAME':
      return { auto_pad: 'SAME_UPPER' };
    case 'symmetric':
      return { pads: [...reach, ...reach].map((size) => Math.ceil(size / 2)) };
    case 'asymmetric':
      return { pads: [...reach.map(() => 1), ...reach.map((size) => size + 2)] };
  }
}

interface Axes {
  readonly kernels: readonly Sizes[];
  readonly strides: readonly Sizes[];
  readonly sizes: readonly Sizes[];
}

const one = (values: readonly number[]): readonly Sizes[] => values.map((value) => [value]);
const SIGNALS: Axes = { kernels: one(KERNELS), strides: one(STRIDES), sizes: one(LENGTHS) };
const IMAGES: Axes = { kernels: KERNELS_2D, strides: STRIDES_2D, sizes: SIZES_2D };

/** All of them, dense and depthwise; the dense ones have another number of outputs than of inputs. */
export function convCases(): readonly ConvCase[] {
  return [SIGNALS, IMAGES].flatMap(casesOf);
}

function casesOf({ kernels, strides, sizes }: Axes): ConvCase[] {
  const cases: ConvCase[] = [];
  kernels.forEach((kernel, kernelIndex) => {
    for (const stride of strides)
      for (const dilation of DILATIONS)
        for (const padding of PADDINGS)
          for (const size of sizes)
            CHANNELS.forEach((channels, index) => {
              const other = CHANNELS[(index + kernelIndex + 1) % CHANNELS.length] ?? 1;
              for (const [group, outputs] of [
                [1, other],
                [channels, channels],
              ] as const) {
                const name = `k${kernel.join('x')} s${stride.join('x')} d${dilation} ${padding} ${size.join('x')}, ${channels}→${outputs} in ${group}`;
                const reach = kernel.map((taps) => (taps - 1) * dilation);
                const node: GraphNode = {
                  operator: 'Conv',
                  name,
                  inputs: ['x', 'w'],
                  outputs: ['y'],
                  attributes: {
                    group,
                    strides: stride,
                    dilations: kernel.map(() => dilation),
                    ...paddingOf(padding, reach),
                  },
                };
                const weights = [outputs, channels / group, ...kernel];
                cases.push({ name, geometry: convGeometry(node, [1, channels, ...size], weights) });
              }
            });
  });
  return cases;
}

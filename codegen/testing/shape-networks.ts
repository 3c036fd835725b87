import { buildNetwork, type TestNetwork } from './build-network.js';

/** Networks whose operators move, choose or repeat values: pooling, slices, padding, transposition, concatenation. */
export function shapeNetworks(): readonly TestNetwork[] {
  return [
    {
      ...buildNetwork('max pooling, overlapping, padded and rounded up', [1, 6, 47], 101, (b) => {
        const stem = b.node('Relu', [b.conv(b.input, { from: 6, to: 8 }, [5], { pads: [2, 2] })]);
        const p1 = b.node('MaxPool', [stem], { kernel_shape: [3], strides: [2], pads: [1, 1] });
        const c1 = b.conv(p1, { from: 8, to: 7 }, [3], { pads: [1, 1] });
        const p2 = b.node('MaxPool', [c1], { kernel_shape: [4], strides: [3], ceil_mode: 1 });
        const p3 = b.node('MaxPool', [b.node('Relu', [p2])], {
          kernel_shape: [2],
          pads: [1, 1],
          dilations: [2],
        });
        return b.gemm(b.node('Flatten', [p3]), 7 * 8, 4);
      }),
      leastCosine: 0.8,
    },
    {
      ...buildNetwork(
        'average pooling of every count, then both global poolings',
        [1, 5, 50],
        102,
        (b) => {
          const c1 = b.node('Relu', [b.conv(b.input, { from: 5, to: 6 }, [3], { pads: [1, 1] })]);
          const p1 = b.node('AveragePool', [c1], { kernel_shape: [2], strides: [2], ceil_mode: 1 });
          const p2 = b.node('AveragePool', [p1], {
            kernel_shape: [5],
            pads: [2, 2],
            count_include_pad: 1,
          });
          const p3 = b.node('AveragePool', [p2], { kernel_shape: [3], strides: [2], pads: [1, 1] });
          const c2 = b.node('Relu', [b.conv(p3, { from: 6, to: 9 }, [3])]);
          const both = b.node(
            'Concat',
            [b.node('GlobalMaxPool', [c2]), b.node('GlobalAveragePool', [c2])],
            { axis: 1 },
          );
          return b.gemm(b.node('Flatten', [both]), 18, 5);
        },
      ),
      leastCosine: 0.6,
    },
    {
      ...buildNetwork('two-dimensional pooling, padding and slices', [1, 2, 13, 15], 103, (b) => {
        const padded = b.node('Pad', [b.input, b.integers([0, 0, 1, 0, 0, 0, 2, 3])]);
        const c1 = b.node('Relu', [b.conv(padded, { from: 2, to: 6 }, [3, 3])]);
        const p1 = b.node('MaxPool', [c1], { kernel_shape: [2, 3], strides: [2, 2] });
        const p2 = b.node('AveragePool', [p1], { kernel_shape: [3, 2], pads: [1, 0, 1, 1] });
        const part = b.node('Slice', [
          p2,
          b.integers([1, -1]),
          b.integers([6, -9_000]),
          b.integers([2, 3]),
          b.integers([1, -2]),
        ]);
        const again = b.node('Pad', [part, b.integers([0, 1, 0, 0, 0, 0, 2, 0])]);
        const pooled = b.node('ReduceMax', [b.conv(again, { from: 7, to: 5 }, [2, 2])], {
          axes: [2, 3],
          keepdims: 0,
        });
        return b.gemm(pooled, 5, 3);
      }),
      leastCosine: 0.8,
    },
    buildNetwork('split, concatenation along both axes, transposition', [1, 6, 20], 104, (b) => {
      const c1 = b.node('Relu', [b.conv(b.input, { from: 6, to: 8 }, [3], { pads: [1, 1] })]);
      const [a = '', c = ''] = b.outputs('Split', [c1, b.integers([3, 5])], { axis: 1 }, 2);
      const left = b.conv(a, { from: 3, to: 4 }, [3], { pads: [1, 1] });
      const right = b.node('Relu', [b.conv(c, { from: 5, to: 4 }, [1])]);
      const long = b.node('Relu', [b.node('Concat', [left, right], { axis: 2 })]);
      const turned = b.node('Transpose', [long], { perm: [0, 2, 1] });
      const c2 = b.node('Relu', [b.conv(turned, { from: 40, to: 6 }, [1])]);
      const back = b.node('Reshape', [c2, b.integers([1, 3, -1])]);
      const c3 = b.node('Relu', [b.conv(back, { from: 3, to: 4 }, [3])]);
      const mixed = b.node('Reshape', [c3, b.integers([1, 6, -1])]);
      const c4 = b.conv(mixed, { from: 6, to: 5 }, [1]);
      return b.gemm(b.node('Flatten', [c4]), 20, 4);
    }),
    buildNetwork(
      'transposed convolutions, repetition and constant subgraphs',
      [1, 4, 21],
      115,
      (b) => {
        const c1 = b.node('Relu', [b.conv(b.input, { from: 4, to: 6 }, [3], { strides: [2] })]);
        const up = b.node('Relu', [
          b.convTranspose(c1, { from: 6, to: 4 }, [4], { strides: [2], pads: [1, 1] }),
        ]);
        const grouped = b.convTranspose(up, { from: 4, to: 6 }, [3], {
          group: 2,
          dilations: [2],
          pads: [1, 2],
        });
        const size = b.node('Gather', [b.node('Shape', [grouped]), b.integers([1])], { axis: 0 });
        const half = b.node('Div', [size, b.integers([2])]);
        const target = b.node('Concat', [b.integers([1]), half, b.integers([-1])], { axis: 0 });
        const folded = b.node('Reshape', [grouped, target]);
        const c2 = b.node('Relu', [b.conv(folded, { from: 3, to: 5 }, [3], { strides: [2] })]);
        return b.gemm(b.node('Flatten', [c2]), 5 * 20, 3);
      },
    ),
    {
      ...buildNetwork('nearest neighbour, without explanation', [1, 3, 6, 5], 106, (b) => {
        const c1 = b.node('Relu', [
          b.conv(b.input, { from: 3, to: 4 }, [3, 3], { strides: [2, 2] }),
        ]);
        const scales = b.constant([4], Float32Array.of(1, 1, 3, 2));
        const up = b.node('Resize', [c1, '', scales], {
          mode: 'nearest',
          coordinate_transformation_mode: 'asymmetric',
          nearest_mode: 'floor',
        });
        const c2 = b.conv(up, { from: 4, to: 3 }, [3, 2]);
        return b.gemm(b.node('Flatten', [c2]), 3 * 4 * 3, 3);
      }),
      explain: 'none' as const,
    },
  ];
}

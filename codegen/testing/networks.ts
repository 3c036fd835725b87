import { buildNetwork as build, type TestNetwork } from './build-network.js';
import { pointwiseNetworks } from './networks-pointwise.js';
import { sequenceNetworks } from './sequence-networks.js';
import { shapeNetworks } from './shape-networks.js';
import { torchNetworks } from './torch-networks.js';

export type { TestNetwork } from './build-network.js';

/** Every structure that the compiler supports, small: plain, residual, grouped, depthwise, dilated, 2-D, flattened. */
export function testNetworks(): readonly TestNetwork[] {
  const explained = explainedNetworks();
  const [, residual] = explained;
  return [
    ...explained,
    ...sequenceNetworks(),
    ...shapeNetworks(),
    ...torchNetworks(),
    ...(residual === undefined
      ? []
      : [{ ...residual, name: 'residual without explanation', explain: 'none' as const }]),
  ];
}

/** One of them. */
export function networkNamed(name: string): TestNetwork {
  const found = testNetworks().find((network) => network.name === name);
  if (found === undefined) throw new RangeError(`no test network is called "${name}"`);
  return found;
}

function explainedNetworks(): readonly TestNetwork[] {
  return [
    build('plain with batch normalisation', [1, 12, 61], 1, (b) => {
      const c1 = b.conv(b.input, { from: 12, to: 16 }, [7], { strides: [2], pads: [3, 3] });
      const r1 = b.node('Relu', [b.batchNorm(c1, 16)]);
      const c2 = b.conv(r1, { from: 16, to: 10 }, [5], { strides: [2], pads: [2, 2] });
      const r2 = b.node('Relu', [b.batchNorm(c2, 10)]);
      const pooled = b.node('GlobalAveragePool', [r2]);
      return b.gemm(b.node('Flatten', [pooled]), 10, 5);
    }),
    build('residual with two convolutions on one fork', [1, 8, 40], 2, (b) => {
      const stem = b.node('Relu', [b.conv(b.input, { from: 8, to: 6 }, [3], { pads: [1, 1] })]);
      const a1 = b.node('Relu', [
        b.conv(stem, { from: 6, to: 7 }, [3], { strides: [2], pads: [1, 1] }),
      ]);
      const a2 = b.conv(a1, { from: 7, to: 7 }, [3], { pads: [1, 1] });
      const shortcut = b.conv(stem, { from: 6, to: 7 }, [1], { strides: [2] });
      const sum = b.node('Relu', [b.node('Add', [a2, shortcut])]);
      const c1 = b.conv(sum, { from: 7, to: 7 }, [3], { pads: [1, 1] });
      const again = b.node('Relu', [b.node('Add', [c1, sum])]);
      const mean = b.node('ReduceMean', [again], { axes: [2], keepdims: 0 });
      return b.gemm(mean, 7, 4);
    }),
    build('depthwise, pointwise and grouped', [1, 12, 33], 3, (b) => {
      const stem = b.node('Relu', [
        b.conv(b.input, { from: 12, to: 12 }, [5], { strides: [2], pads: [2, 2], group: 3 }),
      ]);
      const depth = b.node('Relu', [
        b.conv(stem, { from: 12, to: 12 }, [3], { pads: [1, 1], group: 12 }),
      ]);
      const point = b.node('Relu', [b.conv(depth, { from: 12, to: 9 }, [1])]);
      const pooled = b.node('Squeeze', [b.node('GlobalAveragePool', [point]), b.integers([2])]);
      return b.gemm(pooled, 9, 3);
    }),
    build('dilated, asymmetric padding, dense over all positions', [1, 5, 31], 4, (b) => {
      const c1 = b.node('Relu', [
        b.conv(b.input, { from: 5, to: 4 }, [3], { dilations: [2], pads: [0, 3] }),
      ]);
      const c2 = b.node('Relu', [
        b.conv(c1, { from: 4, to: 3 }, [4], { strides: [3], auto_pad: 'SAME_UPPER' }),
      ]);
      const flat = b.node('Reshape', [c2, b.integers([1, -1])]);
      const hidden = b.node('Relu', [b.gemm(flat, 30, 8, 'hidden')]);
      return b.gemm(hidden, 8, 5);
    }),
    build('two-dimensional', [1, 3, 9, 11], 5, (b) => {
      const c1 = b.node('Relu', [
        b.conv(b.input, { from: 3, to: 6 }, [3, 3], { strides: [2, 1], pads: [1, 1, 1, 1] }),
      ]);
      const c2 = b.conv(c1, { from: 6, to: 6 }, [3, 2], { auto_pad: 'SAME_LOWER' });
      const sum = b.node('Add', [c2, c1]);
      const active = b.node('Relu', [sum]);
      const side = b.node('Add', [active, sum]);
      const pooled = b.node('Flatten', [b.node('GlobalAveragePool', [side])]);
      return b.node('Sigmoid', [b.gemm(pooled, 6, 3)]);
    }),
    ...pointwiseNetworks(),
  ];
}

import { buildNetwork, type TestNetwork } from './build-network.js';
import type { OnnxBuilder } from './onnx-builder.js';

/**
 * The two networks on which kernels are compared with other libraries, weights of a seed: 12 leads × 1000 samples, a stem of
 * 7 taps and four layers of 5 taps, all in steps of two, mean over time, five classes.
 */
export const REFERENCE_NETWORKS = ['std', 'ds'] as const;
export type ReferenceNetwork = (typeof REFERENCE_NETWORKS)[number];

const LEADS = 12;
const SAMPLES = 1000;
const CLASSES = 5;
const WIDTHS = [32, 48, 64, 96, 128] as const;
const SEEDS: Readonly<Record<ReferenceNetwork, number>> = { std: 101, ds: 102 };
const HALVED = { strides: [2], auto_pad: 'SAME_UPPER' };

export function referenceNetwork(name: ReferenceNetwork): TestNetwork {
  return buildNetwork(name, [1, LEADS, SAMPLES], SEEDS[name], (b) => {
    const [stem, ...widths] = WIDTHS;
    let from: number = stem;
    let x = relu(b, b.conv(b.input, { from: LEADS, to: stem }, [7], HALVED));
    for (const to of widths) {
      if (name === 'ds') {
        x = relu(b, b.conv(x, { from, to: from }, [5], { ...HALVED, group: from }));
        x = relu(b, b.conv(x, { from, to }, [1]));
      } else {
        x = relu(b, b.conv(x, { from, to }, [5], HALVED));
      }
      from = to;
    }
    return b.gemm(b.node('Flatten', [b.node('GlobalAveragePool', [x])]), from, CLASSES);
  });
}

function relu(b: OnnxBuilder, x: string): string {
  return b.node('Relu', [x]);
}

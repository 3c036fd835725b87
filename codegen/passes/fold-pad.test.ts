import { describe, expect, it } from 'vitest';
import type { Graph } from '../graph/graph.js';
import { importOnnx } from '../import/onnx.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { buildNetwork } from '../testing/build-network.js';
import type { OnnxBuilder } from '../testing/onnx-builder.js';
import { trialInputs } from '../testing/trial.js';
import { foldPad } from './fold-pad.js';

/** A network of one Pad and what `body` puts behind it. */
function padded(body: (b: OnnxBuilder, padded: string) => string, relu = true, value = 0): Graph {
  const network = buildNetwork('pad', [1, 3, 14], 5, (b) => {
    const x = relu ? b.node('Relu', [b.input]) : b.input;
    const fill = b.constant([], Float32Array.of(value));
    return body(b, b.node('Pad', [x, b.integers([0, 0, 2, 0, 0, 1]), fill]));
  });
  return importOnnx(network.bytes, 'pad.onnx');
}

const window = { kernel_shape: [3], strides: [2] };

const cases: readonly {
  readonly name: string;
  readonly graph: Graph;
  readonly folds: boolean;
}[] = [
  {
    name: 'zeros before a convolution with pads of its own',
    graph: padded((b, x) => b.conv(x, { from: 3, to: 4 }, [5], { strides: [2], pads: [1, 0] })),
    folds: true,
  },
  {
    name: 'ones before a convolution',
    graph: padded((b, x) => b.conv(x, { from: 3, to: 4 }, [5]), true, 1),
    folds: false,
  },
  {
    name: 'zeros before SAME padding',
    graph: padded((b, x) => b.conv(x, { from: 3, to: 4 }, [5], { auto_pad: 'SAME_UPPER' })),
    folds: false,
  },
  {
    name: 'zeros before an average without padding',
    graph: padded((b, x) => b.node('AveragePool', [x], window)),
    folds: true,
  },
  {
    name: 'zeros before an average that does not count its own padding',
    graph: padded((b, x) => b.node('AveragePool', [x], { ...window, pads: [1, 1] })),
    folds: false,
  },
  {
    name: 'zeros behind a ReLU before a maximum',
    graph: padded((b, x) => b.node('MaxPool', [x], window)),
    folds: true,
  },
  {
    name: 'zeros before a maximum of any sign',
    graph: padded((b, x) => b.node('MaxPool', [x], window), false),
    folds: false,
  },
  {
    name: 'what never wins, before a maximum of any sign',
    graph: padded((b, x) => b.node('MaxPool', [x], window), false, -3.4028e38),
    folds: true,
  },
  {
    name: 'zeros wider than the window of a maximum',
    graph: padded((b, x) => b.node('MaxPool', [x], { kernel_shape: [2] })),
    folds: false,
  },
  {
    name: 'zeros that another node reads too',
    graph: padded((b, x) => b.node('Add', [x, b.conv(x, { from: 3, to: 3 }, [1])])),
    folds: false,
  },
];

describe('fold-pad', () => {
  it.each(cases)('$name: folded $folds, same answer', ({ graph, folds }) => {
    const after = foldPad(graph);
    expect(after.nodes.some((node) => node.operator === 'Pad')).toBe(!folds);
    for (const x of trialInputs([1, 3, 14], 3, 3)) {
      const run = (g: Graph): ArrayLike<number> =>
        floatOf(runFloat(g, new Map([['ecg', x]])), g.outputs[0] ?? '');
      expect(Array.from(run(after))).toEqual(Array.from(run(graph)));
    }
  });
});

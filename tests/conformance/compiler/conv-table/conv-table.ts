/** Every combination of a one-dimensional convolution that a peer has been seen to get wrong, and what the reference says. */
import type { GraphNode } from '../../../../codegen/graph/graph.js';
import type { ConvOperation } from '../../../../codegen/integer/conv.js';
import { convKernel } from '../../../../codegen/integer/conv.js';
import { convGeometry } from '../../../../codegen/operators/conv-geometry.js';

export const KERNELS = [1, 2, 3, 4, 5, 6, 7];
export const STRIDES = [1, 2, 3];
export const DILATIONS = [1, 2];
export const PADDINGS = ['none', 'SAME', 'symmetric', 'asymmetric'] as const;
export const LENGTHS = [18, 17];
export const CHANNELS = [1, 3, 4, 5, 8, 12, 16, 17];

export interface ConvCase {
  readonly name: string;
  readonly operation: ConvOperation;
  readonly input: Int8Array;
}

function paddingOf(padding: (typeof PADDINGS)[number], reach: number): GraphNode['attributes'] {
  switch (padding) {
    case 'none':
      return {};
    case 'SAME':
      return { auto_pad: 'SAME_UPPER' };
    case 'symmetric':
      return { pads: [Math.ceil(reach / 2), Math.ceil(reach / 2)] };
    case 'asymmetric':
      return { pads: [1, reach + 2] };
  }
}

/** All of them, dense and depthwise; the dense ones have another number of outputs than of inputs. */
export function convCases(): readonly ConvCase[] {
  const cases: ConvCase[] = [];
  for (const kernel of KERNELS)
    for (const stride of STRIDES)
      for (const dilation of DILATIONS)
        for (const padding of PADDINGS)
          for (const length of LENGTHS)
            CHANNELS.forEach((channels, index) => {
              const other = CHANNELS[(index + kernel) % CHANNELS.length] ?? 1;
              for (const [group, outputs] of [
                [1, other],
                [channels, channels],
              ] as const) {
                const name = `k${kernel} s${stride} d${dilation} ${padding} length ${length}, ${channels}→${outputs} in ${group}`;
                const node: GraphNode = {
                  operator: 'Conv',
                  name,
                  inputs: ['x', 'w'],
                  outputs: ['y'],
                  attributes: {
                    group,
                    strides: [stride],
                    dilations: [dilation],
                    ...paddingOf(padding, (kernel - 1) * dilation),
                  },
                };
                cases.push(
                  caseOf(
                    node,
                    [outputs, channels / group, kernel],
                    channels,
                    length,
                    cases.length + 1,
                  ),
                );
              }
            });
  return cases;
}

function caseOf(
  node: GraphNode,
  weightShape: readonly number[],
  channels: number,
  length: number,
  seed: number,
): ConvCase {
  const geometry = convGeometry(node, [1, channels, length], weightShape);
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  const nextInt8 = (): number => (next() >>> 24) - 128;
  const input = Int8Array.from({ length: length * channels }, nextInt8);
  const weights = Int8Array.from({ length: weightShape.reduce((a, b) => a * b, 1) }, () =>
    Math.max(-127, nextInt8()),
  );
  const bias = new Int32Array(geometry.outputChannels);
  const multiplier = new Int32Array(geometry.outputChannels);
  for (let m = 0; m < geometry.outputChannels; m += 1) {
    bias[m] = (next() >>> 16) - 32_768;
    multiplier[m] = 4_000_000 + (next() >>> 10);
  }
  return {
    name: node.name,
    input,
    operation: {
      kind: 'conv',
      name: node.name,
      input: 'x',
      output: 'y',
      geometry,
      weights,
      bias,
      multiplier,
      shift: 32,
      clampLow: -128,
      clampHigh: 127,
      // Another one for each case: padding must read it, not zero.
      inputZeroPoint: ((seed * 37) % 256) - 128,
    },
  };
}

/** The file that conv_table.c reads. */
export function caseFile(cases: readonly ConvCase[]): Uint8Array {
  const words = cases.flatMap(({ operation: { geometry: g, inputZeroPoint } }) => [
    ...[g.inputHeight, g.inputWidth, g.inputChannels],
    ...[g.outputHeight, g.outputWidth, g.outputChannels],
    ...[g.kernelHeight, g.kernelWidth, g.strideHeight, g.strideWidth],
    ...[g.dilationHeight, g.dilationWidth, g.padTop, g.padLeft, g.groups],
    inputZeroPoint,
  ]);
  return new Uint8Array(Int32Array.from(words).buffer);
}

/** The interpreter's output. */
export function referenceOutput({ operation, input }: ConvCase): Int8Array {
  const { outputWidth, outputChannels } = operation.geometry;
  const output = new Int8Array(outputWidth * outputChannels);
  convKernel.run(operation, {
    values: (name) => (name === 'x' ? input : output),
    saturate: () => undefined,
  });
  return output;
}

/** FNV-1a, 32 bits, on bytes. */
export function checksum(output: Int8Array): number {
  return output.reduce(
    (hash, value) => Math.imul(hash ^ (value & 255), 0x01000193) >>> 0,
    0x811c9dc5,
  );
}

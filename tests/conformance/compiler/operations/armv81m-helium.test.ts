import { describe, expect, it } from 'vitest';
import type { ConvOperation } from '../../../../codegen/integer/conv.js';
import { convCases } from '../conv-table/conv-table.js';
import { checkOperations, geometry2d, shapeOf } from './check-operations.js';
import { OperationProgram } from './operation-program.js';

const check = (
  name: string,
  operations: OperationProgram,
): Promise<Readonly<Record<string, number>>> =>
  checkOperations({ name, target: 'mps3-an547', backend: 'armv81m-helium' }, operations);

/** The roundings of networks: one factor, ReLU6, scales of TFLite's with shifts by channel (one below 32), dead channels. */
function rounded<Conv extends Omit<ConvOperation, 'input' | 'output'>>(
  conv: Conv,
  kind: number,
): Conv {
  const channels = conv.geometry.outputChannels;
  const each = conv.weights.length / channels;
  switch (kind % 4) {
    case 0:
      return conv;
    case 1:
      return { ...conv, clampLow: -100, clampHigh: 90, outputOffset: -3 };
    case 2:
      return {
        ...conv,
        shift: 36,
        multiplier: conv.multiplier.map((m) => Math.min(2 ** 31 - 1, m * 16)),
      };
    default: {
      const channelShift = Uint8Array.from({ length: channels }, (_, c) => 31 + (c % 5));
      const multiplier = conv.multiplier.map((m, c) =>
        Math.min(2 ** 31 - 1, Math.round(m * 2 ** ((channelShift[c] ?? 0) - 32))),
      );
      const dead = channels - 1;
      const weights = conv.weights.map((w, i) => (Math.floor(i / each) === dead ? 0 : w));
      const bias = conv.bias.map((b, c) => (c === dead ? -(2 ** 30) : b));
      return { ...conv, weights, bias, multiplier, channelShift, outputOffset: -128 };
    }
  }
}

/** Every eleventh combination of the table: a number that is no factor of any axis. */
const SAMPLED = 11;

describe('kernels for Helium against the interpreter', () => {
  it('one-dimensional convolutions of the table', async () => {
    const operations = new OperationProgram(1);
    convCases().forEach(({ name, geometry }, index) => {
      if (geometry.inputHeight > 1 || index % SAMPLED !== 0) return;
      const { input, output } = shapeOf(geometry);
      operations.add({
        ...rounded(operations.convolution(name, geometry, 60), index),
        input: operations.noise(input),
        output: operations.tensor('int8', output),
      });
    });
    const counts = await check('table', operations);
    for (const kernel of ['conv_direct', 'depthwise_runs']) {
      expect(counts[`iso_helium_${kernel}.c`], kernel).toBeGreaterThan(20);
    }
  }, 300_000);

  it('two-dimensional convolutions', async () => {
    const operations = new OperationProgram(2);
    let index = 0;
    for (const kernel of [
      [1, 1],
      [3, 3],
      [2, 3],
      [5, 1],
      [1, 4],
    ] as const)
      for (const strides of [
        [1, 1],
        [2, 1],
        [2, 2],
        [1, 3],
      ] as const)
        for (const channels of [
          [3, 8],
          [4, 5],
          [24, 6],
          [16, 7],
          [40, 4],
          [132, 3],
        ] as const)
          for (const padding of [{ auto_pad: 'SAME_UPPER' }, { pads: [1, 0, 0, 2] }, {}]) {
            const g = geometry2d(channels, [7, 9], kernel, { strides, ...padding });
            const { input, output } = shapeOf(g);
            index += 1;
            // All of them do not fit the emulated machine's memory; 7 is no factor of any axis.
            if (index % 7 > 1) continue;
            operations.add({
              ...rounded(operations.convolution(`${index} ${JSON.stringify(g)}`, g, 60), index),
              input: operations.noise(input),
              output: operations.tensor('int8', output),
            });
          }
    const counts = await check('two-dimensional', operations);
    expect(counts['iso_helium_conv_direct.c']).toBeGreaterThan(50);
    expect(counts['iso_helium_conv_rows.c']).toBeGreaterThan(3);
  }, 300_000);

  it('depthwise convolutions: blocks of channels, positions side by side, tails', async () => {
    const operations = new OperationProgram(4);
    let index = 0;
    for (const channels of [1, 4, 5, 8, 12, 16, 20, 48])
      for (const kernel of [
        [1, 1],
        [3, 3],
        [2, 1],
        [1, 5],
        [1, 9],
        [3, 4],
      ] as const)
        for (const strides of [
          [1, 1],
          [2, 2],
          [1, 8],
        ] as const)
          for (const padding of [{ auto_pad: 'SAME_UPPER' }, { pads: [2, 1, 1, 2] }]) {
            index += 1;
            if (index % 5 > 2) continue;
            const g = geometry2d([channels, channels], [6, 19], kernel, {
              strides,
              group: channels,
              dilations: index % 4 === 0 ? [2, 2] : [1, 1],
              ...padding,
            });
            const { input, output } = shapeOf(g);
            operations.add({
              ...rounded(operations.convolution(`${index} ${JSON.stringify(g)}`, g, 60), index),
              input: operations.noise(input),
              output: operations.tensor('int8', output),
            });
          }
    const counts = await check('depthwise', operations);
    expect(counts['iso_helium_depthwise_runs.c']).toBeGreaterThan(80);
    expect(counts['iso_helium_depthwise.c']).toBeGreaterThan(20);
  }, 300_000);

  it('convolutions of int16 signals, and to them', async () => {
    const operations = new OperationProgram(6);
    let index = 0;
    for (const [height, kernel] of [
      [1, [1, 1]],
      [1, [1, 3]],
      [1, [1, 7]],
      [6, [3, 3]],
    ] as const)
      for (const strides of [
        [1, 1],
        [1, 2],
        [1, 3],
      ] as const)
        for (const channels of [
          [2, 3],
          [12, 8],
          [3, 4],
          [24, 6],
          [32, 12],
          [40, 4],
        ] as const)
          for (const padding of [{ auto_pad: 'SAME_UPPER' }, { pads: [1, 0, 0, 2] }]) {
            const g = geometry2d(channels, [height, 17], kernel, { strides, ...padding });
            const { input, output } = shapeOf(g);
            index += 1;
            if (index % 5 > 2) continue;
            const taps = kernel[0] * kernel[1] * channels[0];
            const reach = Math.min(32_767, Math.floor(2 ** 30 / (127 * taps)));
            const toWide = index % 2 === 0;
            const conv = operations.convolution(`wide ${index}`, g, 60);
            const factor = (toWide ? 400 : 1) / (reach / 74);
            operations.add({
              ...rounded(
                {
                  ...conv,
                  multiplier: conv.multiplier.map((m) => Math.max(1, Math.round(m * factor))),
                },
                toWide ? 0 : index,
              ),
              ...(toWide ? { clampLow: -25_000, clampHigh: 32_767 } : {}),
              input:
                index % 3 === 0 && toWide
                  ? operations.noise(input)
                  : operations.wideNoise(input, 'forward', reach),
              inputZeroPoint: 0,
              output: operations.tensor(toWide ? 'int16' : 'int8', output),
            });
          }
    const counts = await check('wide', operations);
    expect(counts['iso_helium_conv_direct.c']).toBeGreaterThan(60);
  }, 300_000);

  it('dense layers to int8 and int16, sign maps and means', async () => {
    const operations = new OperationProgram(5);
    let index = 0;
    for (const size of [
      [1, 1],
      [3, 2],
    ] as const)
      for (const inputs of [1, 8, 16, 21, 48, 64, 80])
        for (const outputs of [1, 5, 8, 17]) {
          index += 1;
          const g = geometry2d([inputs, outputs], size, size, {});
          const { input, output } = shapeOf(g);
          const wide = index % 3 === 0;
          const dense = operations.convolution(`dense ${index}`, g, wide ? 9000 : 60);
          operations.add({
            ...(wide ? { ...dense, clampLow: -20_000, clampHigh: 18_000 } : rounded(dense, index)),
            input: operations.noise(input),
            output: operations.tensor(wide ? 'int16' : 'int8', output),
          });
        }
    for (const elements of [3, 8, 16, 27, 80, 161]) {
      for (const input of [
        operations.noise([1, 1, elements]),
        operations.wideNoise([1, 1, elements], 'forward', 32_767),
      ]) {
        operations.add({
          kind: 'packSigns',
          name: `signs of ${input}`,
          input,
          output: operations.tensor('bits', [1, 1, elements]),
          elements,
          zeroPoint: operations.tensors.get(input)?.type === 'int16' ? 0 : operations.int8(),
        });
      }
    }
    for (const [positions, channels] of [
      [1, 3],
      [31, 16],
      [255, 8],
      [600, 13],
    ] as const) {
      operations.add({
        kind: 'averagePool',
        name: `mean of ${positions}`,
        input: operations.noise([1, positions, channels]),
        output: operations.tensor('int8', [1, 1, channels]),
        positions,
        channels,
        bias: operations.below(2000) - 1000,
        multiplier: Math.round((2 ** 32 / positions) * 0.3),
        shift: 32,
        clampLow: -100,
        clampHigh: 90,
      });
    }
    const counts = await check('dense', operations);
    expect(counts['iso_helium_dense.c']).toBeGreaterThan(45);
    expect(counts['iso_helium_pack_signs.c']).toBe(6);
    expect(counts['iso_helium_pack_signs_int16.c']).toBe(6);
    expect(counts['iso_helium_average_pool.c']).toBe(4);
  }, 300_000);

  it('gradients, masked and not, some saturating', async () => {
    const operations = new OperationProgram(3);
    let index = 0;
    for (const kernel of [1, 2, 3, 5, 7, 9])
      for (const stride of [1, 2, 3])
        for (const width of [16, 17, 150])
          for (const channels of [
            [4, 2],
            [8, 6],
            [12, 16],
            [34, 9],
            [5, 3],
          ] as const)
            for (const padding of [{ auto_pad: 'SAME_UPPER' }, { pads: [0, 1, 0, 3] }, {}]) {
              if (width === 150 && (kernel + stride + channels[0]) % 4 !== 0) continue;
              index += 1;
              if (index % 7 > 1) continue;
              const g = geometry2d(channels, [1, width], [1, kernel], {
                strides: [1, stride],
                ...padding,
              });
              operations.addGradient(`gradient ${index}`, g, index % 2 === 0);
            }
    const counts = await check('gradients', operations);
    expect(counts['iso_helium_gradient.c']).toBeGreaterThan(60);
  }, 300_000);

  it('gradients of depthwise convolutions', async () => {
    const operations = new OperationProgram(7);
    let index = 0;
    for (const channels of [8, 24])
      for (const kernel of [
        [1, 5],
        [3, 3],
        [1, 12],
      ] as const)
        for (const strides of [
          [1, 1],
          [2, 2],
        ] as const)
          for (const padding of [{ auto_pad: 'SAME_UPPER' }, { pads: [1, 0, 2, 3] }]) {
            index += 1;
            const attributes = { strides, group: channels, ...padding };
            const g = geometry2d([channels, channels], [5, 13], kernel, attributes);
            operations.addGradient(`depthwise ${index}`, g, index % 2 === 0);
          }
    const counts = await check('depthwise-gradients', operations);
    expect(counts['iso_helium_depthwise_gradient.c']).toBe(24);
  }, 300_000);
});

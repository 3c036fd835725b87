import { describe, expect, it } from 'vitest';
import type { ConvGeometry } from '../../../../codegen/operators/conv-geometry.js';
import { convCases } from '../conv-table/conv-table.js';
import { checkOperations, geometry2d, shapeOf } from './check-operations.js';
import { OperationProgram } from './operation-program.js';

const check = (
  name: string,
  operations: OperationProgram,
): Promise<Readonly<Record<string, number>>> =>
  checkOperations({ name, target: 'mps2-an386', backend: 'armv7em-dsp' }, operations);

/** A share of the table's combinations, coprime to the length of every axis. */
const SAMPLED = 23;

describe('kernels of the DSP extension against the interpreter', () => {
  it('one-dimensional convolutions of the table', async () => {
    const operations = new OperationProgram(1);
    convCases().forEach(({ name, geometry }, index) => {
      if (geometry.inputHeight > 1 || index % SAMPLED !== 0) return;
      const { input, output } = shapeOf(geometry);
      operations.add({
        ...operations.convolution(name, geometry, 60),
        input: operations.noise(input),
        output: operations.tensor('int8', output),
      });
    });
    const counts = await check('table', operations);
    expect(counts['iso_dsp_conv.c']).toBeGreaterThan(80);
    expect(counts['iso_dsp_depthwise.c']).toBeGreaterThan(30);
  }, 300_000);

  it('two-dimensional convolutions', async () => {
    const operations = new OperationProgram(2);
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
          [8, 6],
          [16, 7],
          [1, 4],
        ] as const)
          for (const padding of [{ auto_pad: 'SAME_UPPER' }, { pads: [1, 0, 0, 2] }, {}]) {
            const g = geometry2d(channels, [7, 9], kernel, { strides, ...padding });
            const { input, output } = shapeOf(g);
            operations.add({
              ...operations.convolution(`${operations.tensors.size} ${JSON.stringify(g)}`, g, 60),
              ...(operations.tensors.size % 4 < 2 ? {} : operations.ownScales(g)),
              input: operations.noise(input),
              output: operations.tensor('int8', output),
            });
          }
    const counts = await check('two-dimensional', operations);
    expect(counts['iso_dsp_conv.c']).toBe(300);
  }, 300_000);

  it('Winograd products, every length and padding around whole tiles', async () => {
    const operations = new OperationProgram(6);
    for (const kernel of [5, 7])
      for (const width of [9, 10, 11, 12, 13, 14, 15, 16, 33])
        for (const channels of [
          [4, 2],
          [12, 6],
          [48, 10],
        ] as const)
          for (const padding of [{ auto_pad: 'SAME_UPPER' }, { pads: [0, 1, 0, 5] }, {}]) {
            const g = geometry2d(channels, [1, width], [1, kernel], {
              strides: [1, 2],
              ...padding,
            });
            const name = `${operations.tensors.size} ${JSON.stringify(g)}`;
            operations.add({
              ...operations.convolution(name, g, 60),
              ...(width % 2 === 0 ? {} : operations.ownScales(g)),
              input: operations.noise(shapeOf(g).input),
              output: operations.tensor('int8', shapeOf(g).output),
            });
          }
    const counts = await check('winograd', operations);
    expect(counts['iso_dsp_winograd.c']).toBe(162);
  }, 300_000);

  it('dense layers', async () => {
    const operations = new OperationProgram(4);
    for (const inputs of [1, 4, 7, 8, 31, 64, 200])
      for (const outputs of [1, 2, 5, 16]) {
        const g = geometry2d([inputs, outputs], [1, 1], [1, 1], {});
        operations.add({
          ...operations.convolution(`${inputs} to ${outputs}`, g, 60),
          ...(outputs % 2 === 0 ? {} : operations.ownScales(g)),
          input: operations.noise([1, 1, inputs]),
          output: operations.tensor('int8', [1, 1, outputs]),
        });
      }
    const counts = await check('dense', operations);
    expect(counts['iso_dsp_dense.c']).toBe(28);
  }, 300_000);

  it('convolutions of int16 signals, to int8 and to int16', async () => {
    const operations = new OperationProgram(7);
    let index = 0;
    const add = (g: ConvGeometry): void => {
      index += 1;
      // A share of all combinations, coprime to every axis.
      if (index % 11 !== 0) return;
      const { input, output } = shapeOf(g);
      const wide = index % 2 === 0;
      const own = index % 3 === 0;
      const base = {
        ...operations.convolution(`int16 ${index} ${JSON.stringify(g)}`, g, 60),
        ...(own ? operations.ownScales(g) : {}),
      };
      // Codes reach ±12,000 in place of ±128: seven bits fewer, or one more than a bit too many.
      const shift = wide ? 0 : 7;
      operations.add({
        ...base,
        shift: base.shift + shift,
        ...(base.channelShift === undefined
          ? {}
          : { channelShift: base.channelShift.map((by) => by + shift) }),
        ...(wide ? { clampLow: own ? 0 : -9000, clampHigh: own ? 7000 : 32_767 } : {}),
        inputZeroPoint: 0,
        input: operations.wideNoise(input, 'forward', 20_000),
        output: operations.tensor(wide ? 'int16' : 'int8', output),
      });
    };
    for (const kernel of [1, 2, 3, 5, 7, 16])
      for (const stride of [1, 2, 3])
        for (const width of [3, 17, 100])
          for (const channels of [
            [12, 16],
            [8, 10],
            [2, 4],
            [6, 6],
            [4, 5],
            [3, 8],
            [16, 2],
          ] as const)
            for (const padding of [
              { auto_pad: 'SAME_UPPER' },
              { pads: [0, 1, 0, 13] },
              { pads: [0, 19, 0, 20] },
            ]) {
              if (width === 100 && (kernel + stride + channels[0]) % 4 !== 0) continue;
              const strides = [1, stride];
              add(geometry2d(channels, [1, width], [1, kernel], { strides, ...padding }));
            }
    for (const kernel of [
      [3, 3],
      [2, 3],
      [1, 1],
    ] as const)
      for (const strides of [
        [1, 1],
        [2, 1],
        [3, 2],
      ] as const)
        for (const channels of [
          [4, 8],
          [6, 10],
        ] as const)
          for (const more of [
            { auto_pad: 'SAME_UPPER' },
            { pads: [4, 0, 5, 2] },
            { dilations: [2, 1] },
          ]) {
            add(geometry2d(channels, [5, 7], kernel, { strides, ...more }));
          }
    const counts = await check('int16', operations);
    expect(counts['iso_dsp_conv_int16.c']).toBeGreaterThan(40);
    // int16 is read by nothing else here, and odd channels or fewer than four go to the portable kernel.
    expect(counts['iso_dsp_conv.c']).toBeUndefined();
    expect(counts['other']).toBeGreaterThan(70);
  }, 300_000);

  it('means and sums', async () => {
    const operations = new OperationProgram(5);
    for (const channels of [4, 12])
      for (const positions of [1, 7, 50]) {
        operations.add({
          ...{ kind: 'averagePool', name: `mean ${channels} ${positions}`, channels, positions },
          ...{ bias: operations.int8() * positions, multiplier: 1_900_000_000, shift: 34 },
          ...{ clampLow: -128, clampHigh: 127 },
          input: operations.noise([1, positions, channels]),
          output: operations.tensor('int8', [1, 1, channels]),
        });
        operations.add({
          ...{ kind: 'rescaledAdd', name: `sum ${channels} ${positions}`, channels, positions },
          ...{
            stridesA: { position: channels, channel: 1 },
            stridesB: { position: channels, channel: 1 },
          },
          ...{ offsetA: 128, multiplierA: 1_200_000_000 + channels, shiftA: 31 },
          ...{
            offsetB: operations.int8(),
            multiplierB: 2_100_000_000,
            shiftB: 31 + (positions % 2),
          },
          ...{ multiplier: 1_500_000_000, shift: 50, outputOffset: operations.int8() },
          ...{ clampLow: positions === 7 ? -20 : -128, clampHigh: 127 },
          inputA: operations.noise([1, positions, channels]),
          inputB: operations.noise([1, positions, channels]),
          output: operations.tensor('int8', [1, positions, channels]),
        });
      }
    const counts = await check('elementwise', operations);
    expect(counts['iso_dsp_average_pool.c']).toBe(6);
    expect(counts['iso_dsp_rescaled_add.c']).toBe(6);
  }, 300_000);

  it('gradients, masked and not, some saturating', async () => {
    const operations = new OperationProgram(3);
    let index = 0;
    const add = (g: ConvGeometry): void => {
      index += 1;
      // A share of all combinations, coprime to every axis; what is masked changes within it.
      if (index % 7 !== 0) return;
      operations.addGradient(`gradient ${index}`, g, index % 2 === 0);
    };
    for (const kernel of [1, 2, 3, 5, 7])
      for (const stride of [1, 2, 3])
        for (const width of [16, 17, 300])
          for (const channels of [
            [4, 2],
            [8, 6],
            [12, 16],
            [4, 24],
            [5, 3],
          ] as const)
            for (const padding of [{ auto_pad: 'SAME_UPPER' }, { pads: [0, 1, 0, 3] }, {}]) {
              if (width === 300 && (kernel + stride + channels[0]) % 4 !== 0) continue;
              add(
                geometry2d(channels, [1, width], [1, kernel], { strides: [1, stride], ...padding }),
              );
            }
    for (const kernel of [
      [3, 3],
      [2, 3],
      [1, 1],
    ] as const)
      for (const strides of [
        [1, 1],
        [2, 1],
        [2, 2],
        [3, 2],
      ] as const)
        for (const channels of [
          [4, 8],
          [8, 10],
        ] as const)
          for (const padding of [{ auto_pad: 'SAME_UPPER' }, { pads: [1, 0, 0, 2] }, {}]) {
            add(geometry2d(channels, [5, 7], kernel, { strides, ...padding }));
          }
    const counts = await check('gradients', operations);
    expect(counts['iso_dsp_gradient.c']).toBeGreaterThan(60);
  }, 300_000);

  it('gradients of depthwise convolutions, of those it has no tables for too', async () => {
    const operations = new OperationProgram(8);
    let index = 0;
    for (const kernel of [
      [1, 1],
      [1, 2],
      [1, 5],
      [1, 27],
      [3, 3],
      [5, 5],
    ] as const)
      for (const strides of [
        [1, 1],
        [1, 2],
        [1, 3],
        [2, 2],
      ] as const)
        for (const channels of [4, 12, 5])
          for (const more of [{ auto_pad: 'SAME_UPPER' }, { pads: [1, 30, 0, 2] }]) {
            const rows = kernel[0] === 1 ? 1 : 6;
            const g = geometry2d([channels, channels], [rows, 31], kernel, {
              ...more,
              strides: [rows === 1 ? 1 : strides[0], strides[1]],
              group: channels,
            });
            operations.addGradient(`depthwise ${index}`, g, index % 4 < 2);
            index += 1;
          }
    const counts = await check('depthwise-gradients', operations);
    expect(counts['iso_dsp_depthwise_gradient.c']).toBe(96);
  }, 300_000);
});

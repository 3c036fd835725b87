import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { crc32c } from '../../../host/protocol/crc32c.js';
import { loadBoards, loadBoard } from '../../../host/toolchain/board.js';
import { buildFirmware, buildNative } from '../../../host/toolchain/build-firmware.js';
import {
  instructionsOf,
  runVectorsNatively,
  runVectorsOnBoard,
} from '../../../host/toolchain/run-vectors.js';
import {
  CLASS_OF_WINNER,
  type VectorsRequest,
  type VectorsResults,
} from '../../../host/toolchain/vectors.js';
import { NETWORK } from './fixture-network.js';

const out = (name: string): string =>
  join(packageRoot(), 'build', 'test', 'emulator', `vectors-${name}`);
const VALUES = 12_000;

/** Seeded noise; the extremes of int8 in the first two. */
function vectors(count: number): VectorsRequest['vectors'] {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16) & 255;
  };
  return Array.from({ length: count }, (_, index) => ({
    classIndex: index % 3 === 2 ? CLASS_OF_WINNER : index % 2,
    input: Int8Array.from({ length: VALUES }, () =>
      index === 0 ? -128 : index === 1 ? 127 : next() - 128,
    ),
  }));
}

/** Everything but the times. */
const answers = ({ results }: VectorsResults): unknown =>
  results.map((result) => ({ ...result, forwardTicks: 0, explainTicks: 0 }));

const request: VectorsRequest = { vectors: vectors(6), observeLayers: true, fullGradients: 2 };
let native: VectorsResults;
let programPath = '';
beforeAll(async () => {
  ({ programPath } = await buildNative({ networkDir: NETWORK, outDir: out('native') }));
  native = await runVectorsNatively({ programPath, request });
});

const elfFor = async (name: string): Promise<string> =>
  (
    await buildFirmware({
      board: await loadBoard(name),
      networkDir: NETWORK,
      image: 'vectors',
      frontEnd: 'semihost',
      outDir: out(name),
    })
  ).elfPath;

describe('the vectors program', () => {
  it('computes what the fixture network is', () => {
    for (const [index, { input, classIndex }] of request.vectors.entries()) {
      const sums = [0, 0];
      for (const [i, value] of input.entries()) {
        const of = i % 12 < 6 ? 0 : 1;
        sums[of] = (sums[of] ?? 0) + value;
      }
      const logits = Int16Array.from(sums, (sum) => sum >> 6);
      const explained =
        classIndex === CLASS_OF_WINNER ? ((logits[1] ?? 0) > (logits[0] ?? 0) ? 1 : 0) : classIndex;
      const gradient = Int16Array.from({ length: VALUES }, (_, i) =>
        Number(i % 12 >= 6) === explained ? 100 + (i % 12) : 0,
      );
      const crc = (values: Int16Array): number => crc32c(new Uint8Array(values.buffer));
      const result = native.results[index];
      expect(result).toMatchObject({
        logits,
        explainedClass: explained,
        layerCrcs: Uint32Array.of(crc(logits), crc(gradient)),
        gradientCrc: crc(gradient),
        saturations: 1,
      });
      expect(result?.gradient).toEqual(index < 2 ? gradient : undefined);
    }
  });

  it('gives the same on every emulated core as on this machine', async () => {
    for (const board of await loadBoards()) {
      // The aarch64 targets of `validate` are the same program under Linux (tests/conformance/compiler/targets.test.ts).
      if (board.system === 'linux' || board.runner === undefined) continue;
      const { name } = board;
      const elfPath = await elfFor(name);
      const found = await runVectorsOnBoard({ board, elfPath, request, timeoutMs: 60_000 });
      expect(answers(found), name).toEqual(answers(native));
      expect(found.stackHighWaterBytes, name).toBeGreaterThan(64);
    }
  }, 300_000);

  it('counts instructions: two runs agree to about one', async () => {
    const board = await loadBoard('mps2-an386');
    const elfPath = await elfFor(board.name);
    const counted = { ...request, observeLayers: false };
    const run = (): Promise<VectorsResults> =>
      runVectorsOnBoard({
        board,
        elfPath,
        request: counted,
        countInstructions: true,
        timeoutMs: 60_000,
      });
    const [one, two] = [await run(), await run()];
    expect(answers(one)).toEqual(answers(two));
    for (const [index, result] of one.results.entries()) {
      // A tick is 5/8 of an instruction: the counter's phase alone moves a span by one or two.
      const other = two.results[index];
      expect(Math.abs(result.forwardTicks - (other?.forwardTicks ?? 0))).toBeLessThanOrEqual(2);
      expect(Math.abs(result.explainTicks - (other?.explainTicks ?? 0))).toBeLessThanOrEqual(2);
    }
    const ticks = one.results[0]?.forwardTicks ?? 0;
    // 12,000 additions in a compiled loop: a handful of instructions each.
    expect(instructionsOf(ticks, one.ticksPerSecond) / VALUES).toBeGreaterThan(2);
    expect(instructionsOf(ticks, one.ticksPerSecond) / VALUES).toBeLessThan(30);
  });

  it('refuses vectors that are not for its network, on the board and natively', async () => {
    const wrong: VectorsRequest = {
      vectors: [{ input: new Int8Array(10), classIndex: 0 }],
      observeLayers: false,
      fullGradients: 0,
    };
    const error = {
      code: 'VECTORS_FAILED',
      message: expect.stringContaining('not for this network') as string,
    };
    await expect(runVectorsNatively({ programPath, request: wrong })).rejects.toMatchObject(error);
    const board = await loadBoard('mps2-an386');
    const elfPath = await elfFor(board.name);
    await expect(
      runVectorsOnBoard({ board, elfPath, request: wrong, timeoutMs: 60_000 }),
    ).rejects.toMatchObject(error);
    const unknownClass = { ...wrong, vectors: [{ input: new Int8Array(VALUES), classIndex: 2 }] };
    await expect(runVectorsNatively({ programPath, request: unknownClass })).rejects.toMatchObject(
      error,
    );
  });
});

it('the linker map of the image names no folder of this machine', async () => {
  const elf = await readFile(await elfFor('mps2-an386'), 'latin1');
  expect(elf.includes(packageRoot())).toBe(false);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { referenceNetwork } from '../../codegen/testing/reference-networks.js';
import { compileTrial } from '../../codegen/testing/trial.js';
import { runToExit } from '../flash/qemu.js';
import { loadBareMetalBoard } from '../toolchain/board.js';
import { buildFirmware } from '../toolchain/build-firmware.js';
import { instructionsOf } from '../toolchain/run-vectors.js';
import { writeNetwork } from '../toolchain/write-network.js';
import { boardTarget } from '../validate/targets.js';
import { modelOf } from './core-model.js';
import { costOfBlocks, type Cost } from './cycles.js';
import { disassemble } from './disassembly.js';
import { executedBlocks, type CachedFlash } from './executed-blocks.js';
import { boardCost, selfTestVector } from './network-cost.js';
import { profileNetwork } from './profile.js';
import { profileHtml } from './html.js';
import { profileText } from './text.js';

const fixture = 'tests/end-to-end/emulator/fixtures/counted-loop/counted_loop.S';
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isochrone-profile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('executed blocks', () => {
  it('are those of a loop counted by hand', async () => {
    const board = await loadBareMetalBoard('mps2-an386');
    const { elfPath } = await buildFirmware({
      board,
      image: { name: 'counted-loop', sources: [join(packageRoot(), fixture)] },
      networkDir: '',
      frontEnd: 'semihost',
      outDir: folder,
    });
    const image = await disassemble(elfPath, board.compiler.prefix);
    const run = (plugin: string): Promise<unknown> =>
      runToExit({
        board,
        elfPath,
        semihosting: { args: [] },
        extraArgs: ['-plugin', plugin],
        timeoutMs: 30_000,
      });
    const costs = async (waitStates: number, flash?: CachedFlash): Promise<readonly Cost[]> => {
      const { layers, rest } = await executedBlocks(image, run, flash);
      return [...layers, rest.forward].map((executed) => {
        const model = modelOf('cortex-m4');
        const { instructions, cycles } = costOfBlocks(executed, image, model, waitStates);
        return { instructions, ...(cycles === undefined ? {} : { cycles }) };
      });
    };
    const byHand = [
      // push of two 3, movs 1, ten rounds of 2 with nine jumps of 2, bl 1 and its jump 2.
      { instructions: 23, cycles: 3 + 1 + 10 * 2 + 9 * 2 + 3 },
      // movs, adr; a load of an address just computed 3, five loads 2; six rounds of four more; 3 with nop, 3 with a jump;
      // five jumps back; bl.
      { instructions: 2 + 30 + 3 + 1, cycles: 2 + 3 + 10 + 6 * 4 + 3 + 3 * 2 + 5 * 2 + 3 },
      // pop of two, with a jump.
      { instructions: 1, cycles: 3 + 2 },
    ];
    expect(await costs(7)).toEqual(byHand);
    // The call of the network fetches one line that was not there; the table has three.
    const flash = {
      first: 0,
      bytes: 0x80000,
      cache: {
        lineBytes: 16,
        instructions: { sets: 1, ways: 64 },
        data: { sets: 1, ways: 8 },
      },
    };
    const waited = [1 * 7, 3 * 7, 0];
    expect(await costs(7, flash)).toEqual(
      byHand.map(({ instructions, cycles }, index) => ({
        instructions,
        cycles: cycles + (waited[index] ?? 0),
      })),
    );
    // With one line, the one behind the first call of the hook has gone: the return to it waits, and the loop does not.
    const small = { ...flash, cache: { ...flash.cache, instructions: { sets: 1, ways: 1 } } };
    const [, second] = await costs(1, small);
    expect(second?.cycles).toBe((byHand[1]?.cycles ?? 0) + 3 + 1);
  });

  it("are as many instructions as the emulator's own count, layer by layer", async () => {
    const board = await loadBareMetalBoard('mps3-an547');
    const target = boardTarget(board);
    const network = compileTrial(referenceNetwork('ds'), {
      target: { backend: target.backend, optimize: 'balanced' },
    });
    const networkDir = join(folder, 'network');
    writeNetwork(network, networkDir);
    const built = await target.build(networkDir, join(folder, 'ds'));
    const vector = selfTestVector(network);
    const { layers } = await boardCost(built.image, network.program, vector);
    const timed = await built.run(
      { vectors: [vector], observeLayers: true, timeLayers: true, fullGradients: 0 },
      { countInstructions: true },
    );
    const counted = Array.from(timed.results[0]?.layerTicks ?? [], (ticks) =>
      instructionsOf(ticks, timed.ticksPerSecond),
    );
    expect(layers).toHaveLength(network.program.operations.length);
    // Between the two readings of the clock there are 13 to 18 instructions of the hook, and not of the layer.
    layers.forEach(({ instructions }, index) => {
      const hook = (counted[index] ?? 0) - instructions;
      expect(hook).toBeGreaterThanOrEqual(10);
      expect(hook).toBeLessThanOrEqual(20);
    });

    const report = await profileNetwork(network, built.image, {
      clockHz: 32e6,
      waitStates: 0,
      hottest: 2,
    });
    expect(report.forward.cycles).toBeGreaterThan(report.forward.instructions);
    expect(report.layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 3);
    expect(report.hot).toHaveLength(2);
    expect(profileText(report)).toContain('iso_helium');
    expect(profileHtml(report)).toContain('<h2>Hot code</h2>');
  });
});

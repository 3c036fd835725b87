import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { referenceNetwork } from '../../codegen/testing/reference-networks.js';
import { compileTrial } from '../../codegen/testing/trial.js';
import { runToExit } from '../flash/qemu.js';
import { loadBoard } from '../toolchain/board.js';
import { buildFirmware } from '../toolchain/build-firmware.js';
import { instructionsOf } from '../toolchain/run-vectors.js';
import { writeNetwork } from '../toolchain/write-network.js';
import { boardTarget } from '../validate/targets.js';
import { modelOf } from './core-model.js';
import { costOfBlocks } from './cycles.js';
import { disassemble } from './disassembly.js';
import { executedBlocks } from './executed-blocks.js';
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
    const board = await loadBoard('mps2-an386');
    const { elfPath } = await buildFirmware({
      board,
      image: { name: 'counted-loop', sources: [join(packageRoot(), fixture)] },
      networkDir: '',
      frontEnd: 'semihost',
      outDir: folder,
    });
    const image = await disassemble(elfPath, board.compiler.prefix);
    const executed = await executedBlocks(image, (plugin) =>
      runToExit({
        board,
        elfPath,
        semihosting: { args: [] },
        extraArgs: ['-plugin', plugin],
        timeoutMs: 30_000,
      }),
    );
    const model = modelOf('cortex-m4');
    const costs = [...executed.layers, executed.rest.forward].map((blocks) => {
      const { instructions, cycles } = costOfBlocks(blocks, image, model);
      return { instructions, cycles };
    });
    expect(costs).toEqual([
      // push of two 3, movs 1, ten rounds of 2 with nine jumps of 2, bl 1 and its jump 2.
      { instructions: 23, cycles: 3 + 1 + 10 * 2 + 9 * 2 + 3 },
      // movs 1; six rounds of tst, beq, subs, bne; 3 odd ones with nop, 3 even ones with a jump; five jumps back; bl.
      { instructions: 1 + 24 + 3 + 1, cycles: 1 + 24 + 3 + 3 * 2 + 5 * 2 + 3 },
      // pop of two, with a jump.
      { instructions: 1, cycles: 3 + 2 },
    ]);
  });

  it("are as many instructions as the emulator's own count, layer by layer", async () => {
    const board = await loadBoard('mps3-an547');
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

    const report = await profileNetwork(network, built.image, { clockHz: 32e6, hottest: 2 });
    expect(report.forward.cycles).toBeGreaterThan(report.forward.instructions);
    expect(report.layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 3);
    expect(report.hot).toHaveLength(2);
    expect(profileText(report)).toContain('iso_helium');
    expect(profileHtml(report)).toContain('<h2>Hot code</h2>');
  });
});

/** `isochrone profile MODEL --board B`: instructions and estimated cycles of each layer, and the hottest code. */
import { join, resolve } from 'node:path';
import type { Leads } from '../../codegen/compile.js';
import type { ChosenMethod } from '../../codegen/explain/methods.js';
import type { Optimize } from '../../codegen/emit/backend.js';
import type { BackendName } from '../../codegen/emit/backends.js';
import type { Precision } from '../../codegen/quantize/precision.js';
import { profileHtml } from '../profile/html.js';
import { profileNetwork } from '../profile/profile.js';
import { profileText } from '../profile/text.js';
import { backendOf, loadBareMetalBoard } from '../toolchain/board.js';
import { writeWhole } from '../toolchain/write-network.js';
import { boardTarget, targetFolder } from '../validate/targets.js';
import { leadsOptions, withFittingLeads } from './leads-that-fit.js';
import { generateNetwork, explainOptions, widthOptions } from './network.js';
import { progress } from './progress.js';

export interface ProfileCommand {
  readonly board: string;
  readonly explain: readonly ChosenMethod[];
  /** Left out, the memory decides. */
  readonly leads?: Leads;
  readonly precision?: Precision;
  readonly ram?: number;
  readonly optimize: Optimize;
  /** Instead of what the board's core asks for. */
  readonly backend?: BackendName;
  /** Of the core, instead of the board's. */
  readonly clockMhz?: number;
  readonly waitStates: number;
  readonly hot: number;
  readonly html?: string;
  readonly json: boolean;
}

/** @throws IsochroneError BOARD_*, MODEL_*, FIRMWARE_*, PROFILE_*, EMULATOR_* */
export async function runProfile(model: string, options: ProfileCommand): Promise<void> {
  const board = await loadBareMetalBoard(options.board);
  const steps = 3;
  const bar = progress('profile');
  bar.update(0, steps, 'compile');
  const backend = options.backend ?? backendOf(board);
  const network = generateNetwork(
    model,
    undefined,
    withFittingLeads(
      model,
      {
        ...explainOptions(options.explain),
        ...leadsOptions(options),
        ...widthOptions(options),
        target: { backend, optimize: options.optimize },
      },
      options.ram ?? board.modelArenaBytes,
    ),
  );
  bar.update(1, steps, 'build');
  const target = boardTarget(board, backend);
  const folder = targetFolder(join(network.folder, 'profile'), target);
  const { image } = await target.build(network.folder, folder);
  bar.update(2, steps, 'run');
  const report = await profileNetwork(network.compiled, image, {
    clockHz: options.clockMhz === undefined ? board.coreClockHz : options.clockMhz * 1e6,
    waitStates: options.waitStates,
    hottest: options.hot,
  });
  const { cycles, instructions } = report.forward;
  bar.finish(
    cycles === undefined
      ? `${instructions} instructions`
      : `${instructions} instructions, about ${cycles} cycles`,
  );
  if (options.html !== undefined) writeWhole(resolve(options.html), profileHtml(report));
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : profileText(report));
}

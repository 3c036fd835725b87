/** `isochrone profile`: where a network's time goes on a board, by layer and in its hottest code. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import type { BackendName } from '../../codegen/emit/backends.js';
import type { Board } from '../toolchain/board.js';
import { layerReports } from '../validate/validate.js';
import type { BoardImage } from '../validate/targets.js';
import type { Cost } from './cycles.js';
import { hotCode, type HotCode } from './hot-code.js';
import { boardCost, selfTestVector } from './network-cost.js';

export interface CostReport extends Cost {
  readonly multiplyAccumulates: number;
  /** Absent where nothing is multiplied. */
  readonly instructionsPerMac?: number;
  readonly cyclesPerMac?: number;
  /** At the board's clock; absent without cycles. */
  readonly milliseconds?: number;
}

export interface ProfiledLayer extends CostReport {
  readonly index: number;
  readonly pass: 'forward' | 'explanation';
  readonly kind: string;
  readonly name: string;
  /** Source file of its kernel. */
  readonly kernel: string;
  /** Of both passes together: of their cycles, or of their instructions where there are no cycles. */
  readonly share: number;
}

export interface ProfileReport {
  readonly network: string;
  readonly board: string;
  readonly core: Board['core']['name'];
  readonly backend: BackendName;
  readonly clockHz: number;
  /** Of the flash. */
  readonly waitStates: number;
  /** What the cycles are estimated by; absent where the core has no model and none are estimated. */
  readonly basis?: string;
  readonly forward: CostReport;
  readonly explanation: CostReport;
  readonly layers: readonly ProfiledLayer[];
  /** The code that takes most, hottest first. */
  readonly hot: readonly HotCode[];
}

export interface ProfileOptions {
  /** The core's. */
  readonly clockHz: number;
  /** Of the flash, behind the caches that the model names. */
  readonly waitStates: number;
  /** How many pieces of code to show. */
  readonly hottest: number;
}

/** @throws IsochroneError PROFILE_*, and what running throws (EMULATOR_*, VECTORS_*) */
export async function profileNetwork(
  network: CompiledNetwork,
  image: BoardImage,
  { clockHz, waitStates, hottest }: ProfileOptions,
): Promise<ProfileReport> {
  const { program } = network;
  const cost = await boardCost(image, program, selfTestVector(network), { waitStates });
  const weigh = ({ cycles, instructions }: Cost): number => cycles ?? instructions;
  const whole = weigh(cost.forward) + weigh(cost.explanation);
  const layers = layerReports(network).map((layer, index) => {
    const own = cost.layers[index] ?? { instructions: 0 };
    return {
      index,
      pass: layer.pass,
      kind: layer.kind,
      name: layer.name,
      kernel: network.kernels[index]?.file ?? '',
      ...costReport(layer.multiplyAccumulates, own, clockHz),
      share: whole === 0 ? 0 : weigh(own) / whole,
    };
  });
  const pass = (name: ProfiledLayer['pass']): CostReport =>
    costReport(
      layers
        .filter((layer) => layer.pass === name)
        .reduce((sum, layer) => sum + layer.multiplyAccumulates, 0),
      cost[name],
      clockHz,
    );
  return {
    network: program.name,
    board: image.board.name,
    core: image.board.core.name,
    backend: network.target.backend,
    clockHz,
    waitStates,
    ...(cost.model === undefined ? {} : { basis: cost.model.basis }),
    forward: pass('forward'),
    explanation: pass('explanation'),
    layers,
    hot: hotCode(cost, whole, hottest),
  };
}

export function costReport(
  multiplyAccumulates: number,
  { instructions, cycles }: Cost,
  clockHz: number,
): CostReport {
  const perMac = (value: number): number => Number((value / multiplyAccumulates).toFixed(3));
  return {
    multiplyAccumulates,
    instructions,
    ...(multiplyAccumulates === 0 ? {} : { instructionsPerMac: perMac(instructions) }),
    ...(cycles === undefined
      ? {}
      : {
          cycles,
          ...(multiplyAccumulates === 0 ? {} : { cyclesPerMac: perMac(cycles) }),
          milliseconds: Number(((cycles * 1e3) / clockHz).toFixed(3)),
        }),
  };
}

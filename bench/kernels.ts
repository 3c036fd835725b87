/**
 * Cost of each layer on one core: instructions (counted by the emulator, exact and the same on every machine), estimated
 * cycles, memory and code. The image that is counted is also compared with the integer interpreter, layer by layer, bit for bit.
 */
import { join } from 'node:path';
import { emitFor, type CompiledNetwork, type Explain } from '../codegen/compile.js';
import type { Optimize } from '../codegen/emit/backend.js';
import type { BackendName } from '../codegen/emit/backends.js';
import { IsochroneError } from '../codegen/errors.js';
import { packageRoot } from '../codegen/package-root.js';
import { REFERENCE_NETWORKS, referenceNetwork } from '../codegen/testing/reference-networks.js';
import { compileTrial } from '../codegen/testing/trial.js';
import { compileModel, readModel } from '../host/cli/network.js';
import type { Cost } from '../host/profile/cycles.js';
import { networkCost, selfTestVector } from '../host/profile/network-cost.js';
import { textTable } from '../host/report/text.js';
import { writeNetwork } from '../host/toolchain/write-network.js';
import { differences, expectedResults } from '../host/validate/bit-exact.js';
import { targetByName } from '../host/validate/targets.js';
import { layerReports } from '../host/validate/validate.js';
import { codeBytes } from './code-bytes.js';
import { buildModel } from './models/model-inputs.js';

/** The emulated machine, or the program, that stands for each core. */
export const CORES = {
  m4: 'mps2-an386',
  m7: 'mps2-an500',
  m55: 'mps3-an547',
  a57: 'aarch64-a57',
  aarch64: 'aarch64',
  host: 'host',
} as const;
export type Core = keyof typeof CORES;

export interface KernelsOptions {
  /** `std`, `ds` or a model file. */
  readonly net: string;
  readonly core: Core;
  readonly optimize: Optimize;
  readonly explain: Explain;
  /** Instead of what the core asks for. */
  readonly backend?: BackendName;
}

interface PassReport {
  readonly multiplyAccumulates: number;
  /** Absent on cores whose instructions are not counted. */
  readonly instructions?: number;
  readonly perMultiplyAccumulate?: number;
  /** Estimated (docs/cycle-model.md); absent on cores without a model. */
  readonly cycles?: number;
  readonly cyclesPerMultiplyAccumulate?: number;
}

export interface KernelsReport {
  readonly network: string;
  readonly core: Core;
  readonly backend: BackendName;
  readonly optimize: Optimize;
  readonly bitExact: boolean;
  /** The first layer that differs. */
  readonly first?: string;
  readonly arenaBytes: number;
  readonly constantBytes: number;
  /** Machine code of network.c without its constants. */
  readonly codeBytes: number;
  readonly forward: PassReport;
  readonly explanation: PassReport;
  readonly layers: readonly (PassReport & {
    readonly index: number;
    readonly pass: 'forward' | 'explanation';
    readonly kind: string;
    readonly name: string;
    /** Source file of its kernel. */
    readonly kernel: string;
    readonly outputBytes: number;
    readonly scratchBytes: number;
  })[];
}

export async function benchKernels(options: KernelsOptions): Promise<KernelsReport> {
  const target = await targetByName(CORES[options.core], options.backend);
  const network = emitFor(compileFor(options.net, options.explain), {
    backend: target.backend,
    optimize: options.optimize,
  });
  const { program, plan, emitted } = network;
  const build = join(packageRoot(), 'build/bench/kernels', `${options.core}-${target.backend}`);
  const networkDir = join(build, 'network');
  writeNetwork(network, networkDir);
  const built = await target.build(networkDir, build);
  const vector = selfTestVector(network);
  const request = { vectors: [vector], observeLayers: true, fullGradients: 0 };
  const { results } = await built.run(request);
  const [first] = differences(network, expectedResults(network, [vector]), results);
  const cost = await networkCost(built, program, vector);
  const layers = layerReports(network).map((layer, index) => ({
    ...passReport(layer.multiplyAccumulates, cost?.layers[index]),
    index,
    pass: layer.pass,
    kind: layer.kind,
    name: layer.name,
    kernel: network.kernels[index]?.file ?? '',
    outputBytes: layer.outputBytes,
    scratchBytes: network.kernels[index]?.scratchBytes ?? 0,
  }));
  const macs = (pass: string): number =>
    layers
      .filter((layer) => layer.pass === pass)
      .reduce((sum, layer) => sum + layer.multiplyAccumulates, 0);
  return {
    network: options.net,
    core: options.core,
    ...network.target,
    bitExact: first === undefined,
    ...(first === undefined ? {} : { first: first.what }),
    arenaBytes: plan.bytes,
    constantBytes: emitted.constantBytes,
    codeBytes: await codeBytes(target.compiler, networkDir, build),
    forward: passReport(macs('forward'), cost?.forward),
    explanation: passReport(macs('explanation'), cost?.explanation),
    layers,
  };
}

/** A network that cannot be explained is measured without; one that has no calibration, on ranges of seeded noise. */
function compileFor(net: string, explain: Explain): CompiledNetwork {
  const reference = REFERENCE_NETWORKS.find((name) => name === net);
  if (reference !== undefined) return compileTrial({ ...referenceNetwork(reference), explain });
  try {
    return compileModel(net, { explain });
  } catch (error) {
    if (!(error instanceof IsochroneError)) throw error;
    if (error.code === 'CALIBRATION_MISSING') {
      return buildModel({ file: net, noise: true }, readModel(net), () => undefined, explain)
        .network;
    }
    if (!error.code.startsWith('EXPLAIN_')) throw error;
    return compileModel(net, { explain: 'none' });
  }
}

function passReport(multiplyAccumulates: number, cost: Cost | undefined): PassReport {
  const perMac = (value: number): number => Number((value / multiplyAccumulates).toFixed(3));
  if (multiplyAccumulates === 0 || cost === undefined) return { multiplyAccumulates, ...cost };
  const { instructions, cycles } = cost;
  return {
    multiplyAccumulates,
    instructions,
    perMultiplyAccumulate: perMac(instructions),
    ...(cycles === undefined ? {} : { cycles, cyclesPerMultiplyAccumulate: perMac(cycles) }),
  };
}

export function kernelsText(report: KernelsReport): string {
  const cells = (pass: PassReport): readonly string[] => [
    String(pass.multiplyAccumulates),
    String(pass.instructions ?? ''),
    pass.perMultiplyAccumulate?.toFixed(3) ?? '',
    String(pass.cycles ?? ''),
    pass.cyclesPerMultiplyAccumulate?.toFixed(3) ?? '',
  ];
  const rows = report.layers.map((layer) => [
    String(layer.index),
    layer.kind,
    ...cells(layer),
    String(layer.outputBytes),
    String(layer.scratchBytes),
    layer.kernel.replace(/^codegen\/emit\//, ''),
    layer.name,
  ]);
  return [
    `${report.network} on ${report.core}, backend ${report.backend}, ${report.optimize}: ${report.bitExact ? 'every layer as the interpreter, bit for bit' : `DIFFERS: ${report.first ?? ''}`}`,
    '',
    textTable(
      [
        '#',
        'kind',
        'MAC',
        'instructions',
        'per MAC',
        'cycles',
        'cyc/MAC',
        'output B',
        'scratch B',
        'kernel',
        'name',
      ],
      [
        ...rows,
        ['', 'answer', ...cells(report.forward), '', '', '', ''],
        ['', 'explanation', ...cells(report.explanation), '', '', '', ''],
      ],
    ),
    ...(report.forward.cycles === undefined ? [] : ['cycles are an estimate: docs/cycle-model.md']),
    `arena ${report.arenaBytes} B, scratch included; constants ${report.constantBytes} B; code ${report.codeBytes} B`,
    '',
  ].join('\n');
}

/**
 * The spine's figures. Instructions are counted by the emulator (`-icount`, 64 ns an instruction), exact and the same on every
 * machine; seconds are this machine's.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { emitFor, PORTABLE } from '../codegen/compile.js';
import { kernelOf } from '../codegen/integer/registry.js';
import { packageRoot } from '../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork, type GeneratedNetwork } from '../host/cli/network.js';
import { progress } from '../host/cli/progress.js';
import { toAcquisition } from '../host/records/acquisition.js';
import { sharedPath } from '../host/records/shared-data.js';
import type { EcgRecord } from '../host/records/record.js';
import { DEFAULT_PATIENT } from '../host/records/synthetic/files.js';
import { synthesizePatient } from '../host/records/synthetic/patient.js';
import { startSession } from '../host/session/session.js';
import { backendOf, loadBoard, type Board } from '../host/toolchain/board.js';
import { buildFirmware, buildNative, type BuiltImage } from '../host/toolchain/build-firmware.js';
import {
  instructionsOf,
  runVectorsNatively,
  runVectorsOnBoard,
} from '../host/toolchain/run-vectors.js';
import { writeNetwork } from '../host/toolchain/write-network.js';
import { differences, expectedResults } from '../host/validate/bit-exact.js';
import {
  firstRecords,
  syntheticRecords,
  vectorsOf,
} from '../host/validate/vectors-from-records.js';

const BOARD = 'mps2-an386';
const REAL_RECORDS = 100;
const SYNTHETIC_RECORDS = 20;
/** Records whose instructions are counted: the data decides nothing but which gradients a mask skips. */
const COUNTED_RECORDS = 5;
const SESSION_SPEED = 2;
const SESSION_SECONDS = 20;

export interface SpineReport {
  readonly board: string;
  readonly network: { readonly name: string; readonly multiplyAccumulates: number };
  readonly instructions: {
    /** Mean over the counted records. */
    readonly perInference: number;
    readonly perExplanation: number;
    readonly perMultiplyAccumulate: number;
    readonly records: number;
  };
  readonly bytes: {
    readonly arena: number;
    readonly networkConstants: number;
    /** The whole application image, network included. */
    readonly flash: number;
    readonly ram: number;
    readonly stackHighWater: number;
  };
  readonly session: {
    readonly speed: number;
    readonly realSpeed: number;
    /** From booting the image to the first explained result; ten seconds of signal are part of it. */
    readonly secondsToFirstResult: number;
    readonly results: number;
    readonly samplesMissing: number;
  };
  readonly bitExact: {
    readonly source: string;
    readonly records: number;
    readonly layers: number;
    readonly targets: readonly string[];
    readonly differing: number;
    readonly first?: string;
  };
}

export async function benchSpine(): Promise<SpineReport> {
  const board = await loadBoard(BOARD);
  const build = join(packageRoot(), 'build', 'bench', 'spine');
  const network = generateNetwork(DEFAULT_MODEL, join(build, 'network'), {
    target: { backend: backendOf(board), optimize: 'balanced' },
  });
  const image = async (name: 'app' | 'vectors'): Promise<BuiltImage> =>
    buildFirmware({
      board,
      networkDir: network.folder,
      image: name,
      frontEnd: name === 'app' ? 'uart' : 'semihost',
      outDir: join(build, name),
    });
  const app = await image('app');
  const vectors = await image('vectors');
  const { compiled } = network;
  const macs = compiled.program.operations
    .slice(0, compiled.program.forwardOperations)
    .reduce(
      (sum, operation) => sum + (kernelOf(operation).multiplyAccumulates?.(operation) ?? 0),
      0,
    );
  const instructions = await countInstructions(board, network, vectors);
  const session = await measureSession(board, app);
  return {
    board: board.title,
    network: { name: compiled.program.name, multiplyAccumulates: macs },
    instructions: {
      ...instructions,
      perMultiplyAccumulate: Number((instructions.perInference / macs).toFixed(3)),
    },
    bytes: {
      arena: compiled.plan.bytes,
      networkConstants: compiled.emitted.constantBytes,
      flash: app.flashBytes,
      ram: app.ramBytes,
      stackHighWater: session.stackHighWaterBytes,
    },
    session: session.report,
    bitExact: await checkRecords(board, network, vectors, build),
  };
}

async function countInstructions(
  board: Board,
  network: GeneratedNetwork,
  image: BuiltImage,
): Promise<{ perInference: number; perExplanation: number; records: number }> {
  const request = {
    vectors: vectorsOf(network.compiled, syntheticRecords(COUNTED_RECORDS)),
    observeLayers: false,
    fullGradients: 0,
  };
  const { results, ticksPerSecond } = await runVectorsOnBoard({
    board,
    elfPath: image.elfPath,
    request,
    countInstructions: true,
    timeoutMs: 300_000,
  });
  const mean = (ticks: readonly number[]): number =>
    Math.round(
      ticks.reduce((sum, value) => sum + instructionsOf(value, ticksPerSecond), 0) / ticks.length,
    );
  return {
    perInference: mean(results.map((result) => result.forwardTicks)),
    perExplanation: mean(results.map((result) => result.explainTicks)),
    records: results.length,
  };
}

async function measureSession(
  board: Board,
  image: BuiltImage,
): Promise<{ report: SpineReport['session']; stackHighWaterBytes: number }> {
  const patient = synthesizePatient({ ...DEFAULT_PATIENT, durationS: SESSION_SECONDS });
  const started = performance.now();
  let firstResultMs = Number.NaN;
  let stackHighWaterBytes = 0;
  const session = await startSession({
    board,
    elfPath: image.elfPath,
    frontEnd: 'uart',
    microvolt: toAcquisition(patient.record).microvolt,
    speed: SESSION_SPEED,
    onEvent: (event) => {
      if (event.kind === 'explanation' && Number.isNaN(firstResultMs)) {
        firstResultMs = performance.now() - started;
      }
      if (event.kind === 'status') {
        stackHighWaterBytes = Math.max(stackHighWaterBytes, event.stackHighWaterBytes);
      }
    },
    signal: new AbortController().signal,
  });
  try {
    const summary = await session.finished;
    return {
      report: {
        speed: SESSION_SPEED,
        realSpeed: Number(summary.realSpeed.toFixed(2)),
        secondsToFirstResult: Number((firstResultMs / 1000).toFixed(2)),
        results: summary.explained,
        samplesMissing: summary.samplesMissing,
      },
      stackHighWaterBytes,
    };
  } finally {
    await session.close();
  }
}

async function checkRecords(
  board: Board,
  network: GeneratedNetwork,
  image: BuiltImage,
  build: string,
): Promise<SpineReport['bitExact']> {
  const fold = sharedPath('data/ptbxl/fold09.d16.gz');
  const real = existsSync(fold);
  const records: readonly EcgRecord[] = real
    ? await firstRecords(fold, REAL_RECORDS)
    : syntheticRecords(SYNTHETIC_RECORDS);
  const vectors = vectorsOf(network.compiled, records);
  const bar = progress('bit-exact');
  const expected = expectedResults(network.compiled, vectors, (done) => {
    bar.update(done, vectors.length);
  });
  const request = { vectors, observeLayers: true, fullGradients: 0 };
  const portable = join(build, 'portable');
  writeNetwork(emitFor(network.compiled, PORTABLE), portable);
  const native = await buildNative({ networkDir: portable, outDir: join(build, 'native') });
  const [host, m4] = [
    await runVectorsNatively({ programPath: native.programPath, request }),
    await runVectorsOnBoard({ board, elfPath: image.elfPath, request, timeoutMs: 600_000 }),
  ];
  const found = [
    ...differences(network.compiled, expected, host.results),
    ...differences(network.compiled, expected, m4.results),
  ];
  bar.finish(`${vectors.length} records, ${found.length} differ`);
  const [first] = found;
  return {
    source: real ? 'PTB-XL fold 9' : 'synthetic patients',
    records: vectors.length,
    layers: network.compiled.program.operations.length,
    targets: ['interpreter', 'host C', board.name],
    differing: found.length,
    ...(first === undefined ? {} : { first: `record ${first.vector}: ${first.what}` }),
  };
}

export function spineText(report: SpineReport): string {
  const { instructions, bytes, session, bitExact } = report;
  const rows: readonly (readonly [string, string])[] = [
    ['board', report.board],
    ['network', `${report.network.name}, ${report.network.multiplyAccumulates} MAC`],
    ['instructions per inference', String(instructions.perInference)],
    ['instructions per explanation', String(instructions.perExplanation)],
    ['instructions per MAC', String(instructions.perMultiplyAccumulate)],
    ['arena', `${bytes.arena} B`],
    ['network constants', `${bytes.networkConstants} B`],
    ['flash, whole image', `${bytes.flash} B`],
    ['RAM, whole image', `${bytes.ram} B`],
    ['stack high-water mark', `${bytes.stackHighWater} B`],
    ['seconds to first result', `${session.secondsToFirstResult} at ×${session.realSpeed}`],
    [
      'bit-exact',
      `${bitExact.records - bitExact.differing} of ${bitExact.records} records (${bitExact.source}), ${bitExact.layers} layers, ${bitExact.targets.join(' = ')}`,
    ],
  ];
  return `${rows.map(([name, value]) => `${name.padEnd(30)} ${value}`).join('\n')}\n`;
}

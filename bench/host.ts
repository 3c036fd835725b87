/**
 * The emitted C on this machine against onnxruntime (float) and tfjs-tflite (int8): one thread each, taking turns in one
 * run, so that whatever else the machine does meets all alike. Ratios of medians; the medians of single turns show the spread.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { frontEnd, type CompiledNetwork } from '../codegen/compile.js';
import type { BackendName } from '../codegen/emit/backends.js';
import { tensorOf } from '../codegen/graph/graph.js';
import { elementsOf, integerTensor } from '../codegen/integer/program.js';
import { selfTestInput } from '../codegen/interpret/known-answer.js';
import { packageRoot } from '../codegen/package-root.js';
import { REFERENCE_NETWORKS, referenceNetwork } from '../codegen/testing/reference-networks.js';
import { channelsFirst, compileTrial } from '../codegen/testing/trial.js';
import { compileModel, DEFAULT_MODEL } from '../host/cli/network.js';
import { hasShared, sharedPath } from '../host/records/shared-data.js';
import { textTable } from '../host/report/text.js';
import { IntegerInterpreter } from '../codegen/interpret/integer.js';
import { emittedRunner, onnxRunner, tfliteRunner, type Runner } from './host/runners.js';
import { tfliteOfProgram } from './host/tflite-of-program.js';

/** Turns of each runner, and answers in a turn. */
const TURNS = 40;
const RUNS = 8;
const PUBLIC = ['ad01_int8', 'pretrainedResnet_quant', 'vww_96_int8'];

interface RunnerReport {
  readonly name: string;
  /** Milliseconds: the median of all answers, the first and last decile of the turns' medians. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** The first runner's median over this one's. */
  readonly ratio: number;
}

export interface HostReport {
  readonly network: string;
  /** The C answered as the interpreter. */
  readonly bitExact: boolean;
  readonly runners: readonly RunnerReport[];
}

interface Case {
  readonly name: string;
  readonly network: CompiledNetwork;
  readonly onnx?: Uint8Array;
  readonly tflite?: Uint8Array;
}

export async function benchHost(): Promise<readonly HostReport[]> {
  const reports: HostReport[] = [];
  for (const one of cases()) reports.push(await measure(one));
  return reports;
}

function cases(): readonly Case[] {
  const withTflite = (one: Case): Case => {
    const tflite = tfliteOfProgram(one.network.program)?.bytes;
    return tflite === undefined ? one : { ...one, tflite };
  };
  const references = REFERENCE_NETWORKS.map((name) => {
    const test = referenceNetwork(name);
    return { name, network: compileTrial({ ...test, explain: 'none' }), onnx: test.bytes };
  });
  const own = (['mixed', 'int8'] as const).map((precision) => ({
    name: `${basename(DEFAULT_MODEL)} ${precision}`,
    network: compileModel(DEFAULT_MODEL, { explain: 'none', precision }),
    onnx: readFileSync(DEFAULT_MODEL),
  }));
  const published = PUBLIC.filter((name) => hasShared('models', 'mlperf-tiny', `${name}.tflite`));
  return [
    ...[...references, ...own].map(withTflite),
    ...published.map((name) => {
      const file = sharedPath('models', 'mlperf-tiny', `${name}.tflite`);
      return { name, network: compileModel(file, { explain: 'none' }), tflite: readFileSync(file) };
    }),
  ];
}

/** The fastest kernels for this machine, then what runs everywhere. */
function ownBackends(): readonly BackendName[] {
  if (process.arch === 'x64') return ['x86-64', 'portable'];
  return process.arch === 'arm64' ? ['armv8a-neon', 'portable'] : ['portable'];
}

async function measure({ name, network, onnx, tflite }: Case): Promise<HostReport> {
  const { program } = network;
  const tensor = integerTensor(program, program.input);
  const input = selfTestInput(elementsOf(tensor), tensor.type === 'int16' ? 'int16' : 'int8');
  const folder = join(packageRoot(), 'build/bench/host', name);
  const runners: Runner[] = [];
  for (const backend of ownBackends()) {
    runners.push(await emittedRunner(network, backend, input, folder));
  }
  const own = [...runners];
  if (tflite !== undefined) runners.push(await tfliteRunner(tflite, Int8Array.from(input)));
  if (onnx !== undefined) {
    const { scale, channels } = tensor;
    const floats = Float32Array.from(channelsFirst(input, channels), (code) => code * scale);
    const explained = frontEnd(onnx, name, 'none');
    const { shape } = tensorOf(explained.graph, explained.input);
    runners.push(await onnxRunner(onnx, floats, shape));
  }
  const turns = runners.map((): number[][] => []);
  // The first turn warms caches, clocks and just-in-time compilers.
  for (let turn = 0; turn <= TURNS; turn += 1) {
    for (const [index, runner] of runners.entries()) {
      const times = await runner.time(RUNS);
      if (turn > 0) turns[index]?.push([...times]);
    }
  }
  const expected = new IntegerInterpreter(program).forward(input);
  const bitExact = own.every((runner) =>
    expected.every((value, i) => runner.answer()[i] === value),
  );
  await Promise.all(runners.map((runner) => runner.close()));
  const medians = turns.map((all) => quantile(all.flat(), 0.5));
  return {
    network: name,
    bitExact,
    runners: runners.map((runner, index) => {
      const perTurn = (turns[index] ?? []).map((times) => quantile(times, 0.5));
      const median = medians[index] ?? NaN;
      return {
        name: runner.name,
        median,
        low: quantile(perTurn, 0.1),
        high: quantile(perTurn, 0.9),
        ratio: (medians[0] ?? NaN) / median,
      };
    }),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export function hostText(reports: readonly HostReport[]): string {
  return textTable(
    ['network', 'bit-exact', 'runner', 'median ms', 'spread ms', 'ours / it'],
    reports.flatMap(({ network, bitExact, runners }) =>
      runners.map((runner, index) => [
        index === 0 ? network : '',
        index === 0 ? (bitExact ? 'yes' : 'NO') : '',
        runner.name,
        runner.median.toFixed(3),
        `${runner.low.toFixed(3)} … ${runner.high.toFixed(3)}`,
        runner.ratio.toFixed(2),
      ]),
    ),
  );
}

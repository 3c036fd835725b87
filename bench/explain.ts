/**
 * What each method of explaining costs on the emulated Cortex-M4 and M55: instructions (counted by the emulator, exact), the
 * longest step that a main loop waits for, RAM beside the network's arena, code.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emitFor, type CompiledNetwork } from '../codegen/compile.js';
import { quantizeMicrovolt } from '../codegen/emit/input-factor.js';
import { parseMethods, SMOOTHGRAD } from '../codegen/explain/methods.js';
import { integerTensor } from '../codegen/integer/program.js';
import { packageRoot } from '../codegen/package-root.js';
import { goldenAttribution } from '../host/attribution/golden.js';
import { interpretedNetwork } from '../host/attribution/network.js';
import { compileModel } from '../host/cli/network.js';
import { textTable } from '../host/report/text.js';
import { toAcquisition } from '../host/records/acquisition.js';
import { runAttribution, type AttributionRequest } from '../host/toolchain/attribution-run.js';
import { backendOf, loadBareMetalBoard } from '../host/toolchain/board.js';
import { buildFirmware } from '../host/toolchain/build-firmware.js';
import { buildNativeChain } from '../host/toolchain/native-chain.js';
import { runProcess } from '../host/toolchain/process.js';
import { instructionsOf } from '../host/toolchain/run-vectors.js';
import { writeNetwork } from '../host/toolchain/write-network.js';
import { syntheticRecords } from '../host/validate/vectors-from-records.js';
import { independentWindow } from '../host/validate/windows.js';

const CORES = { m4: 'mps2-an386', m55: 'mps3-an547' } as const;
type Core = keyof typeof CORES;

export interface ExplainOptions {
  readonly model: string;
  readonly leads: 12 | 8;
  readonly steps: number;
  readonly draws: number;
}

interface CoreCost {
  /** Of the whole explanation, behind the forward pass that gave the answer. */
  readonly instructions: number;
  /** The longest step: one pass of the network and what is done beside it. */
  readonly longestStep: number;
  readonly steps: number;
  /** Of the network with the backward pass that the method needs. */
  readonly arenaBytes: number;
  readonly bitExact: boolean;
}

export interface MethodCost {
  readonly method: string;
  /** State, copies and sums beside the arena. */
  readonly ramBytes: number;
  readonly cores: Readonly<Record<Core, CoreCost & { readonly codeBytes: number }>>;
}

export interface ExplainReport {
  readonly network: string;
  readonly leads: number;
  readonly inputBits: 8 | 16;
  readonly arenaBytes: Readonly<Record<Core, number>>;
  readonly methods: readonly MethodCost[];
}

interface Asked {
  readonly method: string;
  readonly request: AttributionRequest;
  /** Variables of the attribution program that the method needs. */
  readonly variables: readonly string[];
  /** The source file that it comes of. */
  readonly source?: string;
}

const TIMEOUT_MS = 600_000;

export async function benchExplain(options: ExplainOptions): Promise<ExplainReport> {
  const network = compileModel(options.model, {
    leads: options.leads,
    methods: parseMethods('gradient-x-input,grad-cam'),
  });
  const relevance = compileModel(options.model, {
    leads: options.leads,
    methods: parseMethods('relevance'),
  });
  const measured = [
    ...(await measure('gradient', network, requests(network, options))),
    ...(await measure('relevance', relevance, [
      {
        method: 'relevance (LRP-ε), in the place of the gradient',
        request: { method: 'gradient', input: inputOf(relevance, options) },
        variables: [],
      },
    ])),
  ];
  const [first] = measured;
  if (first === undefined) throw new RangeError('no method');
  const input = integerTensor(network.program, network.program.input);
  return {
    network: network.program.name,
    leads: input.channels,
    inputBits: input.type === 'int16' ? 16 : 8,
    arenaBytes: { m4: first.cores.m4.arenaBytes, m55: first.cores.m55.arenaBytes },
    methods: measured,
  };
}

async function measure(
  name: string,
  network: CompiledNetwork,
  asked: readonly Asked[],
): Promise<readonly MethodCost[]> {
  const reference = interpretedNetwork(network.program);
  const golden = asked.map(({ request }) => goldenAttribution(reference, request).values);
  const m4 = await measureOn('m4', name, network, asked, golden);
  const m55 = await measureOn('m55', name, network, asked, golden);
  return asked.map(({ method }, i) => ({
    method,
    ramBytes: m4.ramBytes[i] ?? NaN,
    cores: { m4: m4.costOf(i), m55: m55.costOf(i) },
  }));
}

/** One synthetic patient. */
function inputOf(network: CompiledNetwork, options: ExplainOptions): AttributionRequest['input'] {
  const [window = new Int16Array(0)] = buildNativeChain().windows(
    syntheticRecords(1).map((record) => toAcquisition(record).microvolt),
  );
  return quantizeMicrovolt(
    network.program,
    options.leads === 8 ? independentWindow(window) : window,
  );
}

/** P, QRS and ST-T at places as in a beat of 0.8 s: where they lie costs nothing. */
function requests(network: CompiledNetwork, options: ExplainOptions): readonly Asked[] {
  const { scale } = integerTensor(network.program, network.program.input);
  const input = inputOf(network, options);
  const waves = [
    { begin: 0, end: 25, part: 0 },
    { begin: 25, end: 35, part: 1 },
    { begin: 35, end: 80, part: 2 },
  ];
  const ranges = Array.from({ length: 12 }, (_, beat) =>
    waves.map(({ begin, end, part }) => ({ begin: 80 * beat + begin, end: 80 * beat + end, part })),
  ).flat();
  const sums = ['explained', 'gradient', 'fraction', 'logits', 'mean', 'network'];
  const parts = ['explained', 'drop', 'ranges', 'logits', 'occlusion', 'network'];
  const mean = { variables: sums, source: 'iso_attribution' };
  const occlusion = { variables: parts, source: 'iso_attribution_occlusion' };
  const baseline = input.map(() => 0);
  return [
    { method: 'gradient, gradient-x-input', request: { method: 'gradient', input }, variables: [] },
    { method: 'grad-cam', request: { method: 'grad-cam', input }, variables: [] },
    {
      method: `integrated gradients from zero, ${options.steps} steps`,
      request: { method: 'integrated', input, steps: options.steps },
      ...mean,
    },
    {
      method: `integrated gradients from a beat, ${options.steps} steps`,
      request: { method: 'integrated', input, steps: options.steps, baseline },
      ...mean,
      variables: [...sums, 'baseline'],
    },
    {
      method: `smoothgrad, ${options.draws} draws`,
      request: {
        method: 'smoothgrad',
        input,
        draws: options.draws,
        seed: SMOOTHGRAD.seed,
        noise256ths: Math.round((256 * SMOOTHGRAD.noiseMillivolt) / scale),
      },
      ...mean,
    },
    {
      method: 'occlusion by wave',
      request: { method: 'occlusion', input, ranges, parts: 3, byLead: false },
      ...occlusion,
    },
    {
      method: 'occlusion by lead',
      request: {
        method: 'occlusion',
        input,
        ranges: [{ begin: 0, end: 1000, part: 0 }],
        parts: 1,
        byLead: true,
      },
      ...occlusion,
    },
  ];
}

interface Measured {
  readonly ramBytes: readonly number[];
  readonly costOf: (index: number) => MethodCost['cores'][Core];
}

async function measureOn(
  core: Core,
  name: string,
  network: CompiledNetwork,
  asked: readonly Asked[],
  golden: readonly ArrayLike<number>[],
): Promise<Measured> {
  const own = await loadBareMetalBoard(CORES[core]);
  // The program holds every method at once: it is measured in all memory that the machine has.
  const board = { ...own, memory: own.machineMemory ?? own.memory };
  const outDir = join(packageRoot(), 'build/bench/explain', name, core);
  const code = emitFor(network, { backend: backendOf(board), optimize: 'balanced' });
  writeNetwork(code, join(outDir, 'network'));
  const { elfPath, mapPath } = await buildFirmware({
    board,
    networkDir: join(outDir, 'network'),
    image: 'attribution',
    frontEnd: 'semihost',
    outDir,
  });
  const { results, ticksPerSecond } = await runAttribution(
    { board, elfPath, countInstructions: true, timeoutMs: TIMEOUT_MS },
    asked.map(({ request }) => request),
  );
  const variables = await variableBytes(elfPath, board.compiler.prefix);
  const map = await readFile(mapPath, 'utf8');
  return {
    ramBytes: asked.map(({ variables: names }) =>
      names.reduce((sum, name) => sum + (variables.get(name) ?? NaN), 0),
    ),
    costOf: (index) => {
      const result = results[index];
      const expected = golden[index];
      if (result === undefined || expected === undefined) throw new RangeError('no such method');
      return {
        instructions: instructionsOf(result.ticks, ticksPerSecond),
        longestStep: instructionsOf(result.mostTicks, ticksPerSecond),
        steps: result.steps,
        arenaBytes: code.plan.bytes,
        bitExact:
          result.values.length === expected.length &&
          result.values.every((value, i) => value === expected[i]),
        codeBytes: codeBytesOf(map, asked[index]?.source),
      };
    },
  };
}

/** Bytes of each variable, as `nm` tells them; those of a function are numbered behind their name. */
async function variableBytes(
  elfPath: string,
  prefix: string,
): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await runProcess(`${prefix}nm`, ['-S', elfPath]);
  return new Map(
    [...stdout.matchAll(/^\S+ (\S+) [bBdD] ([A-Za-z_]+)(?:\.\d+)?$/gm)].map(
      ([, size = '0', name = '']) => [name, Number.parseInt(size, 16)],
    ),
  );
}

/** What the linker kept of a source file's code, by its map. */
function codeBytesOf(map: string, source: string | undefined): number {
  if (source === undefined) return 0;
  const [, kept = ''] = map.split('Linker script and memory map');
  return [...kept.matchAll(/^ \.text\S*\s+0x[0-9a-f]+\s+(0x[0-9a-f]+)\s+\S*\d+-(\w+)\.c\.o$/gm)]
    .filter(([, , file]) => file === source)
    .reduce((sum, [, size]) => sum + Number(size), 0);
}

export function explainText(report: ExplainReport): string {
  const millions = (value: number): string => (value / 1e6).toFixed(2);
  const rows = report.methods.map(({ method, ramBytes, cores: { m4, m55 } }) => [
    method,
    String(m4.steps),
    ...[m4, m55].flatMap((cost) => [
      millions(cost.instructions),
      millions(cost.longestStep),
      cost.bitExact ? 'yes' : 'NO',
    ]),
    String(ramBytes),
    `${m4.arenaBytes} / ${m55.arenaBytes}`,
    `${m4.codeBytes} / ${m55.codeBytes}`,
  ]);
  return [
    `${report.network}, ${report.leads} leads, input of ${report.inputBits} bits; arena ${report.arenaBytes.m4} B (M4), ${report.arenaBytes.m55} B (M55)`,
    '',
    textTable(
      [
        'method',
        'passes',
        'M4',
        'step',
        'exact',
        'M55',
        'step',
        'exact',
        'RAM B',
        'arena B',
        'code B',
      ],
      rows,
    ),
    'million instructions, beside the forward pass of the answer; step: the longest; RAM beside the arena; code on M4 / M55, shared by what comes of one file',
    '',
  ].join('\n');
}

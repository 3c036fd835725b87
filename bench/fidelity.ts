/**
 * The device's explanations against the float network's own: the emitted C on this machine, which is bit-exact with every
 * core, on one side, torch's autograd on the other.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { emitFor, type CompiledNetwork } from '../codegen/compile.js';
import { quantizeMicrovolt } from '../codegen/emit/input-factor.js';
import { IsochroneError } from '../codegen/errors.js';
import { isExplained, type ExplainedGraph } from '../codegen/explain/gradient.js';
import { parseMethods, SMOOTHGRAD } from '../codegen/explain/methods.js';
import { integerTensor, type IntegerProgram } from '../codegen/integer/program.js';
import { packageRoot } from '../codegen/package-root.js';
import type { Precision } from '../codegen/quantize/precision.js';
import { compileModel, widthOptions } from '../host/cli/network.js';
import { progress } from '../host/cli/progress.js';
import { textTable } from '../host/report/text.js';
import { runAttribution, type AttributionResult } from '../host/toolchain/attribution-run.js';
import { buildNative } from '../host/toolchain/build-firmware.js';
import { writeNetwork } from '../host/toolchain/write-network.js';
import { agreement } from './fidelity/agreement.js';
import { floatNetwork, interpreted, type FloatNetwork } from './fidelity/float-network.js';
import { keptMemory, type KeptMemory } from './fidelity/memory.js';
import {
  answerOf,
  GRAD_CAM,
  graphInput,
  methods,
  relevance,
  type Answer,
  type MeasuredRecord,
  type Method,
} from './fidelity/methods.js';
import { normalBeat } from './fidelity/normal-beat.js';
import { foldWindows, type BeatWindow } from './fidelity/windows.js';
import { quantile } from './signal/score.js';

export interface FidelityOptions {
  readonly model: string;
  readonly data: string;
  readonly fold: number;
  /** Of the fold, from the first on; all without. */
  readonly records?: number;
  readonly steps: number;
  readonly draws: number;
  readonly precision?: Precision;
  /** Most bytes of arena, as --ram of the command line. */
  readonly ram?: number;
}

export interface MethodFidelity {
  readonly method: string;
  readonly records: number;
  readonly cosine: { readonly median: number; readonly fifthPercentile: number };
  readonly spearman: { readonly median: number; readonly fifthPercentile: number };
  /** |Σ attribution − (logit(input) − logit(baseline))|, the logits float: of the float network's own path, and the device's. */
  readonly completenessGap?: {
    /** Median over records, logits. */
    readonly float: number;
    readonly device: number;
    /** Median |logit(input) − logit(baseline)|, to compare with. */
    readonly difference: number;
  };
  readonly saturations: number;
}

export interface FidelityReport {
  readonly network: string;
  readonly source: string;
  readonly truth: string;
  readonly precision: { readonly int16Signals: number; readonly signals: number };
  readonly settings: {
    readonly steps: number;
    readonly draws: number;
    readonly noiseMillivolt: number;
  };
  readonly methods: readonly MethodFidelity[];
  readonly memory: KeptMemory;
}

/** Records that are asked together: what their inputs and gradients take of this machine's memory. */
const RECORDS_AT_ONCE = 8;

export async function benchFidelity(options: FidelityOptions): Promise<FidelityReport> {
  const network = compileModel(options.model, {
    ...widthOptions(options),
    methods: parseMethods('gradient-x-input,grad-cam'),
  });
  const { program } = network;
  const path = join(options.data, `fold${String(options.fold).padStart(2, '0')}.d16.gz`);
  if (!existsSync(path)) {
    throw new IsochroneError('RECORD_NOT_FOUND', `${path} is not there`, {
      hint: 'Name the folder of decoded sets with --data (docs/cli.md).',
      where: { file: path },
    });
  }
  const windows = await foldWindows(path, (record) => record < (options.records ?? Infinity));
  const classes = (program.metadata['isochrone.classes'] ?? '').split(',');
  const normal = await normalBeat(options.data, classes);
  const settings = {
    steps: options.steps,
    draws: options.draws,
    noiseMillivolt: SMOOTHGRAD.noiseMillivolt,
  };
  const explained = explainedOf(network);
  const torch = await floatNetwork(options.model, explained);
  const passes = compileModel(options.model, {
    ...widthOptions(options),
    methods: parseMethods('relevance'),
  });
  const groups = [
    await groupOf('gradient', network, torch, [
      ...methods(program, {
        ...settings,
        ...(normal === undefined ? {} : { normalBeat: normal }),
      }),
    ]),
    await groupOf(
      'gradient',
      network,
      interpreted(explained, 'its own output', explained.gradCam),
      [GRAD_CAM],
    ),
    await groupOf('relevance', passes, interpreted(explainedOf(passes), 'its own pass'), [
      relevance(passes.program),
    ]),
  ];
  const bar = progress('fidelity');
  try {
    for (let first = 0; first < windows.length; first += RECORDS_AT_ONCE) {
      const some = windows.slice(first, first + RECORDS_AT_ONCE);
      for (const group of groups) {
        const records = some.map((window) => measured(group.network.program, window));
        for (const sum of group.sums) await measure(sum, records, group);
      }
      bar.update(Math.min(windows.length, first + RECORDS_AT_ONCE), windows.length);
    }
  } finally {
    torch.close();
  }
  bar.finish(`${windows.length} records`);
  const signals = [...program.tensors.values()].filter(({ type }) => type !== 'bits');
  const forward = new Set(
    program.operations.slice(0, program.forwardOperations).map(({ output }) => output),
  );
  const own = signals.filter(({ name }) => forward.has(name) || name === program.input);
  return {
    network: program.name,
    source: `fold ${options.fold}, ${windows.length} records`,
    truth: torch.by,
    precision: {
      int16Signals: own.filter(({ type }) => type === 'int16').length,
      signals: own.length,
    },
    settings,
    methods: groups.flatMap(({ sums }) => sums.map((sum) => sum.result())),
    memory: keptMemory(network, compileModel(options.model, { explain: 'none' })),
  };
}

function explainedOf({ explained }: CompiledNetwork): ExplainedGraph {
  if (!isExplained(explained)) throw new RangeError('built without explanation');
  return explained;
}

function measured(program: IntegerProgram, window: BeatWindow): MeasuredRecord {
  return {
    window,
    codes: quantizeMicrovolt(program, window.microvolt),
    millivolt: Float64Array.from(window.microvolt, (microvolt) => microvolt / 1000),
  };
}

/** Methods that one program on this machine and one float network answer for. */
interface Group {
  readonly network: CompiledNetwork;
  readonly programPath: string;
  readonly truth: FloatNetwork;
  readonly sums: readonly MethodSum[];
}

async function groupOf(
  name: string,
  network: CompiledNetwork,
  truth: FloatNetwork,
  asked: readonly Method[],
): Promise<Group> {
  const folder = join(packageRoot(), 'build/bench/fidelity', name);
  const backend = process.arch === 'x64' ? 'x86-64' : 'portable';
  writeNetwork(emitFor(network, { ...network.target, backend }), join(folder, 'network'));
  const { programPath } = await buildNative({
    networkDir: join(folder, 'network'),
    outDir: folder,
    image: 'attribution',
  });
  return { network, programPath, truth, sums: asked.map((method) => new MethodSum(method)) };
}

async function measure(
  sum: MethodSum,
  records: readonly MeasuredRecord[],
  { network: { program }, programPath, truth }: Group,
): Promise<void> {
  const asked = records.flatMap((record) => {
    const request = sum.method.request(record);
    return request === undefined ? [] : [{ record, request }];
  });
  const { results } = await runAttribution(
    { programPath },
    asked.map(({ request }) => request),
  );
  const { channels } = integerTensor(program, program.input);
  const gradientScale = integerTensor(program, program.explanation?.inputGradient ?? '').scale;
  for (const [i, { record }] of asked.entries()) {
    const result = results[i];
    if (result === undefined) throw new RangeError('a result is missing');
    const { explainedClass } = result;
    const answers = async (inputs: readonly Float64Array[]): Promise<readonly Answer[]> => {
      const found = await truth.gradients(
        inputs.map((input) => graphInput(input, channels)),
        inputs.map(() => explainedClass),
      );
      // What is not as long as the input has no leads.
      return found.map((one, i) =>
        answerOf(one, explainedClass, one.gradient.length === inputs[i]?.length ? channels : 1),
      );
    };
    sum.add(record, result, await answers(sum.method.floatInputs(record)));
    const baseline = sum.method.baseline?.(record);
    if (baseline !== undefined) {
      const [whole, none] = await answers([record.millivolt, baseline]);
      sum.addDifference((whole?.logit ?? NaN) - (none?.logit ?? NaN), gradientScale);
    }
  }
}

/** What is known of one method so far. */
class MethodSum {
  private readonly cosines: number[] = [];
  private readonly spearmans: number[] = [];
  private readonly differences: number[] = [];
  private readonly floatGaps: number[] = [];
  private readonly deviceGaps: number[] = [];
  private last = { float: 0, device: 0 };
  private saturations = 0;

  constructor(readonly method: Method) {}

  add(record: MeasuredRecord, result: AttributionResult, answers: readonly Answer[]): void {
    const float = this.method.float(record, answers);
    const device = this.method.device(record, result);
    const { cosine, spearman } = agreement(device, float);
    this.cosines.push(cosine);
    this.spearmans.push(spearman);
    this.saturations += result.saturations;
    this.last = { float: total(float), device: total(device) };
  }

  /** Of the record that was added last. */
  addDifference(difference: number, gradientScale: number): void {
    this.differences.push(Math.abs(difference));
    this.floatGaps.push(Math.abs(this.last.float - difference));
    this.deviceGaps.push(Math.abs(this.last.device * gradientScale - difference));
  }

  result(): MethodFidelity {
    const both = (values: readonly number[]): MethodFidelity['cosine'] => ({
      median: quantile(values, 0.5),
      fifthPercentile: quantile(values, 0.05),
    });
    return {
      method: this.method.name,
      records: this.cosines.length,
      cosine: both(this.cosines),
      spearman: both(this.spearmans),
      ...(this.differences.length === 0
        ? {}
        : {
            completenessGap: {
              float: quantile(this.floatGaps, 0.5),
              device: quantile(this.deviceGaps, 0.5),
              difference: quantile(this.differences, 0.5),
            },
          }),
      saturations: this.saturations,
    };
  }
}

function total(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0);
}

export function fidelityText(report: FidelityReport): string {
  const digits = (value: number | undefined): string => value?.toFixed(4) ?? '';
  const { memory, settings } = report;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `${report.network}, ${report.source}; truth: ${report.truth}`,
    `${report.precision.int16Signals} of ${report.precision.signals} signals int16; ${settings.steps} steps, ${settings.draws} draws of ${settings.noiseMillivolt} mV`,
    '',
    textTable(
      ['method', 'records', 'cosine', '5 %', 'Spearman', '5 %', 'gap', 'float', 'of', 'saturated'],
      report.methods.map(
        ({ method, records, cosine, spearman, completenessGap: gap, saturations }) => [
          method,
          String(records),
          digits(cosine.median),
          digits(cosine.fifthPercentile),
          digits(spearman.median),
          digits(spearman.fifthPercentile),
          digits(gap?.device),
          digits(gap?.float),
          digits(gap?.difference),
          String(saturations),
        ],
      ),
    ),
    'cosine, Spearman: median over records and 5th percentile; gap: completeness, logits, device and float, of the difference of logits',
    `the backward pass keeps ${memory.keptBytes} B; all activations are ${memory.plainInt8Bytes} B as int8 (${percent(memory.shareOfInt8)}), ${memory.plainFloatBytes} B as float (${percent(memory.shareOfFloat)})`,
    `arena ${memory.arenaBytes} B, without explanation ${memory.arenaWithoutExplanationBytes} B`,
    '',
  ].join('\n');
}

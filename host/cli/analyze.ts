/** `isochrone analyze MODEL`: operators, shapes, cost, and all that keeps the model from being built. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  compileNetwork,
  frontEnd,
  modelSha256,
  type CompiledNetwork,
} from '../../codegen/compile.js';
import { needsGradCam, type ChosenMethod } from '../../codegen/explain/methods.js';
import { kernelOf } from '../../codegen/integer/registry.js';
import { parseCalibration, type Calibration } from '../../codegen/quantize/calibration.js';
import { hasOwnScales } from '../../codegen/quantize/own-scales/lower.js';
import type { Precision } from '../../codegen/quantize/precision.js';
import { signalReports, type SignalReport } from '../../codegen/report/signals.js';
import type { AnalysisCost, AnalysisProblem, ModelAnalysis } from '../../codegen/report/analyze.js';
import { analyzeModel, anyCalibration } from '../../codegen/report/analyze.js';
import { analysisHtml } from '../report/analysis-html.js';
import { methodReports, methodsLine, type MethodReport } from '../report/methods.js';
import { equalisedText, operatorTable, signalTable, textTable } from '../report/text.js';
import { writeWhole } from '../toolchain/write-network.js';
import { EXIT_CHECK_FAILED } from './exit-codes.js';
import {
  calibrationFileOf,
  compileModel,
  explainOptions,
  readModel,
  widthOptions,
} from './network.js';

export interface AnalyzeCommand {
  readonly explain: readonly ChosenMethod[];
  readonly json: boolean;
  readonly precision?: Precision;
  readonly ram?: number;
  readonly html?: string;
}

/** A network as it would be built with the options given, in portable C. */
interface Built extends AnalysisCost {
  readonly constantBytes: number;
  /** Signals that are int16 by choice. */
  readonly int16Signals: number;
  readonly equalised: readonly string[];
  readonly methods: readonly MethodReport[];
}

export function runAnalyze(model: string, options: AnalyzeCommand): void {
  const bytes = readModel(model);
  const analysis = analyzeModel(bytes, model);
  const file = calibrationFileOf(model);
  const calibration =
    analysis.problems.length === 0 && existsSync(file) && !ownScales(bytes, model)
      ? parseCalibration(readFileSync(file, 'utf8'), file, modelSha256(bytes))
      : undefined;
  const asked = explainOptions(analysis.explained === undefined ? [] : options.explain);
  const network =
    calibration === undefined
      ? undefined
      : compileModel(model, { ...asked, ...widthOptions(options) });
  const signals =
    network === undefined || calibration === undefined
      ? undefined
      : signalReports(network, calibration);
  const built =
    network === undefined || calibration === undefined
      ? undefined
      : builtCost(network, calibration);
  if (options.html !== undefined) {
    const shown =
      network ?? (analysis.problems.length === 0 ? sizes(model, bytes, asked) : undefined);
    writeWhole(resolve(options.html), analysisHtml(analysis, shown, signals ?? []));
  }
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...analysis, ...(built === undefined ? {} : { built }), ...(signals === undefined ? {} : { signals }) }, null, 2)}\n`
      : analysisText(analysis, built) + (signals === undefined ? '' : signalsText(signals)),
  );
  if (analysis.problems.length > 0) process.exitCode = EXIT_CHECK_FAILED;
}

function ownScales(bytes: Uint8Array, model: string): boolean {
  return hasOwnScales(frontEnd(bytes, model, 'none').graph);
}

function builtCost(network: CompiledNetwork, { sensitivities = {} }: Calibration): Built {
  const { program, plan, emitted, equalised, methods } = network;
  const wide = Object.keys(sensitivities).filter(
    (name) => program.tensors.get(name)?.type === 'int16',
  );
  return {
    layers: program.operations.length,
    multiplyAccumulates: program.operations.reduce(
      (sum, operation) => sum + (kernelOf(operation).multiplyAccumulates?.(operation) ?? 0),
      0,
    ),
    arenaBytes: plan.bytes,
    constantBytes: emitted.constantBytes,
    int16Signals: wide.length,
    equalised,
    methods: methodReports(methods, program),
  };
}

/** Layers, arena and constants before there is a calibration: ranges do not change them. */
function sizes(
  model: string,
  bytes: Uint8Array,
  asked: ReturnType<typeof explainOptions>,
): CompiledNetwork {
  const prepared = frontEnd(bytes, model, asked.explain, 12, needsGradCam(asked.methods));
  const text = JSON.stringify({ ...anyCalibration(prepared), modelSha256: modelSha256(bytes) });
  return compileNetwork(
    { bytes, file: model },
    { text, file: model },
    { ...asked, selfTest: false },
  );
}

export function signalsText(signals: readonly SignalReport[]): string {
  const { head, rows } = signalTable(signals);
  return textTable(head, rows);
}

export function analysisText(analysis: ModelAnalysis, built?: Built): string {
  const { head, rows } = operatorTable(analysis);
  const operators = Object.entries(analysis.operators).map(([name, count]) => `${name} ×${count}`);
  return [
    textTable(head, rows),
    `operators   ${operators.join(', ')}`,
    `parameters  ${analysis.parameters}`,
    costText('answer', analysis.answer),
    costText('explained', analysis.explained),
    ...(built === undefined
      ? []
      : [
          `${costText('as built', built)}, constants ${built.constantBytes} B, ${built.int16Signals} signals int16`,
        ]),
    ...(built === undefined ? [] : [methodsLine(built.methods)]),
    ...(built === undefined || built.equalised.length === 0
      ? []
      : [equalisedText(built.equalised)]),
    ...problemTexts('cannot be built', analysis.problems),
    ...problemTexts('can be built with --explain none only', analysis.explanationProblems),
    '',
  ].join('\n');
}

function costText(label: string, cost: AnalysisCost | undefined): string {
  const text =
    cost === undefined
      ? 'not possible, see below'
      : `${cost.layers} layers, ${cost.multiplyAccumulates} MAC, arena ${cost.arenaBytes} B`;
  return `${label.padEnd(10)}  ${text}`;
}

function problemTexts(title: string, problems: readonly AnalysisProblem[]): readonly string[] {
  if (problems.length === 0) return [];
  return [
    '',
    `${title}:`,
    ...problems.map(({ code, message, where }) => {
      const place = [where['operator'], where['node']].filter((part) => part !== undefined);
      return `  ${code}: ${message}${place.length === 0 ? '' : ` (${place.join(' ')})`}`;
    }),
  ];
}

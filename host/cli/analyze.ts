/** `isochrone analyze MODEL`: operators, shapes, cost, and all that keeps the model from being built. */
import { existsSync, readFileSync } from 'node:fs';
import { modelSha256 } from '../../codegen/compile.js';
import { parseCalibration } from '../../codegen/quantize/calibration.js';
import type { Precision } from '../../codegen/quantize/precision.js';
import { signalReports, type SignalReport } from '../../codegen/report/signals.js';
import type { AnalysisCost, AnalysisProblem, ModelAnalysis } from '../../codegen/report/analyze.js';
import { analyzeModel } from '../../codegen/report/analyze.js';
import { textTable } from '../report/text.js';
import { EXIT_CHECK_FAILED } from './exit-codes.js';
import { calibrationFileOf, compileModel, readModel, widthOptions } from './network.js';

export interface AnalyzeCommand {
  readonly json: boolean;
  readonly precision?: Precision;
  readonly ram?: number;
}

export function runAnalyze(model: string, options: AnalyzeCommand): void {
  const analysis = analyzeModel(readModel(model), model);
  const buildable = analysis.problems.length === 0 && existsSync(calibrationFileOf(model));
  const signals = buildable ? signalsOf(model, analysis, options) : undefined;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...analysis, ...(signals === undefined ? {} : { signals }) }, null, 2)}\n`
      : `${analysisText(analysis)}${signals === undefined ? '' : signalsText(signals)}`,
  );
  if (analysis.problems.length > 0) process.exitCode = EXIT_CHECK_FAILED;
}

/** With the calibration beside the model: how each signal would be held. */
function signalsOf(
  model: string,
  analysis: ModelAnalysis,
  options: AnalyzeCommand,
): readonly SignalReport[] {
  const explain = analysis.explained === undefined ? 'none' : 'gradient';
  const file = calibrationFileOf(model);
  const calibration = parseCalibration(
    readFileSync(file, 'utf8'),
    file,
    modelSha256(readModel(model)),
  );
  return signalReports(compileModel(model, { explain, ...widthOptions(options) }), calibration);
}

export function signalsText(signals: readonly SignalReport[]): string {
  return textTable(
    ['signal', 'type', 'low', 'high', 'rule', 'answer dB', '1 - cosine'],
    signals.map(({ tensor, type, low, high, rule, answerDb, explanation }) => [
      tensor,
      type,
      low.toPrecision(4),
      high.toPrecision(4),
      rule,
      answerDb?.toFixed(1) ?? '',
      explanation?.toPrecision(3) ?? '',
    ]),
  );
}

export function analysisText(analysis: ModelAnalysis): string {
  const rows = analysis.nodes.map((node, index) => [
    String(index),
    node.operator,
    node.shapes.map((shape) => `[${shape.join(', ')}]`).join(' '),
    String(node.parameters),
    node.name,
  ]);
  const operators = Object.entries(analysis.operators).map(([name, count]) => `${name} ×${count}`);
  return [
    textTable(['#', 'operator', 'output', 'parameters', 'name'], rows),
    `operators   ${operators.join(', ')}`,
    `parameters  ${analysis.parameters}`,
    costText('answer', analysis.answer),
    costText('explained', analysis.explained),
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

/** `isochrone analyze MODEL`: operators, shapes, cost, and all that keeps the model from being built. */
import type { AnalysisCost, AnalysisProblem, ModelAnalysis } from '../../codegen/report/analyze.js';
import { analyzeModel } from '../../codegen/report/analyze.js';
import { textTable } from '../report/text.js';
import { EXIT_CHECK_FAILED } from './exit-codes.js';
import { readModel } from './network.js';

export function runAnalyze(model: string, options: { readonly json: boolean }): void {
  const analysis = analyzeModel(readModel(model), model);
  process.stdout.write(
    options.json ? `${JSON.stringify(analysis, null, 2)}\n` : analysisText(analysis),
  );
  if (analysis.problems.length > 0) process.exitCode = EXIT_CHECK_FAILED;
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

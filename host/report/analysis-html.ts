/** The analysis of a model as one HTML file that needs nothing else: no script, no font, no link. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { integerTensor } from '../../codegen/integer/program.js';
import type { ArenaPlan } from '../../codegen/plan/arena.js';
import type { AnalysisProblem, ModelAnalysis } from '../../codegen/report/analyze.js';
import type { SignalReport } from '../../codegen/report/signals.js';
import { layerReports } from '../validate/validate.js';
import { escapeHtml, STYLE, table } from './html.js';
import { equalisedText, operatorTable, signalTable } from './text.js';

const MAP = { width: 960, height: 320 } as const;
/** Narrower or lower than this, a name in a rectangle cannot be read. */
const LABEL = { width: 90, height: 13 } as const;
const FILLS = { int8: '#9ec5fe', int16: '#f9b572', bits: '#b7e4c7', scratch: '#d3d3d3' } as const;

/** @param network as it would be built; absent where it cannot be */
export function analysisHtml(
  analysis: ModelAnalysis,
  network: CompiledNetwork | undefined,
  signals: readonly SignalReport[],
): string {
  const name = escapeHtml(network?.program.name ?? analysis.file);
  const operators = operatorTable(analysis);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${name}: analysis</title><style>${STYLE}
svg{background:#f8f9fa;border:1px solid #d8dee4}svg text{font:10px system-ui,sans-serif}</style></head><body>
<h1>${name}: analysis</h1>
${problemList('Cannot be built', analysis.problems)}
${problemList('Can be built with --explain none only', analysis.explanationProblems)}
<h2>Operators</h2>
<p>${analysis.parameters} parameters</p>
${table(operators.head, operators.rows)}
${network === undefined ? '' : builtSections(network)}
${signals.length === 0 ? '' : signalSection(signals)}
<p>Research use only; not a medical device.</p>
</body></html>
`;
}

function builtSections(network: CompiledNetwork): string {
  const { program, plan, emitted, kernels, target, equalised } = network;
  const layers = layerReports(network).map((layer) => {
    const operation = program.operations[layer.index];
    const { height, width, channels } = integerTensor(program, operation?.output ?? '');
    const kernel = kernels[layer.index];
    return [
      String(layer.index),
      layer.pass,
      layer.kind,
      `${height} × ${width} × ${channels}`,
      layer.type,
      String(layer.multiplyAccumulates),
      String(emitted.layerConstantBytes[layer.index] ?? 0),
      String(layer.outputBytes),
      String(kernel?.scratchBytes ?? 0),
      kernel?.file.split('/').at(-1) ?? '',
      layer.name,
    ];
  });
  const { peak } = plan;
  const alive = peak.alive.map(({ tensor, bytes }) => [tensor, String(bytes)]);
  return `<h2>Layers</h2>
<p>Backend ${escapeHtml(target.backend)}, optimised for ${escapeHtml(target.optimize)}: arena ${plan.bytes} B of RAM, constants ${emitted.constantBytes} B of flash.</p>
${equalised.length === 0 ? '' : `<p>${escapeHtml(equalisedText(equalised))}</p>`}
${table(
  [
    '#',
    'pass',
    'kind',
    'output',
    'type',
    'MAC',
    'constants B',
    'output B',
    'scratch B',
    'kernel',
    'name',
  ],
  layers,
)}
<h2>Arena over time</h2>
<p>Layers from left to right, addresses from below to above; where two rectangles meet, an output lies over the input that it consumes. The line marks the layer at which most is alive (${peak.bytes} B).</p>
${arenaMap(network)}
<h3>Alive at layer ${peak.operation}</h3>
${table(['tensor', 'B'], alive)}`;
}

function signalSection(signals: readonly SignalReport[]): string {
  const { head, rows } = signalTable(signals);
  return `<h2>Signals and errors</h2>
<p>What each signal costs when it alone is int8: signal to noise of the answer, and 1 − cosine of gradient × input. Measured when the network was calibrated; <code>validate</code> measures the error of every layer as built.</p>
${table(head, rows)}`;
}

function problemList(title: string, problems: readonly AnalysisProblem[]): string {
  if (problems.length === 0) return '';
  const items = problems.map(
    ({ code, message, hint }) =>
      `<li><b>${escapeHtml(code)}</b>: ${escapeHtml(message)} ${escapeHtml(hint)}</li>`,
  );
  return `<h2 class="bad">${title}</h2>\n<ul>${items.join('\n')}</ul>`;
}

/** A rectangle for each tensor: from the layer that writes it to the last that reads it, at its place in the arena. */
function arenaMap({ plan, program }: CompiledNetwork): string {
  const columns = program.operations.length + 2;
  const perColumn = MAP.width / columns;
  const perByte = MAP.height / Math.max(1, plan.bytes);
  const x = (operation: number): number => (operation + 1) * perColumn;
  const rectangles = plan.lifetimes.map((life) => {
    const { tensor, bytes, first, last } = life;
    const type = program.tensors.get(tensor)?.type ?? 'scratch';
    const [left, width] = [x(first), (last - first + 1) * perColumn];
    const height = bytes * perByte;
    const top = MAP.height - offsetOf(plan, tensor) * perByte - height;
    const label =
      width < LABEL.width || height < LABEL.height
        ? ''
        : `<text x="${(left + 3).toFixed(1)}" y="${(top + 11).toFixed(1)}">${escapeHtml(tensor.slice(-Math.floor(width / 6)))}</text>`;
    const title = `${tensor}: ${type}, ${bytes} B from ${offsetOf(plan, tensor)}, layers ${first} to ${last}`;
    return `<g><title>${escapeHtml(title)}</title><rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" fill="${FILLS[type]}" fill-opacity=".8" stroke="#57606a" stroke-width=".5"/>${label}</g>`;
  });
  const peak = x(plan.peak.operation) + perColumn / 2;
  const legend = Object.entries(FILLS).map(
    ([type, fill]) => `<span class="bar" style="width:1em;background:${fill}"></span>${type} `,
  );
  return `<p>${legend.join('')}</p>
<div class="scroll"><svg viewBox="0 0 ${MAP.width} ${MAP.height}" width="${MAP.width}" height="${MAP.height}" role="img" aria-label="arena over time">
${rectangles.join('\n')}
<line x1="${peak.toFixed(1)}" y1="0" x2="${peak.toFixed(1)}" y2="${MAP.height}" stroke="#a40e26" stroke-dasharray="4 3"/>
</svg></div>`;
}

function offsetOf(plan: ArenaPlan, tensor: string): number {
  return plan.offsets.get(tensor) ?? 0;
}

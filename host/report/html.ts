/** The validation report as one HTML file that needs nothing else: no script, no font, no link. */
import type { ValidationReport } from '../validate/validate.js';
import { attributionLines, layerTable, selfTestLines, TARGET_HEAD, targetRow } from './text.js';

export const STYLE = `body{font:15px/1.45 system-ui,sans-serif;margin:2rem;color:#1b1f24;background:#fff}
h1{font-size:1.4rem;margin:0 0 .2rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.2rem 0}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem;border-bottom:1px solid #d8dee4;text-align:left;white-space:nowrap}
th{background:#f3f5f7;position:sticky;top:0}td.n{text-align:right}tr.bad td{background:#ffe9e6}
.ok{color:#116329}.bad{color:#a40e26}.bar{display:inline-block;height:.7em;background:#4c8bf5;margin-right:.5em}`;

export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  bad: (row: number) => boolean = () => false,
): string {
  const cell = (text: string): string =>
    `<td${/^[-+0-9.e]+$/i.test(text) ? ' class="n"' : ''}>${escapeHtml(text)}</td>`;
  const body = rows.map(
    (row, index) => `<tr${bad(index) ? ' class="bad"' : ''}>${row.map(cell).join('')}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head
    .map((title) => `<th>${escapeHtml(title)}</th>`)
    .join('')}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

/** Where a pass's work lies: a bar for each layer that multiplies. */
function workChart(report: ValidationReport): string {
  const working = report.layers.filter((layer) => layer.multiplyAccumulates > 0);
  const most = working.reduce((a, layer) => Math.max(a, layer.multiplyAccumulates), 1);
  const rows = working.map(
    (layer) =>
      `<tr><td>${layer.index}</td><td>${escapeHtml(layer.name)}</td><td><span class="bar" style="width:${((200 * layer.multiplyAccumulates) / most).toFixed(0)}px"></span>${layer.multiplyAccumulates}</td></tr>`,
  );
  return `<div class="scroll"><table><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
}

export function validationHtml(report: ValidationReport): string {
  const exact = report.targets.every((target) => target.bitExact);
  const layers = layerTable(report);
  const name = escapeHtml(report.network);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${name}: validation</title><style>${STYLE}</style></head><body>
<h1>${name}: validation</h1>
<p class="${exact ? 'ok' : 'bad'}">${exact ? 'Every target leaves the same bytes in every layer as the reference.' : 'A target differs from the reference.'}</p>
<p>${report.inputs} inputs (${escapeHtml(report.source)})</p>
<h2>Targets</h2>
${table(
  TARGET_HEAD,
  report.targets.map(targetRow),
  (row) => report.targets[row]?.bitExact === false,
)}
<h2>Layers</h2>
<p>Errors are those of the integer network against the float one, in the float tensor's unit. Instructions are exact counts of the emulator; cycles are estimated by the cycle model of the core, without wait states.</p>
${table(layers.head, layers.rows)}
${[...selfTestLines(report), ...attributionLines(report)]
  .filter((line) => line !== '')
  .map((line) => `<p>${escapeHtml(line)}</p>`)
  .join('')}
<h2>Multiply-accumulates</h2>
${workChart(report)}
<p>Research use only; not a medical device.</p>
</body></html>
`;
}

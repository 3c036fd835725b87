/** An explanation as one HTML file that needs nothing else: no script, no font, no link. */
import { fixed, RESEARCH_USE } from '../monitor/explanation-words.js';
import { whyLines, windowWords } from '../monitor/why.js';
import { escapeHtml, STYLE, table } from '../report/html.js';
import { bullsEyeSvg } from './bulls-eye-svg.js';
import type { RecordExplanation } from './explain-record.js';
import { meanBeatSvg, windowSvg } from './lead-svg.js';
import { pathSvg } from './path-svg.js';

const OWN_STYLE = `main{max-width:1100px;margin:auto}.notice{border:1px solid #a40e26;color:#a40e26;padding:.4rem .8rem;display:inline-block}
.head{font-size:1.15rem;font-weight:600}svg{max-width:100%;height:auto}.two{display:flex;flex-wrap:wrap;gap:2rem;align-items:flex-start}
.scroll th{white-space:normal;max-width:9rem}.small{color:#57606a;font-size:.85rem}@media print{body{margin:.5rem}h2{break-after:avoid}}`;

const MAP_WORDS: Readonly<Record<string, string>> = {
  chain_rule: 'chain rule',
  adjoint_direction: 'adjoint, by direction',
  paper_like_position: 'paper-like, on the path',
  anatomical_occlusion: 'anatomical occlusion',
  plain_facing_lead: 'plain, lead that faces',
  matched_filter_without_network: 'matched filter (no network)',
};

/** Every mapping beside the one shown; the beat alone last, for comparison. */
function mapTable({ maps, explanation }: RecordExplanation): string {
  const given = Object.entries(maps);
  const cell = (score: number, spread: number): string =>
    `${(100 * score).toFixed(1)}${Number.isFinite(spread) ? ` ± ${(100 * spread).toFixed(1)}` : ''}`;
  return table(
    ['segment, % of the evidence', ...given.map(([name]) => MAP_WORDS[name] ?? name)],
    explanation.segmentNames.map((name, i) => [
      `${i + 1} ${name}`,
      ...given.map(([, map]) => cell(map.scores[i] ?? NaN, map.spread[i] ?? NaN)),
    ]),
  );
}

export function explanationHtml(report: RecordExplanation): string {
  const { explanation, result, record } = report;
  const why = whyLines(explanation, result);
  const title = escapeHtml(`${record.name}: ${explanation.className}`);
  const paragraphs = (lines: readonly string[], style = ''): string =>
    lines.map((line) => `<p${style}>${escapeHtml(line)}</p>`).join('\n');
  const lesion =
    report.lesion === null
      ? `The name ${explanation.className} stands for no lesion with a place: mapped by direction.`
      : `${explanation.className} is taken for ${report.lesion}; templates of a generic heart, from simulation.`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}
${OWN_STYLE}</style></head><body><main>
<h1>${title}</h1>
<p class="notice">${escapeHtml(RESEARCH_USE)}</p>
<p>${escapeHtml(`${record.source}, window ${report.windowIndex + 1} of ${report.windows.length} (${windowWords(result)}), network ${report.network}`)}</p>
${paragraphs(record.remarks, ' class="small"')}
<h2>Why</h2>
<p class="head">${escapeHtml(why.headline)}</p>
${paragraphs(why.lines)}
${paragraphs([lesion, ...why.small], ' class="small"')}
<h2>Answer</h2>
${table(
  ['class', 'probability', 'logit'],
  result.classNames.map((name, i) => [
    name,
    fixed(result.probabilities[i]),
    fixed(result.logits[i]),
  ]),
)}
<h2>In the heart</h2>
<div class="two">${bullsEyeSvg(explanation)}</div>
<h2>Mean beat</h2>
<p class="small">Attribution below each lead: orange for ${escapeHtml(explanation.className)}, blue against. P onset, Q onset, J, T peak and the ends of P and T dashed.</p>
${meanBeatSvg(explanation.meanBeat)}
<h2>Path</h2>
<p class="small">Where the mean vector is, not where a lesion is. P violet, QRS red, ST-T green; dots by the mean magnitude of attribution over the leads (paper-like; the paper's formula is not published).</p>
${pathSvg(explanation.path, report.pathInHeartMm)}
<h2>Every mapping</h2>
<p class="small">± is the standard deviation over ${explanation.beatCount} beats. No mapping of ours has been shown to place better than the matched filter, which asks no network.</p>
${mapTable(report)}
<h2>Ten seconds</h2>
${windowSvg(report.microvolt, report.attribution, report.leads)}
<p class="small">Generic anatomy: nothing here knows the individual heart.</p>
</main></body></html>
`;
}

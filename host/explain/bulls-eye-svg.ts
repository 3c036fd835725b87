/** The bull's-eye as an SVG that stands by itself: 17 segments and the right ventricle's four regions. */
import { bullsEyeCells, type EyeCell } from '../monitor/bulls-eye-cells.js';
import { isNumber, RESEARCH_USE } from '../monitor/explanation-words.js';
import { cividis, css, inkOn } from '../monitor/page/palette.js';
import { escapeHtml } from '../report/html.js';
import type { ExplanationEvent } from '../stream/events.js';

const RADIUS = 190;
const WIDTH = 480;
const HEIGHT = 440;
/** Spreads of smaller shares would only crowd the picture; the table has them all. */
const SPREAD_SHOWN_FROM = 0.05;

const point = (radius: number, degrees: number): string => {
  const angle = (-degrees * Math.PI) / 180;
  return `${(RADIUS * radius * Math.cos(angle)).toFixed(2)} ${(RADIUS * radius * Math.sin(angle)).toFixed(2)}`;
};

function outline({ inner, outer, from, to }: EyeCell): string {
  if (to - from >= 360) {
    const r = (RADIUS * outer).toFixed(2);
    return `M ${point(outer, 0)} A ${r} ${r} 0 1 0 ${point(outer, 180)} A ${r} ${r} 0 1 0 ${point(outer, 0)} Z`;
  }
  const [far, near] = [outer, inner].map((radius) => (RADIUS * radius).toFixed(2));
  return `M ${point(outer, from)} A ${far} ${far} 0 0 0 ${point(outer, to)} L ${point(inner, to)} A ${near} ${near} 0 0 1 ${point(inner, from)} Z`;
}

export function bullsEyeSvg(
  explanation: Pick<
    ExplanationEvent,
    'segmentScores' | 'segmentSpread' | 'segmentNames' | 'topSegment' | 'className'
  >,
): string {
  const highest = Math.max(...explanation.segmentScores.filter(isNumber), Number.MIN_VALUE);
  const cells = bullsEyeCells();
  const drawn = cells.map((cell) => {
    const score = explanation.segmentScores[cell.region] ?? Number.NaN;
    const spread = explanation.segmentSpread[cell.region];
    const color = cividis(score / highest);
    const name = explanation.segmentNames[cell.region] ?? '';
    const spreadText =
      isNumber(spread) && score >= SPREAD_SHOWN_FROM ? `±${(100 * spread).toFixed(0)}` : '';
    const [x, y] = (
      cell.inner === 0 ? '0 0' : point((cell.inner + cell.outer) / 2, (cell.from + cell.to) / 2)
    ).split(' ');
    return `<g><title>${escapeHtml(`${name}: ${(100 * score).toFixed(1)} %${isNumber(spread) ? ` ± ${(100 * spread).toFixed(1)}` : ''}`)}</title>
<path d="${outline(cell)}" fill="${css(color)}" stroke="#fff" stroke-width="2"/>
<text x="${x}" y="${y}" fill="${inkOn(color)}"><tspan x="${x}" dy="${spreadText === '' ? '0.35em' : '-0.1em'}">${(100 * score).toFixed(0)}</tspan>${spreadText === '' ? '' : `<tspan x="${x}" dy="1.05em" font-size="10">${spreadText}</tspan>`}</text></g>`;
  });
  const top = cells.find(({ region }) => region === explanation.topSegment);
  const mark =
    top === undefined
      ? ''
      : `<path d="${outline(top)}" fill="none" stroke="#111" stroke-width="3"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-WIDTH / 2} ${-HEIGHT / 2} ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="14">
<title>${escapeHtml(`Evidence for ${explanation.className} by segment, percent`)}</title>
<g text-anchor="middle" font-weight="600">
${drawn.join('\n')}
${mark}
</g>
<g fill="#555" font-size="12" text-anchor="middle">
<text x="0" y="-172">anterior</text><text x="0" y="182">inferior</text><text x="196" y="4">lateral</text><text x="-205" y="-100">RV</text>
<text x="0" y="212" font-size="10">${escapeHtml(RESEARCH_USE)}; generic anatomy</text>
</g>
</svg>
`;
}

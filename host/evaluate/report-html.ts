/** The report as one HTML page with plots, that needs nothing else: no script, no font, no link. */
import { escapeHtml, STYLE, table } from '../report/html.js';
import { ARMS, type ArmName } from './arms.js';
import type { EvaluationReport, SimulatedReport } from './report.js';
import type { RecordedReport } from './recorded-report.js';
import { WALL_ARMS, type WallArm } from './recorded.js';
import type { Interval } from './statistics.js';
import { trustRows } from './trust-report.js';
import { TIME_ARMS, type TimeArmName } from './time-arms.js';

const BAR_PX = 260;
const ROW_PX = 20;
const LABEL_PX = 230;

export function evaluationHtml({ simulated, wrongHeart, recorded }: EvaluationReport): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Explanations against a known truth</title><style>${STYLE}
svg{max-width:100%}svg text{font:12px system-ui,sans-serif}</style></head><body>
<h1>Explanations against a known truth</h1>
<p>Simulated hearts, not patients. Research use only. Bars: share of lesions whose segment is named first; whiskers: 95 % bootstrap interval; line: chance.</p>
${section('Fresh hearts', simulated)}
${wrongHeart === null ? '' : section('Wrong heart: turned 18°, chest electrodes 2 cm low', wrongHeart)}
${recorded === null ? '<p>Real records: skipped, none were named.</p>' : recordedSection(recorded)}
</body></html>
`;
}

function section(title: string, report: SimulatedReport): string {
  return `<h2>${escapeHtml(title)}: ${report.hearts} hearts</h2>
${table(
  ['arm', 'top 1 %', 'top 3 %', 'territory %', 'ectopic mm', 'what it is'],
  Object.entries(report.headline).map(([arm, { top1, top3, territory, ectopicMm }]) => [
    arm,
    ...[top1, top3, territory].map((share) => (100 * share).toFixed(1)),
    ectopicMm.toFixed(1),
    ARMS[arm as ArmName],
  ]),
)}
${Object.entries(report.place)
  .map(
    ([group, arms]) =>
      `<h3>${escapeHtml(group)}: segment named first</h3>\n${bars(
        Object.entries(arms).map(([arm, { top1 }]) => [arm, top1] as const),
        report.placeChance[group]?.top1 ?? 0,
      )}`,
  )
  .join('\n')}
${Object.entries(report.time)
  .map(
    ([group, arms]) =>
      `<h3>${escapeHtml(group)}: samples that the lesion changed, Dice pooled over leads</h3>\n${bars(
        Object.entries(arms).map(
          ([arm, { dicePooled }]) =>
            [`${arm}: ${TIME_ARMS[arm as TimeArmName]}`, dicePooled] as const,
        ),
        report.timeChance[group]?.pooled ?? 0,
      )}`,
  )
  .join('\n')}
<h3>Dice of the best regions, by how many are taken</h3>
${curves(report)}
${
  report.trust === null
    ? ''
    : `<h3>Trust: ${report.trust.cases} cases</h3>
${table(['what', 'figure'], trustRows(report.trust))}`
}
<h3>Paired differences</h3>
${table(
  ['of', 'against', 'what', 'difference', '95 %', 'Wilcoxon p', 'pairs'],
  report.comparisons.map(({ of, against, what, difference, wilcoxonP, pairs }) => [
    of,
    against,
    what,
    difference.estimate.toFixed(3),
    `${difference.low.toFixed(3)} … ${difference.high.toFixed(3)}`,
    wilcoxonP.toPrecision(2),
    String(pairs),
  ]),
)}
<p>Rank correlation between networks of other seeds: attribution ${number(report.consistency.attribution)}, map ${number(report.consistency.map)};
with shuffled weights: ${number(report.randomisedWeights.attribution)} and ${number(report.randomisedWeights.map)}.</p>`;
}

function recordedSection({ fold, network, groups }: RecordedReport): string {
  const drawn = groups.map(
    ({ table: reading, kind, likelyOnly, cases, arms, comparisons }) =>
      `<h3>${escapeHtml(kind === 'scar' ? 'Infarcts, as scars' : 'Ischaemia and injury')}, ${likelyOnly ? 'likelihood from 50 %' : 'any likelihood'}, ${escapeHtml(reading)} reading: ${cases} records</h3>
${bars(
  Object.entries(arms).map(([arm, { dice }]) => [WALL_ARMS[arm as WallArm], dice] as const),
  arms.random?.chance ?? 0,
)}
${table(
  ['of', 'against', 'Dice, difference', '95 %', 'Wilcoxon p', 'pairs'],
  comparisons.map(({ of, against, dice, wilcoxonP, pairs }) => [
    of,
    against,
    dice.estimate.toFixed(3),
    `${dice.low.toFixed(3)} … ${dice.high.toFixed(3)}`,
    wilcoxonP.toPrecision(2),
    String(pairs),
  ]),
)}`,
  );
  return `<h2>Real records: the wall that the statement names</h2>
<p>Fold ${fold}, network ${escapeHtml(network)}. A proxy: the wall was read from the ECG, not seen in the heart. Bars: Dice at the truth’s coverage.</p>
${drawn.join('\n')}`;
}

function number({ estimate, low, high }: Interval): string {
  return `${estimate.toFixed(2)} (${low.toFixed(2)} … ${high.toFixed(2)})`;
}

/** Few, since more lines than that are not told apart. */
const CURVES = [
  ['occlusion', '#d95f02'],
  ['chain rule', '#1f6fb4'],
  ['matched filter', '#1b1f24'],
  ['plain', '#8a8f98'],
  ['random', '#a40e26'],
] as const;
const CURVE_PX = { width: 300, height: 160 } as const;

function curves({ place }: SimulatedReport): string {
  return Object.entries(place)
    .map(([group, arms]) => {
      const lines = CURVES.flatMap(([arm, color]) => {
        const dice = arms[arm]?.diceByCoverage ?? [];
        const points = dice.map(
          (value, k) =>
            `${((CURVE_PX.width * (k + 1)) / dice.length).toFixed(1)},${(CURVE_PX.height * (1 - value)).toFixed(1)}`,
        );
        return dice.length === 0
          ? []
          : [
              `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="1.6"><title>${escapeHtml(arm)}</title></polyline>`,
            ];
      });
      const key = CURVES.map(
        ([arm, color], k) =>
          `<text x="${CURVE_PX.width + 8}" y="${16 + 16 * k}" fill="${color}">${escapeHtml(arm)}</text>`,
      );
      return `<p>${escapeHtml(group)}</p>
<svg width="${CURVE_PX.width + 120}" height="${CURVE_PX.height + 4}" role="img"><path d="M0 0V${CURVE_PX.height}H${CURVE_PX.width}" fill="none" stroke="#8a8f98"/>
${[...lines, ...key].join('\n')}</svg>`;
    })
    .join('\n');
}

/** Horizontal bars of shares 0…1 with their intervals and the level of chance. */
function bars(rows: readonly (readonly [string, Interval])[], chance: number): string {
  const x = (share: number): string => (LABEL_PX + BAR_PX * share).toFixed(1);
  const height = ROW_PX * rows.length + 4;
  const drawn = rows.map(([label, { estimate, low, high }], row) => {
    const y = ROW_PX * row;
    return `<text x="${LABEL_PX - 6}" y="${y + 14}" text-anchor="end">${escapeHtml(label.slice(0, 40))}</text>
<rect x="${LABEL_PX}" y="${y + 4}" width="${(BAR_PX * estimate).toFixed(1)}" height="12" fill="#4c8bf5"/>
<line x1="${x(low)}" x2="${x(high)}" y1="${y + 10}" y2="${y + 10}" stroke="#1b1f24"/>
<text x="${LABEL_PX + BAR_PX + 8}" y="${y + 14}">${(100 * estimate).toFixed(1)} %</text>`;
  });
  return `<svg width="${LABEL_PX + BAR_PX + 70}" height="${height}" role="img">
${drawn.join('\n')}
<line x1="${x(chance)}" x2="${x(chance)}" y1="0" y2="${height}" stroke="#a40e26" stroke-dasharray="3 3"/></svg>`;
}

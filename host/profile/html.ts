/** The profile as one HTML file that needs nothing else. */
import { escapeHtml, STYLE, table } from '../report/html.js';
import type { Table } from '../report/text.js';
import type { ProfileReport } from './profile.js';
import { basisText, hotTable, hotTitle, profileTable } from './text.js';

export function profileHtml(report: ProfileReport): string {
  const name = escapeHtml(report.network);
  const show = ({ head, rows }: Table): string => table(head, rows);
  const hot = report.hot.map(
    (piece) => `<h3>${escapeHtml(hotTitle(piece))}</h3>\n${show(hotTable(piece))}`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${name}: profile</title><style>${STYLE}</style></head><body>
<h1>${name}: profile</h1>
<p>${escapeHtml(`${report.board} (${report.core}), backend ${report.backend}`)}</p>
<p>${escapeHtml(basisText(report))}</p>
<h2>Layers</h2>
${show(profileTable(report))}
<h2>Hot code</h2>
${hot.join('\n')}
<p>Research use only; not a medical device.</p>
</body></html>
`;
}

/** A run as one page that needs nothing else: what held, what was measured against which limit, traces and serial logs. */
import { escapeHtml, STYLE, table } from '../report/html.js';
import { needsText } from './fixtures.js';
import type { DeviceRecord, Measurement, TestRecord, Trace } from './record.js';
import type { RunReport } from './run.js';

const OWN_STYLE = `details{margin:.3rem 0}pre{background:#f3f5f7;padding:.6rem;overflow-x:auto;font-size:12px}
summary{cursor:pointer}svg{display:block;margin:.3rem 0}`;

export function hilHtml(report: RunReport): string {
  const { tests, measurements, faults, samples } = report;
  const good = tests.failed === 0;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Isochrone on the bench</title><style>${STYLE}${OWN_STYLE}</style></head><body>
<h1>Isochrone on the bench</h1>
<p class="${good ? 'ok' : 'bad'}">${tests.passed} tests passed, ${tests.failed} failed, ${tests.notApplicable} do not apply; ${(report.totalMs / 1000).toFixed(1)} s</p>
<p>${measurements.held} of ${measurements.of} measurements within their limits; ${faults.survived} of ${faults.injected} faults survived.</p>
<p>Samples: ${samples.sent} sent = ${samples.delivered} delivered + ${samples.lostOnLink} lost on the link + ${samples.droppedByDevice} dropped by the device + ${samples.lostToReset} lost to a reset + ${samples.unaccounted} unaccounted for.</p>
${report.devices.map(device).join('\n')}
<p>Research use only; not a medical device.</p>
</body></html>
`;
}

function device(record: DeviceRecord): string {
  const { failure, mutant } = record;
  return `<h2>${escapeHtml(record.device)}: ${escapeHtml(record.board)}, ${escapeHtml(record.core)}${mutant === undefined ? '' : `, broken: ${escapeHtml(mutant)}`}</h2>
${failure === undefined ? '' : `<pre>${escapeHtml(failure)}</pre>`}
${record.tests.map(test).join('\n')}`;
}

const MARKS: Readonly<Record<TestRecord['state'], string>> = {
  passed: '<span class="ok">✓</span>',
  failed: '<span class="bad">✗</span>',
  not_applicable: '–',
};

function test(record: TestRecord): string {
  const { name, state, measurements, faults, trace, error, log } = record;
  const why = state === 'not_applicable' ? ` (needs: ${needsText(record)})` : '';
  const parts = [
    ...(error === undefined ? [] : [`<pre class="bad">${escapeHtml(error)}</pre>`]),
    ...(faults.length === 0
      ? []
      : [
          `<p>Injected: ${faults.map(({ kind, what }) => escapeHtml(`${kind.replaceAll('_', ' ')} (${what})`)).join('; ')}</p>`,
        ]),
    ...(measurements.length === 0 ? [] : [measurementTable(measurements)]),
    ...(trace === undefined ? [] : [traceSvg(trace)]),
    ...(log.length === 0
      ? []
      : [
          `<details><summary>serial log</summary><pre>${escapeHtml(log.join('\n'))}</pre></details>`,
        ]),
  ];
  return `<details${state === 'failed' ? ' open' : ''}><summary>${MARKS[state]} ${escapeHtml(name)}${escapeHtml(why)}, ${(record.ms / 1000).toFixed(1)} s</summary>${parts.join('')}</details>`;
}

function measurementTable(measurements: readonly Measurement[]): string {
  return table(
    ['measurement', 'value', 'unit', 'least', 'most'],
    measurements.map(({ name, value, unit, least, most }) => [
      name,
      value === null ? 'nothing' : String(value),
      unit,
      least === undefined ? '' : String(least),
      most === undefined ? '' : String(most),
    ]),
    (row) => measurements[row]?.holds === false,
  );
}

const WIDTH = 1000;
const HEIGHT = 120;
/** Half the height stands for so much: a tall R. */
const RANGE_MICROVOLT = 2000;

/** Lead II as it came back; a gap is not joined. */
function traceSvg({ firstSampleIndex, rateHz, microvolt, beatSampleIndices }: Trace): string {
  const x = (i: number): number => (i / Math.max(1, microvolt.length - 1)) * WIDTH;
  const y = (value: number): number => HEIGHT / 2 - (value / RANGE_MICROVOLT) * (HEIGHT / 2);
  let path = '';
  let down = false;
  microvolt.forEach((value, i) => {
    if (value !== null) path += `${down ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
    down = value !== null;
  });
  const beats = beatSampleIndices
    .map((index) => ((index - firstSampleIndex) / 500) * rateHz)
    .filter((i) => i >= 0 && i < microvolt.length)
    .map(
      (i) =>
        `<line x1="${x(i).toFixed(1)}" x2="${x(i).toFixed(1)}" y1="0" y2="8" stroke="#a40e26"/>`,
    );
  return `<svg width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="lead II as it came back, beats marked"><path d="${path}" fill="none" stroke="#1b1f24"/>${beats.join('')}</svg>`;
}

/** Twelve leads with their signed attribution: the mean beat with its fiducials, and the whole window. */
import { expandLeads } from '../cineecg/leads.js';
import { INDEPENDENT_IN_TWELVE } from '../cineecg/matrices.js';
import { escapeHtml } from '../report/html.js';
import { TWELVE_LEADS, type MeanBeat } from '../stream/events.js';

/** Blue against, orange for: told apart with any colour vision. */
const FOR = '#d95f02';
const AGAINST = '#1f6fb4';

const CELL = { width: 230, height: 120, columns: 4 } as const;

function twelveRows(eight: readonly (readonly number[])[]): number[][] {
  const rows = TWELVE_LEADS.map((): number[] => []);
  (eight[0] ?? []).forEach((_, t) => {
    expandLeads(eight.map((lead) => lead[t] ?? 0)).forEach((value, lead) =>
      rows[lead]?.push(value),
    );
  });
  return rows;
}

const largest = (rows: readonly (readonly number[])[]): number =>
  rows.reduce((most, row) => row.reduce((m, value) => Math.max(m, Math.abs(value)), most), 0);

const polyline = (points: readonly string[], color: string): string =>
  `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="1.4"/>`;

/** A bar for each sample, up where it speaks for the class, down where against. */
function strip(
  values: readonly number[],
  limit: number,
  at: {
    readonly x: (t: number) => number;
    readonly y: number;
    readonly half: number;
    readonly width: number;
  },
): string {
  return values
    .map((value, t) => {
      const height = (Math.abs(value) / limit) * at.half;
      if (height < 0.15) return '';
      const y = value > 0 ? at.y - height : at.y;
      return `<rect x="${at.x(t).toFixed(1)}" y="${y.toFixed(1)}" width="${at.width.toFixed(1)}" height="${height.toFixed(1)}" fill="${value > 0 ? FOR : AGAINST}"/>`;
    })
    .join('');
}

export function meanBeatSvg({ microvolt, attribution, fiducials }: MeanBeat): string {
  const rows = twelveRows(microvolt);
  const volt = largest(rows) || 1;
  const limit = largest(attribution) || 1;
  const marks = [
    ['P', fiducials.pOnset],
    ['', fiducials.pEnd],
    ['Q', fiducials.qrsOnset],
    ['J', fiducials.jPoint],
    ['T', fiducials.tPeak],
    ['', fiducials.tEnd],
  ] as const;
  const cells = TWELVE_LEADS.map((name, lead) => {
    // Columns as on a printed ECG: limb, augmented, V1–V3, V4–V6.
    const [left, top] = [Math.floor(lead / 3) * CELL.width, (lead % 3) * CELL.height];
    const samples = rows[lead]?.length ?? 1;
    const x = (t: number): number => left + 8 + (t * (CELL.width - 16)) / samples;
    const y = (uv: number): number => top + 46 - (uv / volt) * 38;
    const lines = marks
      .filter(([, at]) => at >= 0)
      .map(
        ([label, at]) =>
          `<line x1="${x(at).toFixed(1)}" y1="${top + 6}" x2="${x(at).toFixed(1)}" y2="${top + 112}" stroke="#bbb" stroke-dasharray="2 2"/>${label === '' ? '' : `<text x="${(x(at) + 2).toFixed(1)}" y="${top + 13}" fill="#888" font-size="9">${label}</text>`}`,
      );
    return [
      `<line x1="${x(0)}" y1="${top + 98}" x2="${x(samples)}" y2="${top + 98}" stroke="#ddd"/>`,
      ...lines,
      strip(attribution[lead] ?? [], limit, {
        x,
        y: top + 98,
        half: 14,
        width: (CELL.width - 16) / samples,
      }),
      polyline(
        (rows[lead] ?? []).map((uv, t) => `${x(t).toFixed(1)},${y(uv).toFixed(1)}`),
        '#1b1f24',
      ),
      `<text x="${left + 8}" y="${top + 26}" font-weight="600">${escapeHtml(name)}</text>`,
    ].join('');
  });
  const [width, height] = [CELL.width * CELL.columns, CELL.height * 3];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12"><title>Mean beat of twelve leads; below each its attribution, orange for the class, blue against</title>
${cells.join('\n')}
</svg>`;
}

const STRIP = { width: 1000, height: 62 } as const;
/** Attribution of the window in bins of 20 ms: narrower than a pixel of a printed page would be lost. */
const BIN = 2;

/**
 * @param microvolt `[1000][8]`
 * @param attribution `[1000][leads]`, twelve or the eight independent ones
 */
export function windowSvg(
  microvolt: readonly number[],
  attribution: readonly number[],
  leads: number,
): string {
  const samples = microvolt.length / 8;
  const eight = Array.from({ length: 8 }, (_, lead) =>
    Array.from({ length: samples }, (_sample, t) => microvolt[t * 8 + lead] ?? 0),
  );
  const rows = twelveRows(eight);
  const volt = largest(rows) || 1;
  const binned = TWELVE_LEADS.map((_, twelve) => {
    const lead = leads === 12 ? twelve : INDEPENDENT_IN_TWELVE.findIndex((at) => at === twelve);
    return Array.from({ length: lead < 0 ? 0 : samples / BIN }, (_bin, b) => {
      let sum = 0;
      for (let k = 0; k < BIN; k += 1) sum += attribution[(b * BIN + k) * leads + lead] ?? 0;
      return sum;
    });
  });
  const limit = largest(binned) || 1;
  const drawn = TWELVE_LEADS.map((name, lead) => {
    const top = lead * STRIP.height;
    const x = (t: number): number => 40 + (t * (STRIP.width - 40)) / samples;
    return [
      strip(binned[lead] ?? [], limit, {
        x: (b) => x(b * BIN),
        y: top + STRIP.height / 2,
        half: STRIP.height / 2 - 2,
        width: ((STRIP.width - 40) * BIN) / samples,
      }),
      polyline(
        (rows[lead] ?? []).map(
          (uv, t) => `${x(t).toFixed(1)},${(top + STRIP.height / 2 - (uv / volt) * 40).toFixed(1)}`,
        ),
        '#1b1f24',
      ),
      `<text x="2" y="${top + STRIP.height / 2 + 4}" font-weight="600">${escapeHtml(name)}</text>`,
    ].join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${STRIP.width} ${STRIP.height * 12}" role="img" font-family="system-ui, sans-serif" font-size="12"><title>Ten seconds of twelve leads with signed attribution, orange for the class, blue against</title>
${drawn.join('\n')}
</svg>`;
}

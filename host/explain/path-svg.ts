/** The CineECG path in two views, coloured by phase, dots as large as the evidence at that moment. */
import { escapeHtml } from '../report/html.js';
import { PHASES, type PathPoint } from '../stream/events.js';

const COLORS = { P: '#7a5195', QRS: '#d1495b', 'ST-T': '#2a7f62' } as const;
const SIZE = 260;
/** Half the side of a view, millimetres: the heart and the atria fit. */
const REACH_MM = 110;

interface View {
  readonly title: string;
  readonly axes: readonly [horizontal: 0 | 1 | 2, vertical: 0 | 1 | 2];
  /** −1: the axis grows to the left, or upwards. */
  readonly signs: readonly [1 | -1, 1 | -1];
  readonly edges: readonly [left: string, right: string, top: string, bottom: string];
}

const TORSO: readonly View[] = [
  { title: 'torso, frontal', axes: [0, 1], signs: [1, 1], edges: ['R', 'L', 'sup.', 'inf.'] },
  { title: 'torso, transverse', axes: [0, 2], signs: [1, -1], edges: ['R', 'L', 'post.', 'ant.'] },
];
const HEART: readonly View[] = [
  { title: 'heart, long axis', axes: [1, 0], signs: [1, 1], edges: ['RV', 'LV', 'base', 'apex'] },
  {
    title: 'heart, short axis',
    axes: [1, 2],
    signs: [1, -1],
    edges: ['septal', 'lateral', 'ant.', 'inf.'],
  },
];

export function pathSvg(
  path: readonly PathPoint[],
  pathInHeartMm: readonly (readonly [number, number, number])[],
): string {
  const most = Math.max(...path.map(({ evidence }) => evidence), Number.MIN_VALUE);
  const torso = path.map(({ frankMm }) => frankMm);
  const views = [
    ...TORSO.map((view) => [view, torso] as const),
    ...HEART.map((view) => [view, pathInHeartMm] as const),
  ].map(([view, places], column) => {
    const at =
      (axis: 0 | 1): ((i: number) => number) =>
      (i) =>
        SIZE / 2 +
        ((view.signs[axis] * (places[i]?.[view.axes[axis]] ?? 0)) / REACH_MM) * (SIZE / 2);
    const [x, y] = [at(0), at(1)];
    const lines = PHASES.map((phase) => {
      const points = path.flatMap((point, i) =>
        point.phase === phase ? [`${x(i).toFixed(1)},${y(i).toFixed(1)}`] : [],
      );
      return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLORS[phase]}" stroke-width="2"/>`;
    });
    const dots = path.map(({ evidence, phase }, i) => {
      const radius = 5 * Math.max(0, evidence / most);
      return radius < 0.8
        ? ''
        : `<circle cx="${x(i).toFixed(1)}" cy="${y(i).toFixed(1)}" r="${radius.toFixed(1)}" fill="${COLORS[phase]}" fill-opacity="0.7"/>`;
    });
    const [left, right, top, bottom] = view.edges;
    return `<g transform="translate(${column * SIZE} 0)"><rect x="4" y="4" width="${SIZE - 8}" height="${SIZE - 8}" fill="none" stroke="#ddd"/>
${lines.join('')}${dots.join('')}
<g fill="#777" font-size="11"><text x="8" y="${SIZE / 2}">${left}</text><text x="${SIZE - 8}" y="${SIZE / 2}" text-anchor="end">${right}</text><text x="${SIZE / 2}" y="${SIZE - 8}" text-anchor="middle">${bottom}</text><text x="${SIZE / 2}" y="32" text-anchor="middle">${top}</text></g>
<text x="10" y="18" font-weight="600">${escapeHtml(view.title)}</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${4 * SIZE} ${SIZE}" role="img" font-family="system-ui, sans-serif" font-size="12"><title>Path of the mean vector in torso and heart axes: P violet, QRS red, ST-T green</title>
${views.join('\n')}
</svg>`;
}

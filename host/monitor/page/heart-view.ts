import { REGIONS } from '../../cineecg/geometry.js';
import { heartSurface, type HeartSurface } from '../../cineecg/surface.js';
import type { ExplanationEvent, PathPoint } from '../../stream/events.js';
import { indistinctSegments, isNumber } from '../explanation-words.js';
import { fitCanvas, font, type Surface } from './canvas.js';
import { cividis, css, mix, type Rgb, type Theme } from './palette.js';
import { isTurned, turned, UNTURNED } from './rotation.js';

type Vector = readonly [number, number, number];

/** A standard view: which Frank axis runs right and down on the screen, and which points at the viewer. */
export interface HeartView {
  readonly name: string;
  readonly right: Vector;
  readonly down: Vector;
  readonly towardsViewer: Vector;
  /** What lies at the left, right, top and bottom edge. */
  readonly edges: readonly [string, string, string, string];
}

/** Frank: X left, Y inferior, Z posterior. The transverse view is from above with the front at the bottom, as VCG loops are drawn. */
export const HEART_VIEWS = {
  frontal: {
    name: 'frontal',
    right: [1, 0, 0],
    down: [0, 1, 0],
    towardsViewer: [0, 0, -1],
    edges: ['R', 'L', 'S', 'I'],
  },
  sagittal: {
    name: 'left sagittal',
    right: [0, 0, 1],
    down: [0, 1, 0],
    towardsViewer: [1, 0, 0],
    edges: ['A', 'P', 'S', 'I'],
  },
  transverse: {
    name: 'transverse',
    right: [1, 0, 0],
    down: [0, 0, -1],
    towardsViewer: [0, -1, 0],
    edges: ['R', 'L', 'P', 'A'],
  },
} as const satisfies Record<string, HeartView>;

const ORIGIN: Vector = [0, 0, 0];

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** The heart with the path fits into this many millimetres around its centre. */
const FIELD_MM = 112;
const PHASE_DASH: Readonly<Record<PathPoint['phase'], readonly number[]>> = {
  P: [1, 5],
  QRS: [],
  'ST-T': [7, 5],
};

/** The right ventricle lies over the septum: it is drawn clear, and the more solid the more evidence it has. */
const FIRST_RV_REGION = 17;
interface Paint {
  readonly rgb: Rgb;
  readonly opacity: number;
}

let mesh: HeartSurface | undefined;

export function drawHeart(
  canvas: HTMLCanvasElement,
  standard: HeartView,
  explanation: ExplanationEvent | undefined,
  theme: Theme,
  turn = UNTURNED,
): void {
  const view = isTurned(turn) ? turned(standard, turn) : standard;
  const { surface } = fitCanvas(canvas);
  const { context, width, height, ratio } = surface;
  context.clearRect(0, 0, width, height);
  const pxPerMm = Math.min(width, height) / FIELD_MM;
  mesh ??= heartSurface();
  const middle = middleMm(mesh, view);
  const project = (frankMm: Vector): [number, number] => [
    width / 2 + (dot(frankMm, view.right) - middle[0]) * pxPerMm,
    height / 2 + (dot(frankMm, view.down) - middle[1]) * pxPerMm,
  ];
  drawMesh(surface, view, mesh, regionColors(explanation, theme), project);
  if (isTurned(turn)) drawAxes(surface, view, theme);
  else drawEdges(surface, view, theme, (FIELD_MM / 2) * pxPerMm);
  drawScaleBar(surface, theme, pxPerMm);
  if (explanation === undefined) return;
  for (const region of indistinctSegments(explanation)) {
    drawRing(surface, view, theme, { region, radius: 6, lineWidth: 1.2 }, project);
  }
  drawRing(
    surface,
    view,
    theme,
    { region: explanation.topSegment, radius: 9, lineWidth: 2 },
    project,
  );
  drawPath(surface, theme, explanation.path, project);
  context.setLineDash([]);
  context.lineWidth = ratio;
}

/** Middle of the heart's outline in a view: not the centre of the frame, which is the path's. */
function middleMm(heart: HeartSurface, view: HeartView): [number, number] {
  const middle = (axis: Vector): number => {
    const values = heart.verticesMm.map((vertex) => dot(vertex, axis));
    return (Math.min(...values) + Math.max(...values)) / 2;
  };
  return [middle(view.right), middle(view.down)];
}

/** Colour of each region; flesh while nothing is known. */
function regionColors(explanation: ExplanationEvent | undefined, theme: Theme): readonly Paint[] {
  if (explanation === undefined) {
    return REGIONS.map((_region, i) => ({
      rgb: theme.flesh,
      opacity: i < FIRST_RV_REGION ? 1 : 0.5,
    }));
  }
  const highest = Math.max(...explanation.segmentScores.filter(isNumber), Number.MIN_VALUE);
  return REGIONS.map((_region, i) => {
    const share = Math.max(0, (explanation.segmentScores[i] ?? 0) / highest);
    return { rgb: cividis(share), opacity: i < FIRST_RV_REGION ? 1 : 0.35 + 0.6 * share };
  });
}

function drawMesh(
  surface: Surface,
  view: HeartView,
  heart: HeartSurface,
  colors: readonly Paint[],
  project: (frankMm: Vector) => [number, number],
): void {
  const faces = heart.triangles.map((triangle) => {
    const corners = triangle.map((vertex) => heart.verticesMm[vertex] ?? ORIGIN);
    const facing =
      triangle.reduce(
        (sum, vertex) => sum + dot(heart.normals[vertex] ?? ORIGIN, view.towardsViewer),
        0,
      ) / 3;
    const depth = corners.reduce((sum, corner) => sum + dot(corner, view.towardsViewer), 0);
    return { corners, facing, depth, region: heart.regions[triangle[0]] ?? 0 };
  });
  faces.sort((a, b) => a.depth - b.depth);
  const { context } = surface;
  context.lineWidth = 0.7 * surface.ratio;
  context.lineJoin = 'round';
  context.setLineDash([]);
  for (const { corners, facing, region } of faces) {
    // The open base shows the inner side of the far wall: darker, and unlit.
    const light = facing > 0 ? 0.7 + 0.3 * facing : 0.4;
    const color = mix([6, 10, 16], colors[region]?.rgb ?? [90, 90, 90], light);
    const opacity = colors[region]?.opacity ?? 1;
    context.fillStyle = css(color, opacity);
    context.strokeStyle = css(color, opacity);
    context.beginPath();
    for (const corner of corners) context.lineTo(...project(corner));
    context.closePath();
    context.fill();
    // The stroke closes the seams between faces; on a clear face it would draw the mesh instead.
    if (opacity === 1) context.stroke();
  }
}

function drawEdges(surface: Surface, view: HeartView, theme: Theme, reach: number): void {
  const { context, width, height, ratio } = surface;
  const [left, right, top, bottom] = view.edges;
  const inset = 9 * ratio;
  context.fillStyle = theme.muted;
  context.font = font(surface, 12, 600);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(left, Math.max(inset, width / 2 - 1.15 * reach), height / 2);
  context.fillText(right, Math.min(width - inset, width / 2 + 1.15 * reach), height / 2);
  context.fillText(top, width / 2, inset);
  context.fillText(bottom, width / 2, height - inset);
  context.textBaseline = 'alphabetic';
}

function drawScaleBar(surface: Surface, theme: Theme, pxPerMm: number): void {
  const { context, height, ratio } = surface;
  const y = height - 8 * ratio;
  context.strokeStyle = theme.muted;
  context.lineWidth = 2 * ratio;
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(10 * ratio, y);
  context.lineTo(10 * ratio + 20 * pxPerMm, y);
  context.stroke();
  context.fillStyle = theme.muted;
  context.font = font(surface, 11);
  context.textAlign = 'left';
  context.fillText('20 mm', 10 * ratio, y - 5 * ratio);
}

/** A ring on a region's centre: whole when it faces the viewer, dashed when it lies behind. */
function drawRing(
  surface: Surface,
  view: HeartView,
  theme: Theme,
  ring: { region: number; radius: number; lineWidth: number },
  project: (frankMm: Vector) => [number, number],
): void {
  const region = REGIONS[ring.region];
  if (region === undefined) return;
  const { context, ratio } = surface;
  const [x, y] = project(region.centreMm);
  const behind = dot(region.normal, view.towardsViewer) < 0;
  for (const [color, lineWidth] of [
    [theme.halo, ring.lineWidth + 3],
    [theme.text, ring.lineWidth],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = lineWidth * ratio;
    context.setLineDash(behind ? [4 * ratio, 4 * ratio] : []);
    context.beginPath();
    context.arc(x, y, ring.radius * ratio, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** Where left, inferior and posterior point in a turned view, whose edges have no names. */
function drawAxes(surface: Surface, view: HeartView, theme: Theme): void {
  const { context, width, height, ratio } = surface;
  const [x, y, length] = [width - 30 * ratio, height - 30 * ratio, 18 * ratio];
  context.strokeStyle = theme.muted;
  context.fillStyle = theme.muted;
  context.lineWidth = 1.5 * ratio;
  context.setLineDash([]);
  context.font = font(surface, 12, 600);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  (['L', 'I', 'P'] as const).forEach((name, axis) => {
    const [dx, dy] = [length * (view.right[axis] ?? 0), length * (view.down[axis] ?? 0)];
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + dx, y + dy);
    context.stroke();
    context.fillText(name, x + 1.4 * dx, y + 1.4 * dy);
  });
  context.textBaseline = 'alphabetic';
}

function drawPath(
  surface: Surface,
  theme: Theme,
  path: readonly PathPoint[],
  project: (frankMm: Vector) => [number, number],
): void {
  const { context, ratio } = surface;
  const points = path.filter((point) => point.frankMm.every(isNumber));
  const most = Math.max(
    ...points.map((point) => point.evidence).filter(isNumber),
    Number.MIN_VALUE,
  );
  context.lineJoin = 'round';
  context.lineCap = 'round';
  for (const phase of ['P', 'ST-T', 'QRS'] as const) {
    const run = points.filter((point) => point.phase === phase);
    const stroke = (color: string, width: number): void => {
      context.strokeStyle = color;
      context.lineWidth = width * ratio;
      context.beginPath();
      for (const point of run) context.lineTo(...project(point.frankMm));
      context.stroke();
    };
    context.setLineDash([]);
    stroke(theme.halo, 4.6);
    context.setLineDash(PHASE_DASH[phase].map((dash) => dash * ratio));
    stroke(theme.phase[phase], 2.6);
    context.setLineDash([]);
    context.fillStyle = theme.phase[phase];
    for (const point of run) {
      const share = isNumber(point.evidence) ? Math.max(0, point.evidence) / most : 0;
      if (share < 0.3) continue;
      context.beginPath();
      context.arc(...project(point.frankMm), 4.5 * share * ratio, 0, 2 * Math.PI);
      context.fill();
    }
  }
  context.lineCap = 'butt';
}

import type { ExplanationEvent } from '../../stream/events.js';
import { bullsEyeCells, type EyeCell } from '../bulls-eye-cells.js';
import { indistinctSegments, isNumber } from '../explanation-words.js';
import { fitCanvas, font } from './canvas.js';
import { cividis, css, inkOn, type Theme } from './palette.js';

const SPREAD_SHOWN_FROM = 0.05;

/** Share in percent with the spread below, on a sequential map whose top is the highest score. */
export function drawBullsEye(
  canvas: HTMLCanvasElement,
  explanation: ExplanationEvent | undefined,
  theme: Theme,
): void {
  const { surface } = fitCanvas(canvas);
  const { context, width, height, ratio } = surface;
  context.clearRect(0, 0, width, height);
  // Room for the words outside: 40 pixels at the sides, 4 above and below.
  const radius = Math.max(10, Math.min(width / 2 - 40 * ratio, height / 2 - 4 * ratio));
  const [cx, cy] = [width / 2, height / 2];
  const highest = Math.max(
    ...(explanation?.segmentScores ?? []).filter(isNumber),
    Number.MIN_VALUE,
  );
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const cells = bullsEyeCells();
  for (const cell of cells) {
    const score = explanation?.segmentScores[cell.region];
    const color = isNumber(score) ? cividis(score / highest) : theme.flesh;
    context.fillStyle = css(color);
    context.strokeStyle = theme.panel;
    context.lineWidth = 2 * ratio;
    context.beginPath();
    tracePath(context, cell, { cx, cy, radius });
    context.fill();
    context.stroke();
    const middle = ((cell.inner + cell.outer) / 2) * radius;
    const at = radians((cell.from + cell.to) / 2);
    const [x, y] =
      cell.inner === 0 ? [cx, cy] : [cx + middle * Math.cos(at), cy + middle * Math.sin(at)];
    context.fillStyle = inkOn(color);
    const cellPx = (cell.outer - cell.inner) * radius * (cell.inner === 0 ? 2 : 1);
    const spread = explanation?.segmentSpread[cell.region];
    drawText(context, {
      lines: isNumber(score) ? [(100 * score).toFixed(0), spreadText(score, spread)] : [cell.label],
      x,
      y,
      lineHeight: Math.min(13 * ratio, cellPx / 2.3),
      fontOf: (px) => font({ ...surface, ratio: 1 }, px, 600),
    });
  }
  const outline = (region: number, lineWidth: number, dash: readonly number[]): void => {
    const cell = cells.find((each) => each.region === region);
    if (cell === undefined) return;
    context.strokeStyle = theme.text;
    context.lineWidth = lineWidth * ratio;
    context.setLineDash(dash.map((part) => part * ratio));
    context.beginPath();
    tracePath(context, cell, { cx, cy, radius });
    context.stroke();
    context.setLineDash([]);
  };
  if (explanation !== undefined) {
    for (const region of indistinctSegments(explanation)) outline(region, 1.5, [3, 3]);
    outline(explanation.topSegment, 2.5, []);
  }
  context.fillStyle = theme.muted;
  context.font = font(surface, 11);
  context.textBaseline = 'alphabetic';
  context.fillText('anterior', cx, cy - 0.87 * radius);
  context.fillText('inferior', cx, cy + 0.87 * radius + 8 * ratio);
  context.textAlign = 'left';
  context.fillText('lateral', cx + 0.84 * radius, cy + 4 * ratio);
  context.textAlign = 'right';
  context.fillText('RV', cx - 0.96 * radius, cy - 0.5 * radius);
}

/** Degrees run counter-clockwise from the right, as in a bull's-eye; the canvas turns the other way. */
const radians = (degrees: number): number => (-degrees * Math.PI) / 180;

function tracePath(
  context: CanvasRenderingContext2D,
  cell: EyeCell,
  { cx, cy, radius }: { cx: number; cy: number; radius: number },
): void {
  context.arc(cx, cy, cell.outer * radius, radians(cell.from), radians(cell.to), true);
  if (cell.inner > 0) {
    context.arc(cx, cy, cell.inner * radius, radians(cell.to), radians(cell.from), false);
  }
  context.closePath();
}

/** Cells of small share stay uncrowded: the table beside the picture has every spread. */
function spreadText(score: number, spread: number | undefined): string {
  return isNumber(spread) && score >= SPREAD_SHOWN_FROM ? `±${(100 * spread).toFixed(0)}` : '';
}

function drawText(
  context: CanvasRenderingContext2D,
  text: {
    lines: readonly string[];
    x: number;
    y: number;
    lineHeight: number;
    fontOf: (px: number) => string;
  },
): void {
  const lines = text.lines.filter((line) => line !== '');
  lines.forEach((line, i) => {
    context.font = text.fontOf(text.lineHeight * (i === 0 ? 0.95 : 0.75));
    context.fillText(line, text.x, text.y + (i - (lines.length - 1) / 2) * text.lineHeight);
  });
}

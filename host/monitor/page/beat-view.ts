import {
  TWELVE_LEADS,
  type ExplanationEvent,
  type MeanBeat,
  type Phase,
} from '../../stream/events.js';
import { isNumber } from '../explanation-words.js';
import { fitCanvas, font, type Surface } from './canvas.js';
import type { Theme } from './palette.js';
import { twelveOf } from './trace-buffer.js';

const ROWS = 3;
const COLUMNS = 4;
const PAD_CSS_PX = 6;

/** Phases of the beat as half-open index ranges, those found. */
export function phaseRanges(
  fiducials: MeanBeat['fiducials'],
): { phase: Phase; from: number; to: number }[] {
  const { pOnset, pEnd, qrsOnset, jPoint, tEnd } = fiducials;
  const ranges = [
    { phase: 'P' as const, from: pOnset, to: pEnd },
    { phase: 'QRS' as const, from: qrsOnset, to: jPoint },
    { phase: 'ST-T' as const, from: jPoint, to: tEnd },
  ];
  return ranges.filter(({ from, to }) => from >= 0 && to > from);
}

/** Largest magnitude; the scale of a symmetric map. */
export function symmetricLimit(rows: readonly (readonly number[])[]): number {
  return rows.reduce(
    (limit, row) =>
      row.reduce((max, value) => (isNumber(value) ? Math.max(max, Math.abs(value)) : max), limit),
    0,
  );
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Twelve mean beats, each above the strip of its signed attribution on the same time axis. Returns the strip's limit. */
export function drawBeats(
  canvas: HTMLCanvasElement,
  explanation: ExplanationEvent,
  theme: Theme,
): number {
  const { surface } = fitCanvas(canvas);
  surface.context.clearRect(0, 0, surface.width, surface.height);
  const { meanBeat } = explanation;
  const length = meanBeat.microvolt[0]?.length ?? 0;
  const samples = Array.from({ length }, (_unused, t) =>
    twelveOf(meanBeat.microvolt.map((lead) => lead[t] ?? Number.NaN)),
  );
  const leads = TWELVE_LEADS.map((_name, lead) =>
    samples.map((twelve) => twelve[lead] ?? Number.NaN),
  );
  const limit = symmetricLimit(meanBeat.attribution);
  const cellWidth = surface.width / COLUMNS;
  const cellHeight = surface.height / ROWS;
  const pad = PAD_CSS_PX * surface.ratio;
  const highest = Math.max(...leads.flat().filter(isNumber), 200);
  const lowest = Math.min(...leads.flat().filter(isNumber), -200);
  TWELVE_LEADS.forEach((name, lead) => {
    const x = Math.floor(lead / ROWS) * cellWidth + pad;
    const y = (lead % ROWS) * cellHeight;
    const width = cellWidth - 2 * pad;
    const traceBox = { x, y: y + pad, width, height: 0.62 * cellHeight - pad };
    const stripBox = { x, y: y + 0.66 * cellHeight, width, height: 0.3 * cellHeight };
    const xOf = (t: number): number => x + (t / Math.max(1, length - 1)) * width;
    drawPhases(surface, theme, meanBeat, { ...traceBox, height: 0.96 * cellHeight - pad }, xOf);
    drawTrace(surface, theme, leads[lead] ?? [], traceBox, { highest, lowest, xOf });
    drawStrip(surface, theme, meanBeat.attribution[lead] ?? [], stripBox, { limit, xOf });
    surface.context.fillStyle = theme.text;
    surface.context.font = font(surface, 13, 600);
    surface.context.textAlign = 'left';
    surface.context.fillText(name, x + 2 * surface.ratio, y + pad + 12 * surface.ratio);
    if (lead === 0) drawScale(surface, theme, traceBox, highest - lowest);
  });
  return limit;
}

function drawPhases(
  surface: Surface,
  theme: Theme,
  beat: MeanBeat,
  box: Box,
  xOf: (t: number) => number,
): void {
  const { context } = surface;
  context.save();
  for (const { phase, from, to } of phaseRanges(beat.fiducials)) {
    context.globalAlpha = 0.1;
    context.fillStyle = theme.phase[phase];
    context.fillRect(xOf(from), box.y, xOf(to) - xOf(from), box.height);
    context.globalAlpha = 0.9;
    context.fillRect(xOf(from), box.y + box.height, xOf(to) - xOf(from), 2 * surface.ratio);
  }
  const { tPeak } = beat.fiducials;
  if (tPeak >= 0) {
    context.globalAlpha = 0.5;
    context.strokeStyle = theme.muted;
    context.lineWidth = surface.ratio;
    context.setLineDash([2 * surface.ratio, 3 * surface.ratio]);
    context.beginPath();
    context.moveTo(xOf(tPeak), box.y);
    context.lineTo(xOf(tPeak), box.y + box.height);
    context.stroke();
  }
  context.restore();
}

function drawTrace(
  surface: Surface,
  theme: Theme,
  microvolt: readonly number[],
  box: Box,
  axis: { highest: number; lowest: number; xOf: (t: number) => number },
): void {
  const { context } = surface;
  const yOf = (value: number): number =>
    box.y + (box.height * (axis.highest - value)) / (axis.highest - axis.lowest);
  context.strokeStyle = theme.gridBold;
  context.lineWidth = surface.ratio;
  context.beginPath();
  context.moveTo(box.x, yOf(0));
  context.lineTo(box.x + box.width, yOf(0));
  context.stroke();
  context.strokeStyle = theme.trace;
  context.lineWidth = 1.6 * surface.ratio;
  context.lineJoin = 'round';
  context.beginPath();
  let joined = false;
  microvolt.forEach((value, t) => {
    if (!isNumber(value)) {
      joined = false;
    } else if (joined) {
      context.lineTo(axis.xOf(t), yOf(value));
    } else {
      context.moveTo(axis.xOf(t), yOf(value));
      joined = true;
    }
  });
  context.stroke();
}

function drawStrip(
  surface: Surface,
  theme: Theme,
  attribution: readonly number[],
  box: Box,
  axis: { limit: number; xOf: (t: number) => number },
): void {
  const { context } = surface;
  const zero = box.y + box.height / 2;
  context.fillStyle = theme.track;
  context.fillRect(box.x, box.y, box.width, box.height);
  const barWidth = Math.max(1, axis.xOf(1) - axis.xOf(0));
  attribution.forEach((value, t) => {
    if (!isNumber(value) || axis.limit === 0) return;
    const height = (Math.abs(value) / axis.limit) * (box.height / 2);
    context.fillStyle = value > 0 ? theme.forClass : theme.againstClass;
    context.fillRect(
      axis.xOf(t) - barWidth / 2,
      value > 0 ? zero - height : zero,
      barWidth + 0.5,
      height,
    );
  });
  context.fillStyle = theme.mark;
  context.fillRect(box.x, zero - surface.ratio / 2, box.width, surface.ratio);
}

function drawScale(surface: Surface, theme: Theme, box: Box, rangeMicrovolt: number): void {
  const { context, ratio } = surface;
  const height = (1000 / rangeMicrovolt) * box.height;
  const x = box.x + box.width - 3 * ratio;
  context.strokeStyle = theme.muted;
  context.lineWidth = 2 * ratio;
  context.beginPath();
  context.moveTo(x, box.y);
  context.lineTo(x, box.y + height);
  context.stroke();
  context.fillStyle = theme.muted;
  context.font = font(surface, 11);
  context.textAlign = 'right';
  context.fillText('1 mV', x - 5 * ratio, box.y + 10 * ratio);
}

import type { BeatMarks, MeasurementEvent, MedianBeatEvent } from '../../stream/events.js';
import { isNumber } from '../explanation-words.js';
import { fitCanvas, font, type Surface } from './canvas.js';
import type { Theme } from './palette.js';
import { twelveOf } from './trace-buffer.js';

const SAMPLE_RATE_HZ = 500;
/** A flat beat is not blown up to noise: the range is at least 0.5 mV. */
const LEAST_RANGE_MICROVOLT = 500;
const LABEL_CSS_PX = 16;
const PAD_CSS_PX = 6;

const LABELS: readonly (readonly [keyof BeatMarks, string])[] = [
  ['pOnset', 'P'],
  ['pEnd', ''],
  ['qrsOnset', 'Q'],
  ['qrsEnd', 'J'],
  ['tPeak', 'T'],
  ['tEnd', ''],
];

/** Marks that lie in the beat, as positions in its samples. */
export function markPositions(
  beat: MedianBeatEvent,
  marks: BeatMarks,
): { readonly label: string; readonly at: number }[] {
  const length = beat.microvolt[0]?.length ?? 0;
  return LABELS.flatMap(([name, label]) => {
    const index = marks[name];
    if (index === null) return [];
    const at = beat.centreIndex + ((index - beat.sampleIndex) * beat.rateHz) / SAMPLE_RATE_HZ;
    return at >= 0 && at <= length - 1 ? [{ label, at }] : [];
  });
}

/** Twelve leads over one another, as they are measured: all leads together have one set of marks. */
export function drawMedianBeat(
  canvas: HTMLCanvasElement,
  beat: MedianBeatEvent,
  measurement: MeasurementEvent | undefined,
  theme: Theme,
): void {
  const { surface } = fitCanvas(canvas);
  const { context, width, height, ratio } = surface;
  context.clearRect(0, 0, width, height);
  const length = beat.microvolt[0]?.length ?? 0;
  const samples = Array.from({ length }, (_unused, t) =>
    twelveOf(beat.microvolt.map((lead) => lead[t] ?? Number.NaN)),
  );
  const all = samples.flat().filter(isNumber);
  if (all.length === 0) return;
  const pad = PAD_CSS_PX * ratio;
  const top = LABEL_CSS_PX * ratio + pad;
  const highest = Math.max(...all, LEAST_RANGE_MICROVOLT / 2);
  const lowest = Math.min(...all, -LEAST_RANGE_MICROVOLT / 2);
  const xOf = (t: number): number => pad + (t / Math.max(1, length - 1)) * (width - 2 * pad);
  const yOf = (value: number): number =>
    top + ((highest - value) / (highest - lowest)) * (height - top - pad);
  if (measurement !== undefined)
    drawMarks(surface, theme, markPositions(beat, measurement.marks), xOf);
  context.strokeStyle = theme.trace;
  context.lineWidth = ratio;
  context.lineJoin = 'round';
  context.globalAlpha = 0.75;
  for (let lead = 0; lead < (samples[0]?.length ?? 0); lead += 1) {
    context.beginPath();
    samples.forEach((twelve, t) => context.lineTo(xOf(t), yOf(twelve[lead] ?? 0)));
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawMarks(
  surface: Surface,
  theme: Theme,
  marks: readonly { readonly label: string; readonly at: number }[],
  xOf: (t: number) => number,
): void {
  const { context, height, ratio } = surface;
  context.strokeStyle = theme.mark;
  context.fillStyle = theme.text;
  context.lineWidth = ratio;
  context.font = font(surface, 12, 600);
  context.textAlign = 'center';
  for (const { label, at } of marks) {
    const x = xOf(at);
    context.beginPath();
    context.moveTo(x, LABEL_CSS_PX * ratio);
    context.lineTo(x, height);
    context.stroke();
    context.fillText(label, x, 0.8 * LABEL_CSS_PX * ratio);
  }
}

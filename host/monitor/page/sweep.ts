import { TWELVE_LEADS } from '../../stream/events.js';
import { fitCanvas, font, hatch, type Surface } from './canvas.js';
import type { Theme } from './palette.js';
import type { PageState } from './state.js';
import { drawStrip, stripBars, type StripBar } from './sweep-strip.js';

const SAMPLE_RATE_HZ = 500;
/** CSS defines 96 pixels to the inch of 25.4 mm. */
const CSS_PX_PER_MM = 96 / 25.4;
/** A row is at least this high in millimetres of the grid: 1.8 mV at 10 mm/mV. A small window shrinks grid and trace together. */
const ROW_MM = 18;
const ROWS = 6;
const COLUMNS = 2;
/** Room above the first row for the marks of beats, in rows. */
const TOP_ROWS = 0.3;
/** Room for the calibration mark and the lead's name. */
const MARGIN_CSS_PX = 46;
/** Blank ahead of the newest sample, in millimetres. */
const ERASE_MM = 4;
/** Half the height of a lead's attribution strip, and its middle, as shares of the row. */
const STRIP_REACH = 0.08;
const STRIP_MIDDLE = 0.91;

export interface SweepSettings {
  readonly speedMmPerS: number;
  readonly gainMmPerMv: number;
}

interface Geometry {
  readonly pxPerMm: number;
  readonly columnWidth: number;
  readonly plotLeft: number;
  readonly plotWidth: number;
  readonly rowHeight: number;
  /** Samples of one sweep across a column. */
  readonly samples: number;
}

/** Samples [first, to) that are drawn, and where each lies. */
interface SampleRange {
  readonly first: number;
  readonly to: number;
  readonly xOf: (sampleIndex: number) => number;
}

/** The two-column sweep. Draws only what is new since the last call. */
export class Sweep {
  settings: SweepSettings = { speedMmPerS: 25, gainMmPerMv: 10 };
  private drawnEnd = 0;
  private stale = true;
  private explained: unknown;
  private bars: readonly StripBar[] = [];

  constructor(
    private readonly grid: HTMLCanvasElement,
    private readonly trace: HTMLCanvasElement,
  ) {}

  /** Everything is drawn again at the next call: new theme, new settings. */
  invalidate(): void {
    this.stale = true;
  }

  draw(state: PageState, theme: Theme): void {
    const { surface, resized } = fitCanvas(this.trace);
    const geometry = this.geometryOf(surface);
    const { traces } = state;
    const dirtyFrom = Math.min(state.takeDirtyFrom(), this.layStrips(state));
    if (resized || this.stale) {
      this.drawGrid(theme, geometry);
      this.stale = false;
      this.drawnEnd = Number.NEGATIVE_INFINITY;
    }
    const eraseSamples = Math.ceil((ERASE_MM / this.settings.speedMmPerS) * SAMPLE_RATE_HZ);
    const oldest = Math.max(traces.first, traces.end - geometry.samples + eraseSamples);
    let from = Math.min(this.drawnEnd, dirtyFrom);
    if (from < oldest || this.drawnEnd > traces.end) {
      surface.context.clearRect(0, 0, surface.width, surface.height);
      from = oldest;
    }
    this.drawnEnd = traces.end;
    for (let at = from; at < traces.end;) {
      const sweepEnd = (Math.floor(at / geometry.samples) + 1) * geometry.samples;
      const to = Math.min(traces.end, sweepEnd);
      for (let column = 0; column < COLUMNS; column += 1) {
        this.drawPart(state, theme, surface, geometry, { column, from: at, to, oldest });
      }
      at = to;
    }
  }

  /** Seconds that one sweep across a column takes. */
  sweepSeconds(): number {
    return this.geometryOf(fitCanvas(this.trace).surface).samples / SAMPLE_RATE_HZ;
  }

  /** A new explanation's strips, and from which sample on they change the picture. */
  private layStrips(state: PageState): number {
    const { explanation, explainedResult } = state;
    if (explanation === this.explained) return Number.POSITIVE_INFINITY;
    this.explained = explanation;
    const before = this.bars[0]?.fromSample ?? Number.POSITIVE_INFINITY;
    this.bars =
      explanation === undefined || explainedResult === undefined
        ? []
        : stripBars(explanation, explainedResult, state.beats);
    return Math.floor(Math.min(before, this.bars[0]?.fromSample ?? Number.POSITIVE_INFINITY));
  }

  private geometryOf(surface: Surface): Geometry {
    const columnWidth = surface.width / COLUMNS;
    const rowHeight = surface.height / (ROWS + TOP_ROWS);
    const pxPerMm = Math.min(CSS_PX_PER_MM * surface.ratio, rowHeight / ROW_MM);
    const plotWidth = Math.max(1, Math.floor(columnWidth - MARGIN_CSS_PX * surface.ratio));
    return {
      pxPerMm,
      columnWidth,
      plotLeft: Math.round(MARGIN_CSS_PX * surface.ratio),
      plotWidth,
      rowHeight,
      samples: Math.max(
        1,
        Math.round((plotWidth / (pxPerMm * this.settings.speedMmPerS)) * SAMPLE_RATE_HZ),
      ),
    };
  }

  private drawPart(
    state: PageState,
    theme: Theme,
    surface: Surface,
    geometry: Geometry,
    part: { column: number; from: number; to: number; oldest: number },
  ): void {
    const { context, height } = surface;
    const left = Math.round(part.column * geometry.columnWidth) + geometry.plotLeft;
    const pxPerSample = geometry.plotWidth / geometry.samples;
    const sweepStart = Math.floor(part.from / geometry.samples) * geometry.samples;
    const xOf = (sampleIndex: number): number => left + (sampleIndex - sweepStart) * pxPerSample;
    const x0 = Math.max(left, Math.floor(xOf(part.from)) - 2);
    const x1 = Math.min(left + geometry.plotWidth, Math.ceil(xOf(part.to)));
    const erase = Math.round(ERASE_MM * geometry.pxPerMm);
    const right = left + geometry.plotWidth;
    context.clearRect(x0, 0, Math.min(x1 + erase, right) - x0, height);
    if (x1 + erase > right) context.clearRect(left, 0, x1 + erase - right, height);

    context.save();
    context.beginPath();
    context.rect(x0, 0, x1 - x0, height);
    context.clip();
    // A little of what lies left of the clip is drawn again, so that lines join.
    const first = Math.max(
      sweepStart,
      part.oldest,
      Math.floor(part.from - (part.from === sweepStart ? 0 : 6 / pxPerSample)),
    );
    this.drawGaps(state, theme, surface, { first, to: part.to, xOf });
    this.drawMarks(state, theme, surface, geometry, { first, to: part.to, xOf });
    const bars = this.bars.filter((bar) => bar.toSample > first && bar.fromSample < part.to);
    context.strokeStyle = theme.trace;
    context.lineWidth = 1.3 * surface.ratio;
    context.lineJoin = 'round';
    for (let row = 0; row < ROWS; row += 1) {
      const lead = part.column * ROWS + row;
      drawStrip(context, theme, bars, {
        lead,
        zero: (row + TOP_ROWS + STRIP_MIDDLE) * geometry.rowHeight,
        reach: STRIP_REACH * geometry.rowHeight,
        ratio: surface.ratio,
        xOf,
      });
      const baseline = this.baselineOf(geometry, row);
      const pxPerMicrovolt = (this.settings.gainMmPerMv * geometry.pxPerMm) / 1000;
      context.beginPath();
      let joined = false;
      for (let i = first; i < part.to; i += 1) {
        const value = state.traces.at(lead, i);
        if (Number.isNaN(value)) {
          joined = false;
          continue;
        }
        const y = baseline - value * pxPerMicrovolt;
        if (joined) context.lineTo(xOf(i), y);
        else context.moveTo(xOf(i), y);
        joined = true;
      }
      context.stroke();
    }
    context.restore();
  }

  private baselineOf(geometry: Geometry, row: number): number {
    return (row + TOP_ROWS + 0.5) * geometry.rowHeight;
  }

  private drawGaps(state: PageState, theme: Theme, surface: Surface, range: SampleRange): void {
    const missing = (i: number): boolean => Number.isNaN(state.traces.at(0, i));
    for (let i = range.first; i < range.to; i += 1) {
      if (!missing(i)) continue;
      let end = i;
      while (end < range.to && missing(end)) end += 1;
      const x = range.xOf(i);
      hatch(surface, { x, y: 0, width: range.xOf(end) - x, height: surface.height }, theme.hatch);
      i = end;
    }
  }

  private drawMarks(
    state: PageState,
    theme: Theme,
    surface: Surface,
    geometry: Geometry,
    range: SampleRange,
  ): void {
    const { context, ratio } = surface;
    const half = 4 * ratio;
    // A mark reaches over its own sample; neighbours just outside the range are drawn too, and clipped.
    const reach = half / (geometry.plotWidth / geometry.samples);
    context.fillStyle = theme.mark;
    for (const beat of state.beats) {
      if (beat < range.first - reach || beat >= range.to + reach) continue;
      const x = range.xOf(beat);
      context.beginPath();
      context.moveTo(x - half, 2 * ratio);
      context.lineTo(x + half, 2 * ratio);
      context.lineTo(x, 2 * ratio + 1.6 * half);
      context.fill();
    }
    for (const spike of state.spikes) {
      if (spike < range.first - reach || spike >= range.to + reach) continue;
      context.fillRect(range.xOf(spike) - ratio, 2 * ratio, 2 * ratio, 3 * half);
    }
    this.drawNotes(state, theme, surface, geometry, range);
  }

  /** Moments that somebody marked: a line across all leads, its words right of it. */
  private drawNotes(
    state: PageState,
    theme: Theme,
    surface: Surface,
    geometry: Geometry,
    range: SampleRange,
  ): void {
    const { context, ratio, height } = surface;
    context.font = font(surface, 12, 600);
    context.textAlign = 'left';
    for (const { sampleIndex, text } of state.marks) {
      // Words reach over the samples that follow; those are drawn later, and the words with them.
      const widthPx = context.measureText(text).width + 8 * ratio;
      const words = widthPx / (geometry.plotWidth / geometry.samples);
      if (sampleIndex < range.first - words || sampleIndex >= range.to) continue;
      const x = range.xOf(sampleIndex);
      context.fillStyle = theme.text;
      context.fillRect(x - ratio / 2, 0, ratio, height);
      context.fillText(text, x + 4 * ratio, geometry.rowHeight * TOP_ROWS - 2 * ratio);
    }
  }

  private drawGrid(theme: Theme, geometry: Geometry): void {
    const { surface } = fitCanvas(this.grid);
    const { context, height, ratio } = surface;
    context.clearRect(0, 0, surface.width, height);
    for (let column = 0; column < COLUMNS; column += 1) {
      const left = Math.round(column * geometry.columnWidth) + geometry.plotLeft;
      const step = 5 * geometry.pxPerMm;
      const line = (x0: number, y0: number, x1: number, y1: number, bold: boolean): void => {
        context.strokeStyle = bold ? theme.gridBold : theme.grid;
        context.lineWidth = ratio;
        context.beginPath();
        context.moveTo(x0, y0);
        context.lineTo(x1, y1);
        context.stroke();
      };
      for (let n = 0; n * step <= geometry.plotWidth; n += 1) {
        line(left + n * step, 0, left + n * step, height, n % 5 === 0);
      }
      const origin = this.baselineOf(geometry, 0) % step;
      for (let y = origin; y <= height; y += step) {
        line(left, y, left + geometry.plotWidth, y, false);
      }
      for (let row = 0; row < ROWS; row += 1) {
        this.drawMargin(theme, surface, geometry, { column, row });
      }
    }
  }

  /** Lead name, and the calibration mark: 1 mV for 200 ms. */
  private drawMargin(
    theme: Theme,
    surface: Surface,
    geometry: Geometry,
    cell: { column: number; row: number },
  ): void {
    const { context, ratio } = surface;
    const left = Math.round(cell.column * geometry.columnWidth);
    const baseline = this.baselineOf(geometry, cell.row);
    context.fillStyle = theme.text;
    context.font = font(surface, 13, 600);
    context.textAlign = 'left';
    const name = TWELVE_LEADS[cell.column * ROWS + cell.row] ?? '';
    const millivolt = this.settings.gainMmPerMv * geometry.pxPerMm;
    context.fillText(
      name,
      left + 8 * ratio,
      baseline - Math.min(millivolt, 0.55 * geometry.rowHeight) - 4 * ratio,
    );
    const width = 0.2 * this.settings.speedMmPerS * geometry.pxPerMm;
    const x = left + 10 * ratio;
    context.strokeStyle = theme.mark;
    context.lineWidth = 1.3 * ratio;
    context.beginPath();
    context.moveTo(x - 4 * ratio, baseline);
    context.lineTo(x, baseline);
    context.lineTo(x, baseline - millivolt);
    context.lineTo(x + width, baseline - millivolt);
    context.lineTo(x + width, baseline);
    context.lineTo(x + width + 4 * ratio, baseline);
    context.stroke();
  }
}

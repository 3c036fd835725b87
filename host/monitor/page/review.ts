/** The strip below the screen: back to any moment of the last half hour, marks on it, and what is pinned for comparison. */
import type { Archive } from './archive.js';
import { fitCanvas } from './canvas.js';
import { byId, setText } from './dom.js';
import type { Theme } from './palette.js';
import type { PageState } from './state.js';

const SAMPLE_RATE_HZ = 500;
/** One press of an arrow key on the slider. */
const STEP_SAMPLES = SAMPLE_RATE_HZ / 10;

export class Review {
  /** The screen of the chosen moment; undefined while live. */
  state: PageState | undefined;
  /** The screen that was pinned. */
  pinned: PageState | undefined;
  /** How many of the run's marks the chosen moment has. */
  private marksShown = 0;
  private readonly slider = byId('review-at', HTMLInputElement);

  constructor(
    private readonly live: PageState,
    private readonly archive: Archive,
    private readonly act: {
      /** Another moment is to be drawn. */
      readonly redraw: () => void;
      /** Somebody marks a moment. */
      readonly mark: (sampleIndex: number, text: string) => void;
    },
  ) {
    this.slider.step = String(STEP_SAMPLES);
    this.slider.addEventListener('input', () => this.show(Number(this.slider.value)));
    this.onClick('review-toggle', () => {
      if (this.state === undefined) this.show(live.traces.end);
      else this.goLive();
    });
    this.onClick('review-previous', () => this.toResult(-1));
    this.onClick('review-next', () => this.toResult(1));
    byId('mark', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.mark();
    });
    this.onClick('pin', () => {
      this.pinned = archive.stateAt(this.moment());
    });
    document.addEventListener('keydown', (event) => {
      // Typing and choosing keep their keys.
      if (event.target !== document.body || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'm') this.mark();
      else if (event.key === ' ') byId('review-toggle', HTMLButtonElement).click();
      else return;
      event.preventDefault();
    });
  }

  /** The screen to draw. */
  shown(): PageState {
    return this.state ?? this.live;
  }

  /** The newest sample on the screen. */
  moment(): number {
    return this.shown().traces.end;
  }

  show(sampleIndex: number): void {
    const { first, end } = this.live.traces;
    this.state = this.archive.stateAt(Math.max(first, Math.min(end, sampleIndex)));
    // A moment may have been marked long after it was.
    this.marksShown = this.live.marks.length;
    for (const mark of this.live.marks) this.state.apply(mark, 0);
    this.slider.value = String(this.moment());
    this.act.redraw();
  }

  goLive(): void {
    this.state = undefined;
    this.act.redraw();
  }

  /** Called a few times a second: the reach of the slider grows with the run. */
  refresh(theme: Theme): void {
    const { first, end } = this.live.traces;
    const reviewing = this.state !== undefined;
    const moment = this.moment();
    // What has left the buffer cannot stay on the screen.
    if (reviewing && moment < first) this.show(first);
    if (reviewing && this.marksShown !== this.live.marks.length) this.show(moment);
    this.slider.min = String(first);
    this.slider.max = String(end);
    this.slider.value = String(moment);
    const words = reviewing
      ? `${clock(moment - end)} · ${clock(moment)} of the device · not live`
      : `live · ${clock(end)} of the device`;
    this.slider.setAttribute('aria-valuetext', words);
    setText(byId('review-when', HTMLOutputElement), words);
    setText(byId('review-toggle', HTMLButtonElement), reviewing ? 'Back to live' : 'Review');
    document.body.classList.toggle('reviewing', reviewing);
    byId('compare-open', HTMLButtonElement).disabled = this.pinned === undefined;
    this.drawTicks(theme, first, end);
  }

  private mark(): void {
    const field = byId('mark-text', HTMLInputElement);
    const text = field.value.trim();
    this.act.mark(
      Math.max(0, this.moment() - 1),
      text === '' ? `mark ${this.live.marks.length + 1}` : text,
    );
    field.value = '';
  }

  private toResult(direction: -1 | 1): void {
    const moment = this.moment();
    const results = this.archive.resultSamples();
    const next =
      direction === 1
        ? results.find((at) => at > moment)
        : results.reverse().find((at) => at < moment);
    if (next !== undefined) this.show(next);
  }

  private onClick(id: string, does: () => void): void {
    byId(id, HTMLButtonElement).addEventListener('click', does);
  }

  /** Results as short ticks, marks as long ones. */
  private drawTicks(theme: Theme, first: number, end: number): void {
    const { surface } = fitCanvas(byId('review-ticks', HTMLCanvasElement));
    const { context, width, height, ratio } = surface;
    context.clearRect(0, 0, width, height);
    const tick = (sampleIndex: number, color: string, share: number): void => {
      if (sampleIndex < first || end <= first) return;
      const x = ((sampleIndex - first) / (end - first)) * (width - 2 * ratio);
      context.fillStyle = color;
      context.fillRect(x, height * (1 - share), 2 * ratio, height * share);
    };
    for (const at of this.archive.resultSamples()) tick(at, theme.mark, 0.5);
    for (const { sampleIndex } of this.live.marks) tick(sampleIndex, theme.text, 1);
  }
}

/** `−2:07` or `1:02:07` of samples. */
export function clock(samples: number): string {
  const seconds = Math.round(Math.abs(samples) / SAMPLE_RATE_HZ);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const text =
    hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  return samples < 0 && seconds > 0 ? `−${text}` : text;
}

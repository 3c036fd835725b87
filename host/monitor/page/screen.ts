/** All that a PageState has to say, in its panels: drawn again where it changed. */
import {
  leadPhaseWords,
  percent,
  signed,
  topLeadPhases,
  topSegments,
} from '../explanation-words.js';
import { intervalEntries } from '../signal-words.js';
import { drawBeats } from './beat-view.js';
import { drawBullsEye } from './bulls-eye.js';
import { byId, element, setText } from './dom.js';
import { drawHeart, HEART_VIEWS } from './heart-view.js';
import { drawMedianBeat } from './median-view.js';
import type { Theme } from './palette.js';
import {
  showClasses,
  showLeadPhase,
  showSegments,
  showStatus,
  showWhy,
  showWithheld,
} from './panels.js';
import { makeTurnable, type Turn } from './rotation.js';
import type { PageState } from './state.js';
import { Sweep } from './sweep.js';

export class Screen {
  readonly sweep = new Sweep(
    byId('sweep-grid', HTMLCanvasElement),
    byId('sweep-trace', HTMLCanvasElement),
  );
  /** How far each heart has been turned from its standard view. */
  private readonly turns = new Map<string, Turn>();
  private explanation: unknown = null;
  private withheld: unknown = null;
  private median: unknown = null;
  private result: unknown = null;

  constructor() {
    for (const key of Object.keys(HEART_VIEWS)) {
      makeTurnable(byId(`heart-${key}`, HTMLCanvasElement), (turn) => {
        this.turns.set(key, turn);
        this.explanation = null;
      });
    }
  }

  /** Everything is drawn again at the next call: new size, new colours, another moment. */
  invalidate(): void {
    this.sweep.invalidate();
    this.explanation = this.median = this.result = null;
  }

  draw(state: PageState, theme: Theme): void {
    this.sweep.draw(state, theme);
    this.drawResult(state);
    this.drawMedian(state, theme);
    this.drawExplanation(state, theme);
  }

  private drawResult(state: PageState): void {
    if (state.result === this.result) return;
    this.result = state.result;
    const classes = byId('classes', HTMLDivElement);
    if (state.result !== undefined) showClasses(classes, state.result);
    else classes.replaceChildren();
  }

  private drawMedian(state: PageState, theme: Theme): void {
    const { medianBeat, medianMeasurement, measurement, signal } = state;
    const shown = medianBeat ?? signal?.measuresBeats;
    if (shown === this.median && this.median !== null) return;
    this.median = shown ?? null;
    const canvas = byId('median', HTMLCanvasElement);
    const note = byId('median-note', HTMLElement);
    if (medianBeat === undefined) {
      canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
      byId('intervals', HTMLElement).replaceChildren();
      setText(note, signal?.measuresBeats === false ? 'not measured on this board' : '');
      return;
    }
    drawMedianBeat(canvas, medianBeat, medianMeasurement, theme);
    if (measurement === undefined) return;
    setText(note, `${measurement.beatCount} beats, all leads`);
    const entries = intervalEntries(measurement);
    showStatus(byId('intervals', HTMLElement), entries);
    const words = entries.map(([name, value]) => `${name} ${value}`).join(', ');
    canvas.setAttribute('aria-label', `Median beat of twelve leads with its marks: ${words}`);
  }

  private drawExplanation(state: PageState, theme: Theme): void {
    const { explanation, withheld } = state;
    if (explanation === this.explanation && withheld === this.withheld) return;
    this.explanation = explanation;
    this.withheld = withheld;
    this.drawHearts(state, theme);
    const why = byId('why', HTMLDivElement);
    const beat = byId('beat', HTMLCanvasElement);
    if (explanation === undefined) {
      why.replaceChildren(element('p', 'Waiting for the first window of ten seconds.', 'waiting'));
      if (withheld !== undefined) showWithheld(why, withheld, undefined);
      byId('lead-phase', HTMLDivElement).replaceChildren();
      byId('segments', HTMLDivElement).replaceChildren();
      beat.getContext('2d')?.clearRect(0, 0, beat.width, beat.height);
      setText(byId('beat-note', HTMLElement), '');
      return;
    }
    if (withheld === undefined) showWhy(why, explanation, state.explainedResult);
    else showWithheld(why, withheld, explanation);
    showLeadPhase(byId('lead-phase', HTMLDivElement), explanation, theme);
    showSegments(byId('segments', HTMLDivElement), explanation);
    const limit = drawBeats(beat, explanation, theme);
    const leads = topLeadPhases(explanation.leadEvidence, 3).map(leadPhaseWords).join(', ');
    beat.setAttribute('aria-label', `Mean beat of twelve leads with evidence; strongest: ${leads}`);
    setText(
      byId('beat-note', HTMLElement),
      `${explanation.beatCount} beats · strips ${explanation.className}: ${signed(-limit, 3)} … ${signed(limit, 3)} logit per sample`,
    );
    const highest = topSegments(explanation, 1)[0]?.score;
    setText(byId('ramp-max', HTMLElement), `0 … ${percent(highest)}`);
  }

  private drawHearts(state: PageState, theme: Theme): void {
    for (const [key, view] of Object.entries(HEART_VIEWS)) {
      const canvas = byId(`heart-${key}`, HTMLCanvasElement);
      drawHeart(canvas, view, state.explanation, theme, this.turns.get(key));
      canvas.setAttribute('aria-label', heartLabel(state, view.name));
    }
    const eye = byId('bulls-eye', HTMLCanvasElement);
    drawBullsEye(eye, state.explanation, theme);
    eye.setAttribute('aria-label', heartLabel(state, 'bull’s-eye'));
  }
}

function heartLabel({ explanation }: PageState, view: string): string {
  const top = explanation === undefined ? undefined : topSegments(explanation, 1)[0];
  return top === undefined
    ? `Generic heart, ${view} view, no evidence yet`
    : `Generic heart, ${view} view: most evidence in ${top.name}, ${percent(top.score)}`;
}

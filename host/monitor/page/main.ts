import {
  fixed,
  leadPhaseWords,
  percent,
  signed,
  topLeadPhases,
  topSegments,
} from '../explanation-words.js';
import { intervalEntries, signalWarnings } from '../signal-words.js';
import { judge, type Liveness } from './alarms.js';
import { drawBeats } from './beat-view.js';
import { drawBullsEye } from './bulls-eye.js';
import { connect } from './connection.js';
import { drawHeart, HEART_VIEWS } from './heart-view.js';
import { drawMedianBeat } from './median-view.js';
import { themeOf, type Theme } from './palette.js';
import {
  byId,
  element,
  showClasses,
  showLeadPhase,
  showSegments,
  showStatus,
  showWhy,
  showWithheld,
  statusEntries,
} from './panels.js';
import { PageState } from './state.js';
import { Sweep } from './sweep.js';

/** Words on the screen are refreshed this often; traces with every frame. */
const WORDS_MS = 250;
/** A result whose window ended longer ago than this (device clock, samples: 30 s) is shown as old. */
const OLD_RESULT_SAMPLES = 15_000;

const state = new PageState();
const sweep = new Sweep(
  byId('sweep-grid', HTMLCanvasElement),
  byId('sweep-trace', HTMLCanvasElement),
);
const stage = byId('sweep-stage', HTMLDivElement);
const alarmBar = byId('alarm', HTMLDivElement);
const openedAtMs = performance.now();
let theme: Theme = readTheme();
let shownExplanation: unknown = null;
let shownWithheld: unknown = null;
let shownMedian: unknown = null;
let shownResult: unknown = null;
let wordsAtMs = Number.NEGATIVE_INFINITY;

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  return themeOf((name) => style.getPropertyValue(name).trim());
}

/** Everything that depends on size or colours is drawn again. */
function redrawAll(): void {
  theme = readTheme();
  sweep.invalidate();
  shownExplanation = null;
  shownMedian = null;
}

function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

function chooser(id: string, values: readonly number[], unit: string, chosen: number): void {
  const select = byId(id, HTMLSelectElement);
  for (const value of values) {
    const option = element('option', `${value} ${unit}`);
    option.value = String(value);
    option.selected = value === chosen;
    select.append(option);
  }
  select.addEventListener('change', () => {
    const value = Number(select.value);
    sweep.settings =
      id === 'speed'
        ? { ...sweep.settings, speedMmPerS: value }
        : { ...sweep.settings, gainMmPerMv: value };
    sweep.invalidate();
  });
}

function showLiveness(liveness: Liveness, ageMs: number | undefined): void {
  const { alarm } = liveness;
  alarmBar.hidden = alarm === undefined;
  alarmBar.className = `alarm ${alarm?.priority ?? ''}`;
  const age = ageMs === undefined ? '' : `last sample ${fixed(ageMs / 1000, 1)} s ago`;
  setText(byId('alarm-text', HTMLElement), alarm === undefined ? '' : `Technical: ${alarm.text}`);
  setText(byId('alarm-age', HTMLElement), alarm?.priority === 'medium' ? age : '');
  stage.classList.toggle('blank', liveness.state === 'stale' || liveness.state === 'waiting');
  stage.classList.toggle('dim', liveness.state === 'ended');
  byId('veil', HTMLDivElement).hidden = liveness.state === 'live';
  const words = {
    live: '',
    waiting: 'Waiting for the device',
    stale: `No live signal${age === '' ? '' : ` — ${age}`}`,
    ended: 'Record ended — not live',
  };
  setText(byId('veil-text', HTMLElement), words[liveness.state]);
  byId('sweep-trace', HTMLCanvasElement).setAttribute(
    'aria-label',
    liveness.state === 'live'
      ? `Twelve-lead sweep, live, heart rate ${fixed(state.heartRate.bpm(), 0)} per minute`
      : words[liveness.state],
  );
}

function showWords(nowMs: number): void {
  const ageMs = state.sampleAgeMs(nowMs);
  const liveness = judge({
    connected: state.connected,
    pageAgeMs: nowMs - openedAtMs,
    link: state.link,
    ended: state.ended,
    sampleAgeMs: ageMs,
    lossShare: state.loss.share(),
    cpuLoadPermille: state.status?.cpuLoadPermille,
    signalWarnings: state.signal === undefined ? [] : signalWarnings(state.signal),
  });
  showLiveness(liveness, ageMs);
  showStatus(byId('status', HTMLElement), statusEntries(state, nowMs, liveness.state));
  setText(
    byId('sweep-note', HTMLElement),
    'unfiltered · ▼ beat · ┃ pacemaker spike · hatched: no samples',
  );
  const windowEnd =
    state.explainedResult === undefined
      ? undefined
      : state.explainedResult.windowFirstSampleIndex + state.explainedResult.windowSampleCount;
  const behind = windowEnd === undefined ? 0 : state.traces.end - windowEnd;
  const old = behind > OLD_RESULT_SAMPLES || liveness.state === 'stale';
  const main = document.querySelector('main');
  main?.classList.toggle('old', old);
  main?.classList.toggle('withheld', state.withheld !== undefined);
  setText(
    byId('why-note', HTMLElement),
    windowEnd === undefined
      ? ''
      : `window ended ${fixed(Math.max(0, behind) / 500, 0)} s before the newest sample${old ? ' — not current' : ''}`,
  );
  showLog();
}

function showLog(): void {
  const list = byId('log', HTMLOListElement);
  const wanted = state.log.map(({ level, text }) => `${level}: ${text}`);
  const shown = Array.from(list.children, (child) => child.textContent);
  if (wanted.join('\n') === shown.join('\n')) return;
  list.replaceChildren(...wanted.map((line) => element('li', line)));
}

function showResult(): void {
  if (state.result === shownResult) return;
  shownResult = state.result;
  if (state.result !== undefined) showClasses(byId('classes', HTMLDivElement), state.result);
  else byId('classes', HTMLDivElement).replaceChildren();
}

function showMedianBeat(): void {
  const { medianBeat, medianMeasurement, measurement, signal } = state;
  const shown = medianBeat ?? signal?.measuresBeats;
  if (shown === shownMedian && shownMedian !== null) return;
  shownMedian = shown ?? null;
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

function showExplanation(): void {
  const { explanation, withheld } = state;
  if (explanation === shownExplanation && withheld === shownWithheld) return;
  shownExplanation = explanation;
  shownWithheld = withheld;
  for (const [key, view] of Object.entries(HEART_VIEWS)) {
    const canvas = byId(`heart-${key}`, HTMLCanvasElement);
    drawHeart(canvas, view, explanation, theme);
    canvas.setAttribute('aria-label', heartLabel(view.name));
  }
  const eye = byId('bulls-eye', HTMLCanvasElement);
  drawBullsEye(eye, explanation, theme);
  eye.setAttribute('aria-label', heartLabel('bull’s-eye'));
  if (explanation === undefined) {
    byId('why', HTMLDivElement).replaceChildren(
      element('p', 'Waiting for the first window of ten seconds.', 'waiting'),
    );
    if (withheld !== undefined) showWithheld(byId('why', HTMLDivElement), withheld, undefined);
    byId('lead-phase', HTMLDivElement).replaceChildren();
    byId('segments', HTMLDivElement).replaceChildren();
    const beat = byId('beat', HTMLCanvasElement);
    beat.getContext('2d')?.clearRect(0, 0, beat.width, beat.height);
    setText(byId('beat-note', HTMLElement), '');
    return;
  }
  if (withheld === undefined) {
    showWhy(byId('why', HTMLDivElement), explanation, state.explainedResult);
  } else {
    showWithheld(byId('why', HTMLDivElement), withheld, explanation);
  }
  showLeadPhase(byId('lead-phase', HTMLDivElement), explanation, theme);
  showSegments(byId('segments', HTMLDivElement), explanation);
  const beat = byId('beat', HTMLCanvasElement);
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

function heartLabel(view: string): string {
  const top = state.explanation === undefined ? undefined : topSegments(state.explanation, 1)[0];
  return top === undefined
    ? `Generic heart, ${view} view, no evidence yet`
    : `Generic heart, ${view} view: most evidence in ${top.name}, ${percent(top.score)}`;
}

function frame(nowMs: number): void {
  sweep.draw(state, theme);
  showResult();
  showMedianBeat();
  showExplanation();
  if (nowMs - wordsAtMs >= WORDS_MS) {
    wordsAtMs = nowMs;
    showWords(performance.now());
  }
  requestAnimationFrame(frame);
}

chooser('speed', [25, 50], 'mm/s', sweep.settings.speedMmPerS);
chooser('gain', [5, 10, 20], 'mm/mV', sweep.settings.gainMmPerMv);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
new ResizeObserver(redrawAll).observe(document.body);
connect(
  (message) => {
    state.apply(message, performance.now());
  },
  (connected) => {
    state.connected = connected;
  },
);
requestAnimationFrame(frame);

import { fixed } from '../explanation-words.js';
import { signalWarnings } from '../signal-words.js';
import { MARK_PATH, STREAM_PATH, type PageMessage } from '../messages.js';
import { showAlarms, showVeil } from './alarm-view.js';
import { judge } from './alarms.js';
import { Archive } from './archive.js';
import { showComparison } from './compare.js';
import { openSocket, post } from './connection.js';
import { byId, element, setText } from './dom.js';
import { Engineer } from './engineer.js';
import { makeExportMenu } from './export-menu.js';
import { keepLimits, limitWords, readLimits } from './limits.js';
import { makeLimitsDialog } from './limits-dialog.js';
import { themeOf, type Theme } from './palette.js';
import { showStatus, statusEntries } from './panels.js';
import { judgeHeart } from './physiological.js';
import { clock, Review } from './review.js';
import { Screen } from './screen.js';
import { KEPT_SAMPLES, PageState } from './state.js';
import { TraceBuffer } from './trace-buffer.js';

/** Words on the screen are refreshed this often; traces with every frame. */
const WORDS_MS = 250;
/** A result whose window ended longer ago than this (device clock, samples: 30 s) is shown as old. */
const OLD_RESULT_SAMPLES = 15_000;

const traces = new TraceBuffer(KEPT_SAMPLES);
/** What the device says now, whatever moment is on the screen. */
const live = new PageState(traces);
const archive = new Archive(traces);
const screen = new Screen();
const review = new Review(live, archive, {
  redraw: () => screen.invalidate(),
  mark: (sampleIndex, text) => {
    post(MARK_PATH, { sampleIndex, text }).catch((error: unknown) => {
      setText(byId('footer-status', HTMLOutputElement), `Not marked: ${String(error)}`);
    });
  },
});
const engineer = new Engineer(live);
const openedAtMs = performance.now();
let limits = readLimits(() => localStorage);
let theme: Theme = readTheme();
let wordsAtMs = Number.NEGATIVE_INFINITY;

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  return themeOf((name) => style.getPropertyValue(name).trim());
}

/** Everything that depends on size or colours is drawn again. */
function redrawAll(): void {
  theme = readTheme();
  screen.invalidate();
}

function chooser(id: string, values: readonly number[], unit: string, chosen: number): void {
  const select = byId(id, HTMLSelectElement);
  for (const value of values) {
    const option = element('option', `${value} ${unit}`);
    option.value = String(value);
    option.selected = value === chosen;
    select.append(option);
  }
  const { sweep } = screen;
  select.addEventListener('change', () => {
    const value = Number(select.value);
    sweep.settings =
      id === 'speed'
        ? { ...sweep.settings, speedMmPerS: value }
        : { ...sweep.settings, gainMmPerMv: value };
    sweep.invalidate();
  });
}

function showWords(nowMs: number): void {
  const ageMs = live.sampleAgeMs(nowMs);
  const liveness = judge({
    connected: live.connected,
    pageAgeMs: nowMs - openedAtMs,
    link: live.link,
    ended: live.ended,
    sampleAgeMs: ageMs,
    lossShare: live.loss.share(),
    cpuLoadPermille: live.status?.cpuLoadPermille,
    signalWarnings: live.signal === undefined ? [] : signalWarnings(live.signal),
  });
  const ratePerMin = live.heartRate.bpm();
  const heart = judgeHeart(
    {
      live: liveness.state === 'live',
      readable: live.signal === undefined ? undefined : signalWarnings(live.signal).length === 0,
      endSample: traces.end,
      firstSample: Math.max(traces.first, live.patientSince),
      lastBeatSample: live.beats.at(-1),
      ratePerMin,
    },
    limits,
  );
  showAlarms(liveness.alarm, heart, ageMs);
  const reviewing = review.state !== undefined;
  showVeil(liveness.state, { reviewing, ageMs, ratePerMin });
  showStatus(byId('status', HTMLElement), [
    ...statusEntries(live, nowMs, liveness.state),
    ['Limits', limitWords(limits)],
  ]);
  review.refresh(theme);
  engineer.refresh();
  showAge(!reviewing && liveness.state === 'stale');
  showLog();
}

/** How far the explanation lies behind the newest sample on the screen. */
function showAge(stale: boolean): void {
  const shown = review.shown();
  const window = shown.explainedResult;
  const windowEnd =
    window === undefined ? undefined : window.windowFirstSampleIndex + window.windowSampleCount;
  const behind = windowEnd === undefined ? 0 : Math.max(0, shown.traces.end - windowEnd);
  const old = behind > OLD_RESULT_SAMPLES || stale;
  const main = document.querySelector('main');
  main?.classList.toggle('old', old);
  main?.classList.toggle('withheld', shown.withheld !== undefined);
  setText(
    byId('why-note', HTMLElement),
    windowEnd === undefined
      ? ''
      : `window ended ${fixed(behind / 500, 0)} s before the newest sample${old ? ' — not current' : ''}`,
  );
}

function showLog(): void {
  const list = byId('log', HTMLOListElement);
  const wanted = live.log.map(({ level, text }) => `${level}: ${text}`);
  const shown = Array.from(list.children, (child) => child.textContent);
  if (wanted.join('\n') === shown.join('\n')) return;
  list.replaceChildren(...wanted.map((line) => element('li', line)));
}

function frame(nowMs: number): void {
  screen.draw(review.shown(), theme);
  if (nowMs - wordsAtMs >= WORDS_MS) {
    wordsAtMs = nowMs;
    showWords(performance.now());
  }
  requestAnimationFrame(frame);
}

chooser('speed', [25, 50], 'mm/s', screen.sweep.settings.speedMmPerS);
chooser('gain', [5, 10, 20], 'mm/mV', screen.sweep.settings.gainMmPerMv);
byId('compare-open', HTMLButtonElement).addEventListener('click', () => {
  if (review.pinned !== undefined) showComparison(review.pinned, review.shown(), theme);
});
byId('compare-close', HTMLButtonElement).addEventListener('click', () => {
  byId('compare', HTMLDialogElement).close();
});
makeLimitsDialog(limits, (chosen) => {
  limits = chosen;
  keepLimits(() => localStorage, chosen);
});
makeExportMenu({ traces, archive, live, review });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
const resized = new ResizeObserver(redrawAll);
// A line more in the strip or in a panel's head moves what stands below it.
for (const stage of document.querySelectorAll('.stage')) resized.observe(stage);
// Paper is light, whatever the screen is; canvases must be drawn again before the browser lays the page out.
for (const [event, paper] of [
  ['beforeprint', true],
  ['afterprint', false],
] as const) {
  addEventListener(event, () => {
    document.documentElement.classList.toggle('paper', paper);
    const shown = review.shown();
    setText(
      byId('paper-note', HTMLElement),
      `printed ${new Date().toLocaleString()}; up to ${clock(shown.traces.end)} of the device`,
    );
    redrawAll();
    screen.draw(review.shown(), theme);
  });
}
openSocket<PageMessage>(
  STREAM_PATH,
  (message) => {
    live.apply(message, performance.now());
    if (message.kind === 'snapshot') message.events.forEach((event) => archive.note(event));
    else if (message.kind !== 'skipped') archive.note(message);
  },
  (connected) => {
    live.connected = connected;
  },
);
requestAnimationFrame(frame);

import {
  PHASES,
  TWELVE_LEADS,
  type ExplanationEvent,
  type ResultEvent,
  type WithheldEvent,
} from '../../stream/events.js';
import { capitalised, fixed, signed, topSegments } from '../explanation-words.js';
import { electrodeWords, mainsWords, qualityWords, withheldWords } from '../signal-words.js';
import { isCalled } from '../../stream/calls.js';
import { whyLines, windowWords } from '../why.js';
import type { Liveness } from './alarms.js';
import { symmetricLimit } from './beat-view.js';
import { element } from './dom.js';
import { css, hexRgb, mix, inkOn, type Theme } from './palette.js';
import type { PageState } from './state.js';

const SAMPLE_RATE_HZ = 500;

/** The status strip as [name, value] pairs, in order. */
export function statusEntries(
  state: PageState,
  nowMs: number,
  liveness: Liveness['state'],
): [string, string][] {
  const ageMs = state.sampleAgeMs(nowMs);
  const rateHz = state.rate.hz(nowMs);
  const speed = rateHz === undefined ? '' : ` (${fixed(rateHz / SAMPLE_RATE_HZ, 2)}×)`;
  const stale = liveness === 'stale';
  const model = state.hello;
  return [
    // A rate without a signal would be a frozen number.
    ['HR', `${fixed(stale ? undefined : state.heartRate.bpm(), 0)} /min`],
    ['Link', linkWords(state, stale)],
    ['Sample age', ageMs === undefined ? '–' : `${fixed(ageMs / 1000, 1)} s`],
    ['Lost in 1 min', lossWords(state.loss.share())],
    ['Rate', rateHz === undefined ? '–' : `${fixed(rateHz, 0)} Hz${speed}`],
    ['Electrodes', state.signal === undefined ? '–' : electrodeWords(state.signal)],
    ['Signal', state.signal === undefined ? '–' : qualityWords(state.signal)],
    ['Mains', state.signal === undefined ? '–' : mainsWords(state.signal)],
    [
      'Model',
      model === undefined
        ? '–'
        : `${model.modelName} ${model.modelHash.toString(16).padStart(8, '0')} on ${model.boardName}`,
    ],
    ['CPU', state.status === undefined ? '–' : `${fixed(state.status.cpuLoadPermille / 10, 0)} %`],
  ];
}

function linkWords(state: PageState, stale: boolean): string {
  if (!state.connected) return 'no monitor';
  if (state.ended) return 'record ended';
  if (stale && (state.link === undefined || state.link.state === 'streaming')) return 'stale';
  return state.link?.state ?? 'waiting';
}

function lossWords(share: number | undefined): string {
  if (share === undefined) return '–';
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 2 : 0)} %`;
}

/** Writes only values that changed: the strip is refreshed several times a second. */
export function showStatus(list: HTMLElement, entries: readonly [string, string][]): void {
  entries.forEach(([name, value], i) => {
    let row = list.children[i];
    if (row === undefined) {
      row = element('div');
      row.append(element('dt', name), element('dd'));
      list.append(row);
    }
    const cell = row.lastElementChild;
    if (cell !== null && cell.textContent !== value) cell.textContent = value;
  });
}

export function showClasses(list: HTMLElement, result: ResultEvent): void {
  const called = isCalled(result);
  list.replaceChildren(
    ...result.classNames.map((name, i) => {
      const probability = result.probabilities[i];
      const point = result.operatingPoints?.[i];
      const row = element('div', '', i === result.winner ? 'class winner' : 'class');
      row.classList.toggle('called', called?.[i] === true);
      row.setAttribute('role', 'listitem');
      const bar = element('progress');
      bar.max = 1;
      bar.value = probability ?? 0;
      bar.setAttribute('aria-label', `Probability of ${name}`);
      const call = called?.[i] === true ? ' called' : '';
      row.append(element('span', name), element('span', `${fixed(probability)}${call}`), bar);
      if (point !== undefined) {
        const mark = element('i', '', 'operating-point');
        mark.style.left = `${100 * point}%`;
        mark.title = `called from ${fixed(point)}`;
        row.append(mark);
      }
      return row;
    }),
  );
}

export function showWhy(
  panel: HTMLElement,
  explanation: ExplanationEvent,
  result: ResultEvent | undefined,
): void {
  const words = whyLines(explanation, result);
  panel.replaceChildren(
    element('p', words.headline, 'headline'),
    ...words.lines.map((line) => element('p', line)),
    ...words.small.map((line) => element('p', line, 'small')),
  );
}

/** Why the latest result has no explanation, and whose explanation is still shown beside. */
export function showWithheld(
  panel: HTMLElement,
  withheld: WithheldEvent,
  shown: ExplanationEvent | undefined,
): void {
  const others =
    shown === undefined
      ? []
      : [`The maps shown are those of result ${shown.resultId}, not of this one.`];
  const { resultId, unanswered } = withheld;
  panel.replaceChildren(
    element('p', capitalised(withheldWords(withheld)), 'headline'),
    ...others.map((line) => element('p', line)),
    element(
      'p',
      unanswered === undefined
        ? `Result ${resultId}: its probabilities stand above, nothing says where they come from.`
        : `Result ${resultId}, window ${windowWords(unanswered)}: the device gives neither probabilities nor an explanation.`,
      'small',
    ),
  );
}

/** Lead × phase as a table, shaded by the signed map. */
export function showLeadPhase(box: HTMLElement, explanation: ExplanationEvent, theme: Theme): void {
  const table = element('table');
  table.append(element('caption', 'Evidence by lead and phase, logit per beat'));
  const head = table.createTHead().insertRow();
  head.append(element('td'), ...TWELVE_LEADS.map((lead) => headCell(lead, 'col')));
  const body = table.createTBody();
  const limit = symmetricLimit(explanation.leadEvidence);
  PHASES.forEach((phase, phaseIndex) => {
    const row = body.insertRow();
    row.append(headCell(phase, 'row'));
    TWELVE_LEADS.forEach((_lead, leadIndex) => {
      const value = explanation.leadEvidence[leadIndex]?.[phaseIndex] ?? Number.NaN;
      const cell = element('td', signed(value));
      if (limit > 0 && Number.isFinite(value)) {
        const pole = hexRgb(value > 0 ? theme.forClass : theme.againstClass);
        const color = mix(hexRgb(theme.panel), pole, Math.abs(value) / limit);
        cell.style.background = css(color);
        cell.style.color = inkOn(color);
      }
      row.append(cell);
    });
  });
  box.replaceChildren(table);
}

function headCell(text: string, scope: 'row' | 'col'): HTMLTableCellElement {
  const cell = element('th', text);
  cell.scope = scope;
  return cell;
}

export function showSegments(box: HTMLElement, explanation: ExplanationEvent): void {
  const table = element('table');
  const head = table.createTHead().insertRow();
  head.append(...['Segment', 'Share', 'Spread'].map((text) => headCell(text, 'col')));
  const body = table.createTBody();
  for (const segment of topSegments(explanation, explanation.segmentScores.length)) {
    const row = body.insertRow();
    row.append(
      element('td', segment.name),
      element('td', fixed(segment.score, 3)),
      element('td', `± ${fixed(segment.spread, 3)}`),
    );
  }
  box.replaceChildren(table);
}

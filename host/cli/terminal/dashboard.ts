import {
  capitalised,
  fixed,
  isNumber,
  leadPhaseWords,
  meanPositionMm,
  percent,
  positionWords,
  provenanceWords,
  RESEARCH_USE,
  segmentWords,
  topLeadPhases,
  topSegments,
} from '../../monitor/explanation-words.js';
import {
  electrodeWords,
  mainsWords,
  qualityWords,
  signalWarnings,
  withheldWords,
} from '../../monitor/signal-words.js';
import { isCalled } from '../../stream/calls.js';
import { INDEPENDENT_LEADS } from '../../stream/events.js';
import { bar, brailleTrace } from './braille.js';
import { intervalsLine, windowText } from './format.js';
import type { Vitals } from './vitals.js';

const SHOWN_LEADS = ['II', 'V2', 'V5'] as const;
const TRACE_ROWS = 2;
/** A flat trace is not blown up to noise: the range is at least 1 mV. */
const LEAST_RANGE_MICROVOLT = 1000;
const LABEL_COLUMNS = 5;
const BAR_COLUMNS = 16;

/** Marks text for emphasis; the plain one leaves it as it is. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly alarm: (text: string) => string;
}

export const PLAIN_STYLE: Style = {
  strong: (text) => text,
  faint: (text) => text,
  alarm: (text) => text,
};

const sgr =
  (code: string) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;
/** SGR: 1 bold, 2 faint, 30;43 black on yellow. */
export const COLOR_STYLE: Style = { strong: sgr('1'), faint: sgr('2'), alarm: sgr('30;43') };

/** The dashboard's lines, no longer than `columns`. */
export function dashboardLines(
  vitals: Vitals,
  nowMs: number,
  columns: number,
  style: Style,
): string[] {
  const lines = [
    ...headLines(vitals, nowMs, style),
    ...signalLines(vitals, style),
    '',
    ...traceLines(vitals, nowMs, columns, style),
    '',
    ...classLines(vitals, style),
    ...whyLines(vitals, style),
    style.faint(RESEARCH_USE),
  ];
  return lines.map((line) => fit(line, columns));
}

function headLines(vitals: Vitals, nowMs: number, style: Style): string[] {
  const { hello } = vitals;
  const device =
    hello === undefined
      ? 'waiting for the device'
      : `${hello.boardName}  ${hello.modelName} ${hello.modelHash.toString(16).padStart(8, '0')}`;
  const speed = vitals.speed(nowMs);
  const total = vitals.received + vitals.lost;
  // A rate without a signal would be a frozen number.
  const stale = !vitals.ended && vitals.sampleAgeMs(nowMs) !== undefined && !vitals.isLive(nowMs);
  const facts = [
    `HR ${style.strong(fixed(stale ? undefined : vitals.heartRate.bpm(), 0))} /min`,
    `link ${linkWords(vitals, stale)}`,
    `speed ${fixed(speed, 2)}×`,
    `lost ${total === 0 ? '–' : `${fixed((100 * vitals.lost) / total, 2)} %`}`,
    `cpu ${vitals.status === undefined ? '–' : `${fixed(vitals.status.cpuLoadPermille / 10, 0)} %`}`,
    `at ${fixed(vitals.endSampleIndex / 500, 1)} s`,
  ];
  return [`${style.strong('Isochrone')}  ${device}`, facts.join('   ')];
}

function linkWords(vitals: Vitals, stale: boolean): string {
  if (vitals.ended) return 'record ended';
  if (stale && (vitals.link === undefined || vitals.link.state === 'streaming')) return 'stale';
  return vitals.link?.state ?? '–';
}

/** Electrodes, readability and intervals; a line each, so that the dashboard does not jump. */
function signalLines(vitals: Vitals, style: Style): string[] {
  const { signal, measurement, spikeCount } = vitals;
  if (signal === undefined) return ['electrodes –', 'median beat –'];
  const facts = [
    `electrodes ${electrodeWords(signal)}`,
    `signal ${qualityWords(signal)}`,
    `mains ${mainsWords(signal)}`,
    ...(spikeCount === 0 ? [] : [`pacemaker spikes ${spikeCount}`]),
  ].join('   ');
  const warnings = signalWarnings(signal);
  return [
    warnings.length === 0 ? facts : style.alarm(` ${warnings.join('; ')} `),
    measurement !== undefined
      ? intervalsLine(measurement)
      : `median beat ${signal.measuresBeats ? '–' : 'not measured on this board'}`,
  ];
}

/** Traces while they are live; a stale one is named and not shown. */
function traceLines(vitals: Vitals, nowMs: number, columns: number, style: Style): string[] {
  const ageMs = vitals.sampleAgeMs(nowMs);
  const live = vitals.isLive(nowMs);
  const width = Math.max(10, columns - LABEL_COLUMNS);
  const rows = SHOWN_LEADS.length * TRACE_ROWS;
  if (!live && !vitals.ended) {
    const text =
      ageMs === undefined
        ? 'no samples yet'
        : style.alarm(` NO LIVE SIGNAL  last sample ${fixed(ageMs / 1000, 1)} s ago `);
    return [text, ...new Array<string>(rows - 1).fill('')];
  }
  return SHOWN_LEADS.flatMap((name) => {
    const values = vitals.trace(INDEPENDENT_LEADS.indexOf(name));
    const known = values.filter((value) => !Number.isNaN(value));
    const middle = known.length === 0 ? 0 : (Math.min(...known) + Math.max(...known)) / 2;
    const span = known.length === 0 ? 0 : Math.max(...known) - Math.min(...known);
    const half = Math.max(LEAST_RANGE_MICROVOLT, span) / 2;
    const range = { lowest: middle - half, highest: middle + half };
    return brailleTrace(values, width, TRACE_ROWS, range).map(
      (line, row) => (row === 0 ? name : '').padEnd(LABEL_COLUMNS) + line,
    );
  });
}

function classLines(vitals: Vitals, style: Style): string[] {
  const { result, withheld } = vitals;
  if (result === undefined) {
    return [
      withheld?.unanswered === undefined
        ? 'no result yet: the first window takes ten seconds'
        : `no answer  ${windowText(withheld.unanswered)}, result ${withheld.resultId}`,
    ];
  }
  const width = Math.max(...result.classNames.map((name) => name.length));
  const called = isCalled(result);
  return result.classNames.map((name, i) => {
    const probability = result.probabilities[i];
    const call = called?.[i] === true ? ` ≥ ${fixed(result.operatingPoints?.[i])}` : '';
    const line = `${name.padEnd(width)}  ${bar(isNumber(probability) ? probability : 0, BAR_COLUMNS)} ${fixed(probability)}${call}`;
    return i === result.winner
      ? `${style.strong(line)}  ${windowText(result)}, result ${result.resultId}`
      : line;
  });
}

function whyLines(vitals: Vitals, style: Style): string[] {
  const { explanation, withheld } = vitals;
  if (withheld !== undefined) return [style.alarm(` ${withheldWords(withheld)} `)];
  if (explanation === undefined) return [];
  const leads = topLeadPhases(explanation.leadEvidence, 3).map(leadPhaseWords).join(', ');
  const [first, ...others] = topSegments(explanation, 3).map(segmentWords);
  const position = meanPositionMm(explanation.path, 'QRS');
  return [
    `why ${explanation.className}  ${style.strong(capitalised(first ?? 'no segment'))}${others.map((words) => `, ${words}`).join('')}`,
    `leads   ${leads === '' ? 'none' : leads}`,
    `path    ${position === undefined ? '–' : positionWords(position)} (mean QRS position)`,
    `residual ${percent(explanation.residualShare)}   beats ${explanation.beatCount}   ${provenanceWords(explanation).transform}`,
  ];
}

const ESCAPES = /\u001b\[[0-9;]*m/y;

/** Cuts a line to `columns` visible characters; escape sequences take no room and are always closed. */
export function fit(line: string, columns: number): string {
  let visible = 0;
  let styled = false;
  for (let i = 0; i < line.length;) {
    ESCAPES.lastIndex = i;
    const escape = ESCAPES.exec(line);
    if (escape !== null) {
      styled = true;
      i += escape[0].length;
      continue;
    }
    if (visible === columns) return line.slice(0, i) + (styled ? '\u001b[0m' : '');
    visible += 1;
    i += 1;
  }
  return line;
}

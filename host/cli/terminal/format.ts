import {
  axisWords,
  fixed,
  leadPhaseWords,
  meanPositionMm,
  percent,
  positionWords,
  provenanceWords,
  segmentWords,
  topLeadPhases,
  topSegments,
} from '../../monitor/explanation-words.js';
import { intervalEntries } from '../../monitor/signal-words.js';
import { windowWords } from '../../monitor/why.js';
import { callsWords } from '../../stream/calls.js';
import type {
  ExplanationEvent,
  HelloEvent,
  MeasurementEvent,
  ResultEvent,
  Unanswered,
} from '../../stream/events.js';

export const STATEMENT = 'research use only, not a medical device';
const SAMPLE_RATE_HZ = 500;
const TOP = 3;

/** Time of a sample on the device's clock: `12.5`. */
export function seconds(sampleIndex: number): string {
  return fixed(sampleIndex / SAMPLE_RATE_HZ, 1);
}

export function windowText(result: Unanswered): string {
  return `window ${windowWords(result)}`;
}

/** An answer, whoever gave it: a device tells how long it took, the host does not. */
type TimelessResult = Omit<ResultEvent, 'networkMicroseconds' | 'explainMicroseconds'>;

/** `MI 0.87 (NORM 0.03, STTC 0.41, …)  calls MI`: the winner first, the others in the network's order. */
export function classesText(result: TimelessResult): string {
  const text = (i: number): string =>
    `${result.classNames[i] ?? `class ${i}`} ${fixed(result.probabilities[i])}`;
  const others = result.classNames
    .map((_name, i) => i)
    .filter((i) => i !== result.winner)
    .map(text);
  const calls = callsWords(result);
  return [
    others.length === 0 ? text(result.winner) : `${text(result.winner)} (${others.join(', ')})`,
    ...(calls === '' ? [] : [calls]),
  ].join('  ');
}

/** One line for a result that has no explanation. */
export function resultLine(result: TimelessResult): string {
  return `result ${result.resultId}  ${windowText(result)}  ${classesText(result)}`;
}

/** The plain block of an explained result. */
export function explainedBlock(
  result: TimelessResult | undefined,
  explanation: ExplanationEvent,
): string[] {
  const head =
    result === undefined
      ? `result ${explanation.resultId}  ${explanation.className}`
      : resultLine(result);
  const leads = topLeadPhases(explanation.leadEvidence, TOP).map(leadPhaseWords);
  const segments = topSegments(explanation, TOP).map(segmentWords);
  const position = meanPositionMm(explanation.path, 'QRS');
  const by = provenanceWords(explanation);
  return [
    head,
    `  explains ${explanation.className}: ${by.method}, ${by.mapping}, ${by.transform}, generic anatomy`,
    `  top leads: ${leads.length === 0 ? 'none' : leads.join(', ')}`,
    `  top segments: ${segments.length === 0 ? 'none' : segments.join(', ')}`,
    `  residual ${percent(explanation.residualShare)}   beats ${explanation.beatCount}   QRS axis ${axisWords(explanation.meanQrsMicrovolt)}${position === undefined ? '' : `   mean QRS position ${positionWords(position)}`}`,
    `  ${STATEMENT}`,
  ];
}

export function helloLine(hello: HelloEvent): string {
  const hash = hello.modelHash.toString(16).padStart(8, '0');
  return `device ${hello.boardName}  model ${hello.modelName} ${hash}  ${hello.sampleRateHz} Hz in, ${hello.networkRateHz} Hz to the network  classes ${hello.classNames.join(' ')}`;
}

/** `median of 8 beats: HR 75 /min, PR 166 ms, …`. */
export function intervalsLine(measurement: MeasurementEvent): string {
  const intervals = intervalEntries(measurement).map(([name, value]) => `${name} ${value}`);
  return `median of ${measurement.beatCount} beats: ${intervals.join(', ')}`;
}

/** `beats 12–15  75 /min  at 9.8 s`, for the beats since the last such line. */
export function beatsLine(
  first: number,
  last: number,
  sampleIndex: number,
  heartRateBpm: number | undefined,
): string {
  const numbers = first === last ? `beat ${first}` : `beats ${first}–${last}`;
  return `${numbers}  ${fixed(heartRateBpm, 0)} /min  at ${seconds(sampleIndex)} s`;
}

/** Why a class, in words: the same on the page and in a report. Free of Node and DOM. */
import type { ExplanationEvent, ResultEvent } from '../stream/events.js';
import {
  axisWords,
  capitalised,
  certaintyWords,
  fixed,
  leadPhaseWords,
  meanPositionMm,
  percent,
  positionWords,
  provenanceWords,
  segmentWords,
  topLeadPhases,
  topSegments,
} from './explanation-words.js';

/** What the words need of an answer. */
export type WindowAnswer = AnsweredWindow & Pick<ResultEvent, 'probabilities'>;
type AnsweredWindow = Pick<ResultEvent, 'windowFirstSampleIndex' | 'windowSampleCount'>;

const SAMPLE_RATE_HZ = 500;

/** `12.5–22.5 s` on the device's clock. */
export function windowWords(result: AnsweredWindow): string {
  const start = result.windowFirstSampleIndex / SAMPLE_RATE_HZ;
  return `${fixed(start, 1)}–${fixed(start + result.windowSampleCount / SAMPLE_RATE_HZ, 1)} s`;
}

/** The explanation in words. */
export function whyLines(
  explanation: ExplanationEvent,
  result: WindowAnswer | undefined,
): { headline: string; lines: string[]; small: string[] } {
  const segments = topSegments(explanation, 3);
  const [first, ...others] = segments;
  const leads = topLeadPhases(explanation.leadEvidence, 3);
  const by = provenanceWords(explanation);
  const where = result === undefined ? '' : `, window ${windowWords(result)}`;
  const position = meanPositionMm(explanation.path, 'QRS');
  const probability = result?.probabilities[explanation.classIndex];
  const headline =
    first === undefined
      ? `${explanation.className} ${fixed(probability)}: no place has evidence`
      : `${explanation.className} ${fixed(probability)}: the evidence points to ${first.name}`;
  const lines = [
    `Segments: ${[first, ...others].flatMap((each) => (each ? [segmentWords(each)] : [])).join(', ')}. ${certaintyWords(segments, explanation.beatCount)}`,
    leads.length === 0
      ? 'No lead carries evidence.'
      : `Leads: ${leads.map(leadPhaseWords).join(', ')} (logit per beat; + for ${explanation.className}, − against).`,
    `${percent(explanation.residualShare)} of the evidence is residual: no vectorcardiographic view can show it.`,
  ];
  if (position !== undefined) {
    lines.push(
      `Mean QRS axis ${axisWords(explanation.meanQrsMicrovolt)}; mean QRS position of the path: ${positionWords(position)} of the heart’s centre.`,
    );
  }
  return {
    headline: capitalised(headline),
    lines,
    small: [
      `Result ${explanation.resultId}${where}, ${explanation.beatCount} beats. Method: ${by.method}. Mapping: ${by.mapping}. Transform: ${by.transform}. Generic anatomy.`,
    ],
  };
}

/**
 * What an explanation says, reduced to what people read; shared by the terminal and the page, so that both say the same.
 * Free of Node imports: the page's bundle includes it.
 */
import {
  PHASES,
  TWELVE_LEADS,
  type ExplanationEvent,
  type PathPoint,
  type Phase,
} from '../stream/events.js';

export const RESEARCH_USE = 'Research use only — not a medical device';

export interface LeadPhaseEvidence {
  readonly lead: string;
  readonly phase: Phase;
  /** Logit units, signed: positive speaks for the class. */
  readonly evidence: number;
}

export interface SegmentShare {
  /** Index into `segmentScores`. */
  readonly index: number;
  readonly name: string;
  readonly score: number;
  readonly spread: number;
}

/** The `count` cells of the lead × phase table with the largest magnitude, largest first; zero and unknown left out. */
export function topLeadPhases(
  leadEvidence: readonly (readonly number[])[],
  count: number,
): LeadPhaseEvidence[] {
  const cells: LeadPhaseEvidence[] = [];
  TWELVE_LEADS.forEach((lead, leadIndex) => {
    PHASES.forEach((phase, phaseIndex) => {
      const evidence = leadEvidence[leadIndex]?.[phaseIndex];
      if (isNumber(evidence) && evidence !== 0) cells.push({ lead, phase, evidence });
    });
  });
  return cells.sort((a, b) => Math.abs(b.evidence) - Math.abs(a.evidence)).slice(0, count);
}

/** The `count` segments with the highest score, highest first. */
export function topSegments(
  explanation: Pick<ExplanationEvent, 'segmentScores' | 'segmentSpread' | 'segmentNames'>,
  count: number,
): SegmentShare[] {
  return explanation.segmentScores
    .map((score, index) => ({
      index,
      name: explanation.segmentNames[index] ?? `segment ${index + 1}`,
      score,
      spread: explanation.segmentSpread[index] ?? Number.NaN,
    }))
    .filter((segment) => isNumber(segment.score))
    .sort((a, b) => b.score - a.score)
    .slice(0, count);
}

/** Mean position of the path in one phase, Frank frame, millimetres; undefined when the phase has no point. */
export function meanPositionMm(
  path: readonly PathPoint[],
  phase: Phase,
): readonly [number, number, number] | undefined {
  const points = path.filter((point) => point.phase === phase && point.frankMm.every(isNumber));
  if (points.length === 0) return undefined;
  const mean = (axis: 0 | 1 | 2): number =>
    points.reduce((sum, point) => sum + point.frankMm[axis], 0) / points.length;
  return [mean(0), mean(1), mean(2)];
}

/** A Frank position in words: `12 mm left, 3 mm superior, 8 mm posterior` of the heart's centre. */
export function positionWords(frankMm: readonly [number, number, number]): string {
  const [x, y, z] = frankMm;
  const axis = (value: number, positive: string, negative: string): string =>
    `${Math.abs(value).toFixed(0)} mm ${value < 0 ? negative : positive}`;
  return [
    axis(x, 'left', 'right'),
    axis(y, 'inferior', 'superior'),
    axis(z, 'posterior', 'anterior'),
  ].join(', ');
}

/** The mean QRS axis in the frontal plane, as on a printed ECG: `frontal 37°`, downwards positive; `–` when unknown. */
export function axisWords([left, down]: readonly [number, number, number]): string {
  if (!isNumber(left) || !isNumber(down) || Math.hypot(left, down) === 0) return '–';
  return `frontal ${((180 * Math.atan2(down, left)) / Math.PI).toFixed(0).replace('-', '−')}°`;
}

/** `+0.41`, `−0.08`, `–` when unknown. A true minus sign, as in print. */
export function signed(value: number, digits = 2): string {
  if (!isNumber(value)) return '–';
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}

/** `0.87`, `–` when unknown. */
export function fixed(value: number | undefined, digits = 2): string {
  return isNumber(value) ? value.toFixed(digits).replace(/^-/, '−') : '–';
}

/** `12 %`, `–` when unknown. */
export function percent(share: number | undefined): string {
  return isNumber(share) ? `${(100 * share).toFixed(0)} %` : '–';
}

/** `mid anteroseptal 0.21 ± 0.04`; the spread is left out when it is unknown. */
export function segmentWords(segment: SegmentShare): string {
  const spread = isNumber(segment.spread) ? ` ± ${fixed(segment.spread)}` : '';
  return `${segment.name} ${fixed(segment.score)}${spread}`;
}

/** `V2 QRS +0.41`. */
export function leadPhaseWords(cell: LeadPhaseEvidence): string {
  return `${cell.lead} ${cell.phase} ${signed(cell.evidence)}`;
}

/**
 * How far the first segment stands out. The rule is the project's own: a lead smaller than the larger spread of the two
 * is not called a lead.
 */
export function certaintyWords(segments: readonly SegmentShare[], beatCount: number): string {
  const [first, second] = segments;
  if (first === undefined) return 'No segment has a score.';
  if (beatCount < 2) return 'One beat only: the spread is unknown.';
  if (second === undefined) return `Only ${first.name} has a score.`;
  const spread = Math.max(first.spread, second.spread);
  if (!isNumber(spread)) return 'The spread is unknown.';
  return first.score - second.score > spread
    ? `${capitalised(first.name)} stands out: its lead over ${second.name} exceeds the spread over ${beatCount} beats.`
    : `Not clearly separated: ${first.name} leads ${second.name} by less than the spread over ${beatCount} beats.`;
}

/** Indices of the segments whose score the spread over beats does not tell apart from the first: the rule of `certaintyWords`. */
export function indistinctSegments(
  explanation: Pick<
    ExplanationEvent,
    'segmentScores' | 'segmentSpread' | 'segmentNames' | 'beatCount'
  >,
): number[] {
  const [first, ...others] = topSegments(explanation, explanation.segmentScores.length);
  if (first === undefined || explanation.beatCount < 2) return [];
  return others
    .filter((other) => first.score - other.score <= Math.max(first.spread, other.spread))
    .map(({ index }) => index);
}

const METHOD_WORDS: Readonly<Record<string, string>> = {
  gradient_x_input: 'gradient × input',
  integrated_gradients: 'integrated gradients',
  smoothgrad: 'SmoothGrad × input',
  grad_cam: 'Grad-CAM, in time only',
  occlusion: 'occlusion by lead and wave',
  relevance: 'layer-wise relevance',
};
/**
 * Whose each mapping is, is said wherever it is named: the paper's formula is not published in what this project holds,
 * so no mapping here is called the paper's.
 */
const MAPPING_WORDS: Readonly<Record<string, string>> = {
  adjoint_direction: "adjoint by direction (this project), not the paper's formula",
  chain_rule:
    "chain rule through a generic heart's lesions (this project), not the paper's formula",
  paper_like_position:
    "lead mean by position (after the paper's idea; its formula is not published)",
};
const TRANSFORM_WORDS: Readonly<Record<string, string>> = {
  kors: 'Kors',
  inverse_dower: 'inverse Dower',
  geometric: 'geometric (this project)',
};

/** How the attribution was made, how it was carried to the heart, and by which vectorcardiogram. Unknown names stand as they came. */
export function provenanceWords(
  explanation: Pick<ExplanationEvent, 'method' | 'mapping' | 'transform'>,
): { method: string; mapping: string; transform: string } {
  const { method, mapping, transform } = explanation;
  return {
    method: METHOD_WORDS[method] ?? method,
    mapping: MAPPING_WORDS[mapping] ?? `${mapping} (this project), not the paper's formula`,
    transform: TRANSFORM_WORDS[transform] ?? transform,
  };
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** JSON carries NaN as null, whatever the type says. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

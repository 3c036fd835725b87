import type {
  BeatAttributionMessage,
  BeatFiducialsMessage,
  BeatLeadMessage,
  ExplanationMessage,
  PathMessage,
} from '../protocol/messages.js';
import {
  INDEPENDENT_LEADS,
  PHASES,
  TWELVE_LEADS,
  type ExplanationEvent,
  type PathPoint,
} from '../stream/events.js';

export type ExplanationPart =
  | ExplanationMessage
  | BeatLeadMessage
  | BeatAttributionMessage
  | BeatFiducialsMessage
  | PathMessage;

export interface Names {
  readonly classNames: readonly string[];
  readonly segmentNames: readonly string[];
}

export type Assembly =
  | { readonly explanation: ExplanationEvent }
  /** What is missing or does not fit together, for people. */
  | { readonly problems: readonly string[] };

interface Parts {
  explanation?: ExplanationMessage;
  fiducials?: BeatFiducialsMessage;
  readonly leads: Map<number, BeatLeadMessage>;
  readonly attributions: Map<number, BeatAttributionMessage>;
  readonly path: Map<number, PathMessage>;
}

/** A device explains one result at a time; a second may begin before the end of the first is known. */
const MAX_OPEN = 2;

/** Puts the messages of one explanation together, whatever their order, and forgets those that never end. */
export class ExplanationAssembler {
  private readonly open = new Map<number, Parts>();

  /** Gives the result that was given up to make room for this one, if any. */
  add(part: ExplanationPart): number | undefined {
    const { parts, evicted } = this.partsOf(part.resultId);
    switch (part.kind) {
      case 'EXPLANATION':
        parts.explanation = part;
        break;
      case 'BEAT_LEAD':
        parts.leads.set(part.leadIndex, part);
        break;
      case 'BEAT_ATTRIBUTION':
        parts.attributions.set(part.leadIndex, part);
        break;
      case 'BEAT_FIDUCIALS':
        parts.fiducials = part;
        break;
      case 'PATH':
        parts.path.set(part.partIndex, part);
        break;
    }
    return evicted;
  }

  /** RESULT_END has come and says that an explanation was sent: whatever of it has not come is missing. */
  finish(resultId: number, names: Names): Assembly {
    const parts = this.open.get(resultId) ?? noParts();
    this.open.delete(resultId);
    return assemble(parts, names);
  }

  /** RESULT_END has come and says that there is no explanation. */
  withhold(resultId: number): void {
    this.open.delete(resultId);
  }

  clear(): void {
    this.open.clear();
  }

  private partsOf(resultId: number): { parts: Parts; evicted: number | undefined } {
    const known = this.open.get(resultId);
    if (known !== undefined) return { parts: known, evicted: undefined };
    let evicted: number | undefined;
    if (this.open.size >= MAX_OPEN) {
      evicted = this.open.keys().next().value;
      if (evicted !== undefined) this.open.delete(evicted);
    }
    const parts = noParts();
    this.open.set(resultId, parts);
    return { parts, evicted };
  }
}

function noParts(): Parts {
  return { leads: new Map(), attributions: new Map(), path: new Map() };
}

/** Parts 0 to `count` − 1 in order; a missing one is a problem. */
function inOrder<T>(
  parts: ReadonlyMap<number, T>,
  count: number,
  what: string,
  problems: string[],
): T[] {
  const found: T[] = [];
  const missing: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const part = parts.get(i);
    if (part === undefined) missing.push(i);
    else found.push(part);
  }
  if (missing.length > 0) problems.push(`${what} ${missing.join(', ')} missing`);
  if (parts.size > found.length) problems.push(`${what} beyond ${count - 1}`);
  return found;
}

function chunks(values: readonly number[], size: number): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < values.length; i += size) rows.push(values.slice(i, i + size));
  return rows;
}

function assemble(parts: Parts, { classNames, segmentNames }: Names): Assembly {
  const problems: string[] = [];
  const { explanation, fiducials } = parts;
  if (explanation === undefined) problems.push('EXPLANATION missing');
  if (fiducials === undefined) problems.push('BEAT_FIDUCIALS missing');
  const leads = inOrder(parts.leads, INDEPENDENT_LEADS.length, 'BEAT_LEAD', problems);
  const attributions = inOrder(
    parts.attributions,
    TWELVE_LEADS.length,
    'BEAT_ATTRIBUTION',
    problems,
  );
  const partCount = Math.max(1, ...[...parts.path.values()].map((part) => part.partCount));
  const path = inOrder(parts.path, partCount, 'PATH', problems);
  const [first] = leads;
  const lengths = new Set([
    ...leads.map(({ microvolt }) => microvolt.length),
    ...attributions.map(({ steps }) => steps.length),
  ]);
  if (lengths.size > 1) problems.push('leads of the mean beat differ in length');
  if (explanation === undefined || fiducials === undefined || first === undefined) {
    return { problems };
  }
  if (problems.length > 0) return { problems };
  const { pOnset, pEnd, qrsOnset, jPoint, tPeak, tEnd } = fiducials;
  return {
    explanation: {
      kind: 'explanation',
      resultId: explanation.resultId,
      classIndex: explanation.classIndex,
      className: classNames[explanation.classIndex] ?? `class ${explanation.classIndex}`,
      method: explanation.method,
      mapping: explanation.mapping,
      transform: explanation.transform,
      beatCount: explanation.beatCount,
      leadEvidence: chunks(explanation.leadEvidence, PHASES.length),
      residualShare: explanation.residualShare,
      meanQrsMicrovolt: threeOf(explanation.meanQrsMicrovolt),
      segmentScores: explanation.segmentScores,
      segmentSpread: explanation.segmentSpread,
      segmentNames,
      topSegment: explanation.topSegment,
      meanBeat: {
        rateHz: first.rateHz,
        rIndex: first.rIndex,
        microvolt: leads.map(({ microvolt }) => microvolt),
        attribution: attributions.map(({ scale, steps }) => steps.map((step) => step * scale)),
        fiducials: { pOnset, pEnd, qrsOnset, jPoint, tPeak, tEnd },
      },
      path: path.flatMap(({ points }) => points.map(toPathPoint)),
    },
  };
}

function threeOf([x = NaN, y = NaN, z = NaN]: readonly number[]): readonly [
  number,
  number,
  number,
] {
  return [x, y, z];
}

function toPathPoint(point: PathMessage['points'][number]): PathPoint {
  return {
    frankMm: [point.xHundredthMm / 100, point.yHundredthMm / 100, point.zHundredthMm / 100],
    phase: point.phase,
    evidence: point.evidence,
  };
}

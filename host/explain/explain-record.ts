/** A record explained without a device: the same C chain, the same integers, the golden model of the heart. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import { SEGMENT_NAMES, toHeartAxes } from '../cineecg/geometry.js';
import {
  DEFAULT_HEART_OPTIONS,
  explainHeart,
  type HeartExplanation,
  type HeartInput,
} from '../cineecg/explain.js';
import { lesionOfClass } from '../cineecg/mapping/class-lesions.js';
import type { TemplateKind } from '../cineecg/mapping/pull-back.js';
import { windowChainRule } from '../cineecg/mapping/window-chain-rule.js';
import type { VcgTransform } from '../cineecg/matrices.js';
import { toAcquisition } from '../records/acquisition.js';
import type { EcgRecord } from '../records/record.js';
import type { ExplanationEvent, ResultEvent } from '../stream/events.js';
import { readStoredTemplates } from '../templates/files.js';
import { recordWindows, type RecordWindow } from '../toolchain/record-windows.js';
import { matched, occlusion, paperLike, plain, type SegmentMap } from './maps.js';
import { WindowNetwork } from './network-window.js';

/** As on the wire; occlusion and the matched filter run on the host only. */
export const MAPPINGS = [
  'chain_rule',
  'adjoint_direction',
  'paper_like_position',
  'anatomical_occlusion',
] as const;
export type Mapping = (typeof MAPPINGS)[number];

/** Shown beside the mappings, never instead of one. */
export type ComparisonMap = 'matched_filter_without_network' | 'plain_facing_lead';

export interface ExplainRequest {
  readonly record: EcgRecord;
  readonly network: CompiledNetwork;
  /** Of the network's classes; the winner of the window where nothing is said. */
  readonly className?: string;
  /** As the device chooses where nothing is said: the chain rule, where the class stands for a lesion that it finds. */
  readonly mapping?: Mapping;
  /** From 0; the last where nothing is said, as a device would show it. */
  readonly window?: number;
  readonly transform?: VcgTransform;
}

export interface RecordExplanation {
  readonly format: 'isochrone-explanation-1';
  readonly statement: 'Research use only; not a medical device.';
  readonly record: {
    readonly name: string;
    readonly source: string;
    readonly remarks: readonly string[];
  };
  readonly network: string;
  /** Every window of the record, for choosing another. */
  readonly windows: readonly {
    readonly firstSampleIndex: number;
    readonly probabilities: readonly number[];
  }[];
  readonly windowIndex: number;
  readonly result: Omit<ResultEvent, 'networkMicroseconds' | 'explainMicroseconds'>;
  readonly explanation: ExplanationEvent;
  /** The lesion that the class was taken for, and what the beat alone says of its place. */
  readonly lesion: TemplateKind | null;
  readonly maps: Readonly<Partial<Record<Mapping | ComparisonMap, SegmentMap>>>;
  /** The path in the generic heart's own axes: base to apex, right to left, towards the anterior wall, millimetres. */
  readonly pathInHeartMm: readonly (readonly [number, number, number])[];
  /** `[1000][8]` microvolt, and `[1000][leads]` attribution (gradient × input, say), logit. */
  readonly microvolt: readonly number[];
  readonly attribution: readonly number[];
  readonly leads: number;
}

/** @throws {IsochroneError} EXPLAIN_CLASS_UNKNOWN, EXPLAIN_WINDOW_UNKNOWN, EXPLAIN_WITHHELD, EXPLAIN_MAPPING, RECORD_* */
export function explainRecord(request: ExplainRequest): RecordExplanation {
  const { record } = request;
  const network = new WindowNetwork(request.network);
  const windows = recordWindows(toAcquisition(record).microvolt);
  const answers = windows.map(({ microvolt }) => network.answer(microvolt));
  const windowIndex = request.window ?? windows.length - 1;
  const window = windows[windowIndex];
  if (window === undefined) {
    throw new IsochroneError(
      'EXPLAIN_WINDOW_UNKNOWN',
      `window ${windowIndex} of a record that has ${windows.length}`,
      { hint: `Windows count from 0 to ${windows.length - 1}.` },
    );
  }
  // The gradient is that of the last answer.
  const answer = network.answer(window.microvolt);
  const classIndex =
    request.className === undefined ? answer.winner : classOf(network, request.className);
  const transform = request.transform ?? DEFAULT_HEART_OPTIONS.transform;
  const { method, gradient } = network.gradient(answer, classIndex);
  const heart: HeartInput = {
    microvolt: window.microvolt,
    input: answer.input,
    gradient,
    inputScaleMillivolt: network.inputScaleMillivolt,
    gradientScale: network.gradientScale,
    rIndex: window.rIndex,
  };
  const explained = explainHeart(heart, { ...DEFAULT_HEART_OPTIONS, transform });
  if (explained.status !== 'ok') throw withheld(explained.status);
  const className = network.classNames[classIndex] ?? '';
  const { lesion, maps } = mapsOf(network, heart, explained, classIndex);
  const mapping =
    request.mapping ?? (maps.chain_rule === undefined ? 'adjoint_direction' : 'chain_rule');
  const map = maps[mapping];
  if (map === undefined) throw unmapped(mapping, className, lesion);
  return {
    format: 'isochrone-explanation-1',
    statement: 'Research use only; not a medical device.',
    record: {
      name: record.name,
      source: record.source,
      remarks: [...record.remarks, ...strangeness(answer)],
    },
    network: request.network.program.metadata['isochrone.name'] ?? 'network',
    windows: windows.map(({ firstSampleIndex }, i) => ({
      firstSampleIndex,
      probabilities: answers[i]?.probabilities ?? [],
    })),
    windowIndex,
    result: resultOf(network, window, windowIndex, answer),
    explanation: eventOf(explained, map, {
      windowIndex,
      classIndex,
      className,
      method,
      mapping,
      transform,
    }),
    lesion: lesion ?? null,
    maps,
    pathInHeartMm: explained.path.map(({ frankMm }) => toHeartAxes(frankMm)),
    microvolt: Array.from(window.microvolt),
    attribution: Array.from(
      heart.gradient,
      (step, i) =>
        step * network.gradientScale * (heart.input[i] ?? 0) * network.inputScaleMillivolt,
    ),
    leads: network.leads,
  };
}

function mapsOf(
  network: WindowNetwork,
  heart: HeartInput,
  explained: HeartExplanation,
  classIndex: number,
): { lesion: TemplateKind | undefined; maps: RecordExplanation['maps'] } {
  const lesion = lesionOfClass(network.classNames[classIndex] ?? '');
  const stored = lesion === undefined ? undefined : readStoredTemplates(lesion);
  const chain = stored === undefined ? undefined : windowChainRule(heart, explained, stored);
  const normal = network.classNames.findIndex((name) => /^norm(al)?$/iu.test(name));
  const score = (microvolt: Int16Array): number => {
    const { logits } = network.answer(microvolt);
    return (logits[classIndex] ?? 0) - (normal < 0 ? 0 : (logits[normal] ?? 0));
  };
  const all = {
    chain_rule: chain,
    adjoint_direction: { scores: explained.segmentScores, spread: explained.segmentSpread },
    paper_like_position: paperLike(heart, explained),
    plain_facing_lead: plain(heart, explained),
    ...(stored === undefined || chain === undefined
      ? {}
      : {
          anatomical_occlusion: occlusion(heart, explained, stored, chain, score),
          matched_filter_without_network: matched(stored, chain),
        }),
  };
  const given = Object.entries(all).flatMap(([name, map]) =>
    map === undefined ? [] : [[name, { scores: map.scores, spread: map.spread }] as const],
  );
  return { lesion, maps: Object.fromEntries(given) };
}

function classOf({ classNames }: WindowNetwork, name: string): number {
  const found = classNames.findIndex((each) => each.toLowerCase() === name.toLowerCase());
  if (found >= 0) return found;
  throw new IsochroneError('EXPLAIN_CLASS_UNKNOWN', `the network has no class ${name}`, {
    hint: `Its classes: ${classNames.join(', ')}.`,
  });
}

function withheld(status: 'no-beat' | 'no-qrs' | 'no-evidence'): IsochroneError {
  const reasons = {
    'no-beat': 'no beat lies wholly inside the window',
    'no-qrs': 'the mean beat has no QRS',
    'no-evidence': 'the gradient is zero in every beat',
  };
  return new IsochroneError('EXPLAIN_WITHHELD', `explanation withheld: ${reasons[status]}`, {
    hint: 'Choose another window (--window) or class (--class).',
  });
}

function unmapped(mapping: Mapping, className: string, lesion: string | undefined): IsochroneError {
  return new IsochroneError(
    'EXPLAIN_MAPPING',
    lesion === undefined
      ? `${mapping} needs a class that stands for a lesion; ${className} does not by its name`
      : `${mapping} finds no evidence of ${lesion} for ${className} in this window`,
    { hint: 'Leave --mapping out to have what the device would show, or take adjoint.' },
  );
}

function resultOf(
  network: WindowNetwork,
  window: RecordWindow,
  windowIndex: number,
  { logits, probabilities, winner, unfamiliarity }: ReturnType<WindowNetwork['answer']>,
): RecordExplanation['result'] {
  return {
    kind: 'result',
    resultId: windowIndex,
    windowFirstSampleIndex: window.firstSampleIndex,
    windowSampleCount: 5000,
    classNames: network.classNames,
    operatingPoints: network.operatingPoints,
    ...{ logits, probabilities, winner },
    ...(unfamiliarity === undefined ? {} : { unfamiliarity }),
  };
}

/** Who asks for a window has its answer; what a device would do is said. */
function strangeness({ unfamiliarity = 0 }: ReturnType<WindowNetwork['answer']>): string[] {
  return unfamiliarity > 1
    ? [
        `unlike the data that the network was trained on (${unfamiliarity.toFixed(1)} times the limit): a device withholds this answer`,
      ]
    : [];
}

function eventOf(
  explained: HeartExplanation,
  map: SegmentMap,
  of: {
    readonly windowIndex: number;
    readonly classIndex: number;
    readonly className: string;
    readonly method: string;
    readonly mapping: Mapping;
    readonly transform: VcgTransform;
  },
): ExplanationEvent {
  const { fiducials, meanBeatMicrovolt, attribution } = explained;
  return {
    kind: 'explanation',
    resultId: of.windowIndex,
    classIndex: of.classIndex,
    className: of.className,
    method: of.method,
    mapping: of.mapping,
    transform: of.transform.replace('-', '_'),
    beatCount: explained.beatCount,
    leadEvidence: explained.leadEvidence,
    residualShare: explained.residualShare,
    meanQrsMicrovolt: explained.meanQrsMicrovolt,
    segmentScores: map.scores,
    segmentSpread: map.spread,
    segmentNames: SEGMENT_NAMES,
    topSegment: map.scores.indexOf(Math.max(...map.scores)),
    meanBeat: { rateHz: 100, rIndex: 30, microvolt: meanBeatMicrovolt, attribution, fiducials },
    path: explained.path,
  };
}

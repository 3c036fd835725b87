/** The device's explanations beside those of the host's golden model, of the same record and window. */
import { expect } from 'vitest';
import type { CompiledNetwork } from '../../codegen/compile.js';
import { explainRecord } from '../../host/explain/explain-record.js';
import type { EcgRecord } from '../../host/records/record.js';
import type { ExplanationEvent, StreamEvent } from '../../host/stream/events.js';

/** What is chosen, counted or integer agrees exactly; what is a float agrees to what its place on the wire resolves. */
const EXACT = ['classIndex', 'method', 'mapping', 'transform', 'beatCount', 'topSegment'] as const;
const SCORE_BOUND = 1e-3;
const EVIDENCE_BOUND = 1e-4;
const MICROVOLT_BOUND = 0.1;
/** On the wire a hundredth of a millimetre is a step. */
const PATH_MM_BOUND = 0.02;

export interface Compared {
  readonly explanations: readonly ExplanationEvent[];
  /** The largest difference of a segment's score. */
  readonly worstScore: number;
}

/** @param events of a device that was given the record from its first sample on; it explains every window */
export function compareExplanations(
  events: readonly StreamEvent[],
  record: EcgRecord,
  network: CompiledNetwork,
): Compared {
  const explanations = events.filter((event) => event.kind === 'explanation');
  let worstScore = 0;
  explanations.forEach((device, window) => {
    const { explanation: host, result } = explainRecord({ record, network, window });
    const sent = events.find(
      (event) => event.kind === 'result' && event.resultId === device.resultId,
    );
    expect(sent).toMatchObject({
      windowFirstSampleIndex: result.windowFirstSampleIndex,
      winner: result.winner,
    });
    for (const key of EXACT) expect(device[key], key).toBe(host[key]);
    expect(device.meanBeat.microvolt).toEqual(host.meanBeat.microvolt);
    expect(device.meanBeat.fiducials).toEqual(host.meanBeat.fiducials);
    worstScore = Math.max(
      worstScore,
      close(device.segmentScores, host.segmentScores, SCORE_BOUND),
      close(device.segmentSpread, host.segmentSpread, SCORE_BOUND),
    );
    close(device.leadEvidence.flat(), host.leadEvidence.flat(), EVIDENCE_BOUND);
    close([device.residualShare], [host.residualShare], EVIDENCE_BOUND);
    close(device.meanQrsMicrovolt, host.meanQrsMicrovolt, MICROVOLT_BOUND);
    close(positions(device), positions(host), PATH_MM_BOUND);
  });
  return { explanations, worstScore };
}

const positions = ({ path }: ExplanationEvent): readonly number[] =>
  path.flatMap(({ frankMm }) => [...frankMm]);

/** Gives the largest difference. */
function close(found: readonly number[], wanted: readonly number[], bound: number): number {
  expect(found.length).toBe(wanted.length);
  const worst = found.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (wanted[i] ?? NaN))),
    0,
  );
  expect(worst).toBeLessThanOrEqual(bound);
  return worst;
}

/** Records as the device sees them: chain output, beats, and which samples are P, QRS and ST-T. */
import {
  SignalScript,
  buildSignalHarness,
} from '../../firmware-templates/core/test-harness/signal.js';
import type { OccludedRange } from '../../host/attribution/occlusion.js';
import { meanBeat, selectBeats } from '../../host/cineecg/beats.js';
import { findFiducials } from '../../host/cineecg/fiducials.js';
import { toFrankMicrovolt } from '../../host/cineecg/leads.js';
import { phaseRanges } from '../../host/cineecg/path.js';
import { toAcquisition } from '../../host/records/acquisition.js';
import { decodedRecords, openDecodedSet } from '../../host/records/decoded-set.js';
import type { EcgRecord } from '../../host/records/record.js';
import { buildNativeChain, WINDOW_SAMPLES } from '../../host/toolchain/native-chain.js';
import { independentWindow } from '../../host/validate/windows.js';

/** P with its PQ segment, QRS, ST-T. */
export const WAVES = 3;
const SAMPLES_PER_CHAIN_SAMPLE = 5;
/** Longer than the chain and the detector hold a beat back. */
const HOLD_SAMPLES = 800;
const LEADS = 8;

export interface BeatWindow {
  /** int16 microvolt [1000][12]. */
  readonly microvolt: Int16Array;
  /** R positions in the window, ascending, by the device's detector. */
  readonly rIndex: readonly number[];
  /** [8][80] microvolt; none where no beat lies wholly in the window. */
  readonly meanBeat: readonly (readonly number[])[];
  /** Samples of each wave of each beat; none where the mean beat has no QRS. */
  readonly waves: readonly OccludedRange[];
}

/** The first 10 s of each record of a fold, in order. */
export async function foldWindows(
  setPath: string,
  keep: (record: number) => boolean,
): Promise<readonly BeatWindow[]> {
  const records: EcgRecord[] = [];
  let at = 0;
  for await (const record of decodedRecords(await openDecodedSet(setPath))) {
    if (keep(at)) records.push(record);
    at += 1;
  }
  const acquired = records.map((record) => toAcquisition(record).microvolt);
  const windows = buildNativeChain().windows(acquired);
  const harness = buildSignalHarness('bench-fidelity');
  return windows.map((microvolt, i) =>
    beatWindow(microvolt, rMarks(harness, acquired[i] ?? new Int16Array(0))),
  );
}

function rMarks(
  harness: ReturnType<typeof buildSignalHarness>,
  microvolt: Int16Array,
): readonly number[] {
  const rows = Array.from({ length: microvolt.length / LEADS }, (_, t) =>
    Array.from(microvolt.subarray(t * LEADS, (t + 1) * LEADS)),
  );
  const { beats } = harness(new SignalScript().record(rows, 0, HOLD_SAMPLES));
  return beats
    .map(({ sampleIndex }) => Math.floor(sampleIndex / SAMPLES_PER_CHAIN_SAMPLE))
    .filter((r) => r < WINDOW_SAMPLES);
}

function beatWindow(microvolt: Int16Array, rIndex: readonly number[]): BeatWindow {
  const { first, rangeBegin, rangeEnd } = selectBeats(rIndex);
  if (first.length === 0) return { microvolt, rIndex, meanBeat: [], waves: [] };
  const mean = meanBeat(independentWindow(microvolt), first);
  const vcg = (mean[0] ?? []).map((_, t) =>
    toFrankMicrovolt(
      'inverse-dower',
      mean.map((lead) => lead[t] ?? 0),
    ),
  );
  const fiducials = findFiducials(vcg, rangeBegin, rangeEnd);
  const waves =
    fiducials.qrsOnset < 0
      ? []
      : phaseRanges(fiducials, rangeEnd).flatMap(([begin, end], part) =>
          first.map((start) => ({ begin: start + begin, end: start + end, part })),
        );
  return { microvolt, rIndex, meanBeat: mean, waves };
}

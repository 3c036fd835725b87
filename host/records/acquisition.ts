/**
 * From a record to what the device's front end would have delivered: 500 Hz, eight leads, int16 microvolt.
 */
import { independentLeads, INDEPENDENT_LEAD_NAMES, type EcgRecord } from './record.js';
import { resample, resampledLength, resampleRatio } from './resample.js';

export const ACQUISITION_RATE_HZ = 500;
export const ACQUISITION_LEADS = INDEPENDENT_LEAD_NAMES.length;
/** −32768 stays free: it is the mark of an invalid sample in WFDB. */
const MICROVOLT_LIMIT = 32767;

export interface Acquisition {
  /** Sample-major: `microvolt[sample * 8 + lead]`, leads I II V1…V6. Gaps hold the last good value. */
  readonly microvolt: Int16Array;
  readonly sampleCount: number;
  readonly sampleRateHz: typeof ACQUISITION_RATE_HZ;
  /** Values (samples × leads) that were limited to ±32767 µV. */
  readonly clippedSamples: number;
  /** Values (samples × leads) that the record does not have and that were filled. */
  readonly missingSamples: number;
  /** Electrode offset taken off each lead, µV; 0 where the lead fitted as it was. */
  readonly offsetRemovedMicrovolt: readonly number[];
  /** The record's remarks, and what was done here, in words. */
  readonly remarks: readonly string[];
}

/**
 * Resamples to 500 Hz and rounds to int16 microvolt. A lead whose offset would drive it beyond int16 has its median subtracted
 * (a DC-coupled amplifier may sit hundreds of millivolt off; the chain removes the baseline anyway).
 *
 * @throws {IsochroneError} RECORD_LEADS_MISSING, RECORD_LEADS_AMBIGUOUS, RECORD_EMPTY, RECORD_RATE_INVALID
 */
export function toAcquisition(record: EcgRecord): Acquisition {
  const leads = independentLeads(record);
  const ratio = resampleRatio(leads.sampleRateHz, ACQUISITION_RATE_HZ);
  const sampleCount = resampledLength(leads.sampleCount, ratio);
  const microvolt = new Int16Array(sampleCount * ACQUISITION_LEADS);
  const offsetRemovedMicrovolt: number[] = [];
  const remarks = [...record.remarks, ...leads.derived.map((lead) => `lead ${lead}`)];
  let clippedSamples = 0;
  let missingSamples = 0;

  for (const [leadIndex, values] of leads.microvolt.entries()) {
    const name = INDEPENDENT_LEAD_NAMES[leadIndex] ?? '';
    const resampled = resample(holdGaps(values), leads.sampleRateHz, ACQUISITION_RATE_HZ);
    const offset = resampled.some((value) => Math.abs(value) > MICROVOLT_LIMIT)
      ? median(resampled)
      : 0;
    offsetRemovedMicrovolt.push(offset);
    if (offset !== 0) remarks.push(`lead ${name}: offset of ${Math.round(offset)} µV subtracted`);
    let clippedHere = 0;
    let missingHere = 0;
    for (let n = 0; n < sampleCount; n += 1) {
      const rounded = Math.round((resampled[n] ?? 0) - offset);
      const limited = Math.min(Math.max(rounded, -MICROVOLT_LIMIT), MICROVOLT_LIMIT);
      if (limited !== rounded) clippedHere += 1;
      microvolt[n * ACQUISITION_LEADS + leadIndex] = limited;
      const nearest = Math.min(Math.round((n * ratio.down) / ratio.up), values.length - 1);
      if (Number.isNaN(values[nearest])) missingHere += 1;
    }
    if (clippedHere > 0) remarks.push(`lead ${name}: ${clippedHere} samples limited to int16`);
    if (missingHere > 0) remarks.push(`lead ${name}: ${missingHere} missing samples filled`);
    clippedSamples += clippedHere;
    missingSamples += missingHere;
  }
  return {
    microvolt,
    sampleCount,
    sampleRateHz: ACQUISITION_RATE_HZ,
    clippedSamples,
    missingSamples,
    offsetRemovedMicrovolt,
    remarks,
  };
}

/** Gaps take the last good value, a gap at the start the first good one, a lead without any value 0. */
function holdGaps(values: Float64Array): Float64Array {
  let last = values.find((value) => !Number.isNaN(value)) ?? 0;
  return values.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

import { describe, expect, it } from 'vitest';
import { toAcquisition } from './acquisition.js';
import { INDEPENDENT_LEAD_NAMES, type EcgRecord } from './record.js';

function recordOf(rows: readonly (readonly number[])[], sampleRateHz = 500): EcgRecord {
  return {
    name: 'r',
    sampleRateHz,
    source: 'test',
    remarks: ['from the file'],
    leads: INDEPENDENT_LEAD_NAMES.map((name, lead) => ({
      name,
      microvolt: Float64Array.from(rows[lead] ?? rows[0] ?? []),
    })),
  };
}

/** One lead of the result. */
function leadOf(microvolt: Int16Array, lead: number): number[] {
  return [...microvolt].filter((_, index) => index % 8 === lead);
}

describe('toAcquisition', () => {
  it('lays the leads sample by sample', () => {
    const acquisition = toAcquisition(recordOf([...Array(8).keys()].map((k) => [k, 10 + k])));
    expect([...acquisition.microvolt]).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17,
    ]);
    expect(acquisition).toMatchObject({
      sampleCount: 2,
      sampleRateHz: 500,
      clippedSamples: 0,
      missingSamples: 0,
      remarks: ['from the file'],
    });
  });

  it('keeps what fits int16 to the last unit, offset included', () => {
    const acquisition = toAcquisition(recordOf([[32767, -32767, 32000.4]]));
    expect(leadOf(acquisition.microvolt, 0)).toEqual([32767, -32767, 32000]);
    expect(acquisition.offsetRemovedMicrovolt).toEqual(Array(8).fill(0));
  });

  it('takes the median off a lead that its offset would drive out of range, and says so', () => {
    const acquisition = toAcquisition(
      recordOf([
        [0, 0, 0],
        [150_000, 151_000, 149_500],
      ]),
    );
    expect(leadOf(acquisition.microvolt, 1)).toEqual([0, 1000, -500]);
    expect(leadOf(acquisition.microvolt, 0)).toEqual([0, 0, 0]);
    expect(acquisition.offsetRemovedMicrovolt.slice(0, 3)).toEqual([0, 150_000, 0]);
    expect(acquisition.clippedSamples).toBe(0);
    expect(acquisition.remarks).toContain('lead II: offset of 150000 µV subtracted');
  });

  it('limits and counts what does not fit even so', () => {
    const acquisition = toAcquisition(recordOf([[0], [0, 0, 32768, -40_000, 5]]));
    expect(leadOf(acquisition.microvolt, 1).slice(0, 1)).toEqual([0]);
    const wide = toAcquisition(recordOf([[0, 0, 32768, -40_000, 5]]));
    expect(leadOf(wide.microvolt, 0)).toEqual([0, 0, 32767, -32767, 5]);
    expect(wide.clippedSamples).toBe(16);
  });

  it('fills gaps with the last good value and counts them', () => {
    const gap = Number.NaN;
    const acquisition = toAcquisition(
      recordOf([[gap, 7, gap, gap, 9], Array<number>(5).fill(gap)]),
    );
    expect(leadOf(acquisition.microvolt, 0)).toEqual([7, 7, 7, 7, 9]);
    expect(leadOf(acquisition.microvolt, 1)).toEqual([0, 0, 0, 0, 0]);
    // Six further leads repeat the first.
    expect(acquisition.missingSamples).toBe(7 * 3 + 5);
    expect(acquisition.remarks).toContain('lead I: 3 missing samples filled');
  });

  it('counts missing samples on the 500 Hz axis after resampling', () => {
    const values = Array<number>(100).fill(10);
    values.fill(Number.NaN, 40, 60);
    const acquisition = toAcquisition(recordOf([values], 1000));
    expect(acquisition.sampleCount).toBe(50);
    expect(acquisition.missingSamples).toBe(8 * 10);
    expect(leadOf(acquisition.microvolt, 3)).toEqual(Array(50).fill(10));
  });
});

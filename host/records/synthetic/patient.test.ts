import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toAcquisition } from '../acquisition.js';
import { openRecord } from '../open-record.js';
import { TWELVE_LEAD_NAMES } from '../record.js';
import { CLEAN } from './clean-patient.fixture.js';
import { DEFAULT_PATIENT, readTruth, writeSynthetic } from './files.js';
import { NO_NOISE } from './noise.js';
import { ventricularLattice } from './lattice.js';
import type { BeatFiducials } from './marks.js';
import { synthesizePatient, type HeartTruth, type SyntheticPatient } from './patient.js';
import { sharedPath } from '../shared-data.js';
import { normalBeats, pearson } from './ptbxl-normals.fixture.js';

const FOLDER = 'build/test-synthetic';
const PTBXL = sharedPath('data/ptbxl');

const NORMAL = synthesizePatient(CLEAN);
const withLesion = (kind: 'scar' | 'ischaemia', segments: readonly number[]): SyntheticPatient =>
  synthesizePatient({ ...CLEAN, lesion: { kind, segments } });

/** Fiducials and heart of a level C record. */
function marks({ truth }: SyntheticPatient): BeatFiducials {
  if (truth.fiducials === null) throw new Error('no fiducials');
  return truth.fiducials;
}
function heartOf({ truth }: SyntheticPatient): HeartTruth {
  if (truth.heart === null) throw new Error('no heart');
  return truth.heart;
}

type LeadName = (typeof TWELVE_LEAD_NAMES)[number];

/** Values of one lead between two sample offsets from the second R mark. */
function around(patient: SyntheticPatient, lead: LeadName, from: number, to: number): number[] {
  const r = patient.truth.rSampleIndices[1] ?? 0;
  const values = patient.record.leads[TWELVE_LEAD_NAMES.indexOf(lead)]?.microvolt;
  return [...(values ?? []).slice(r + from, r + to + 1)];
}
function qrs(patient: SyntheticPatient, lead: LeadName): number[] {
  const { qrsOnset, jPoint } = marks(patient);
  return around(patient, lead, qrsOnset, jPoint);
}
const qrsArea = (p: SyntheticPatient, lead: LeadName): number =>
  qrs(p, lead).reduce((sum, value) => sum + value, 0);
const rWave = (p: SyntheticPatient, lead: LeadName): number => Math.max(...qrs(p, lead));
const sWave = (p: SyntheticPatient, lead: LeadName): number => Math.min(...qrs(p, lead));
/** Mean of the first 60 ms after J + 10 ms, against the PQ level (0 by construction). */
function stLevel(patient: SyntheticPatient, lead: LeadName): number {
  const { jPoint } = marks(patient);
  const values = around(patient, lead, jPoint + 5, jPoint + 35);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
function tWave(patient: SyntheticPatient, lead: LeadName): number {
  const { jPoint, tEnd } = marks(patient);
  const values = around(patient, lead, jPoint + 40, tEnd);
  return values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
}

describe('normal patient', () => {
  it('is the same for the same seed and another for another', () => {
    const options = { ...DEFAULT_PATIENT, durationS: 6 };
    expect(synthesizePatient(options)).toEqual(synthesizePatient(options));
    const other = synthesizePatient({ ...options, seed: 2 });
    expect(other.record.leads[1]).not.toEqual(synthesizePatient(options).record.leads[1]);
  });

  it('keeps the rhythm when only the noise changes', () => {
    const noisy = synthesizePatient({ ...CLEAN, noise: { ...NO_NOISE, emgMicrovolt: 20 } });
    expect(noisy.truth.rSampleIndices).toEqual(NORMAL.truth.rSampleIndices);
    const difference = (noisy.record.leads[7]?.microvolt ?? new Float64Array()).map(
      (value, t) => value - (NORMAL.record.leads[7]?.microvolt[t] ?? 0),
    );
    const rms = Math.sqrt(
      difference.reduce((sum, value) => sum + value ** 2, 0) / difference.length,
    );
    // V2 and a third of each limb electrode: √(1 + 1/3) of 20 µV.
    expect(rms).toBeGreaterThan(19);
    expect(rms).toBeLessThan(27);
  });

  it('has consistent leads: III, aVR, aVL, aVF follow from I and II', () => {
    const [i, ii, iii, avr, avl, avf] = NORMAL.record.leads.map((lead) => lead.microvolt);
    for (let t = 0; t < (i?.length ?? 0); t += 7) {
      const [a, b] = [i?.[t] ?? 0, ii?.[t] ?? 0];
      expect(iii?.[t]).toBe(b - a);
      expect(avr?.[t]).toBe(0 - (a + b) / 2);
      expect(avl?.[t]).toBe(a - b / 2);
      expect(avf?.[t]).toBe(b - a / 2);
    }
  });

  it.each<[LeadName, number, number, number, number]>([
    // lead, least and largest R, least and largest depth of Q or S, microvolt
    ['I', 300, 1300, 0, 400],
    ['II', 500, 1700, 0, 500],
    ['V1', 0, 700, 400, 2000],
    ['V2', 50, 1300, 500, 2500],
    ['V4', 700, 2500, 0, 1200],
    ['V5', 900, 2200, 0, 700],
    ['V6', 600, 2000, 0, 500],
  ])('lead %s has physiological QRS amplitudes', (lead, rLow, rHigh, sLow, sHigh) => {
    expect(rWave(NORMAL, lead)).toBeGreaterThanOrEqual(rLow);
    expect(rWave(NORMAL, lead)).toBeLessThanOrEqual(rHigh);
    expect(-sWave(NORMAL, lead)).toBeGreaterThanOrEqual(sLow);
    expect(-sWave(NORMAL, lead)).toBeLessThanOrEqual(sHigh);
  });

  it('has its QRS axis left and down, between −10° and 90°', () => {
    const down = (2 / Math.sqrt(3)) * qrsArea(NORMAL, 'aVF');
    const degrees = (Math.atan2(down, qrsArea(NORMAL, 'I')) * 180) / Math.PI;
    expect(degrees).toBeGreaterThan(-10);
    expect(degrees).toBeLessThan(90);
  });

  it('has R growing against S from V1 to V5', () => {
    const share = (['V1', 'V2', 'V3', 'V4', 'V5'] as const).map(
      (lead) => rWave(NORMAL, lead) / (rWave(NORMAL, lead) - sWave(NORMAL, lead)),
    );
    expect(share).toEqual([...share].sort((a, b) => a - b));
    expect(share[0]).toBeLessThan(0.5);
    expect(share[4]).toBeGreaterThan(0.7);
  });

  it.each<[LeadName, number]>([
    ['I', 30],
    ['II', 100],
    ['V2', 100],
    ['V4', 150],
    ['V5', 100],
    ['V6', 80],
  ])('has T upright in %s, above %d µV and below R', (lead, least) => {
    expect(tWave(NORMAL, lead)).toBeGreaterThan(least);
    expect(tWave(NORMAL, lead)).toBeLessThan(rWave(NORMAL, lead));
  });

  it('has P upright in II, 40 to 250 µV, and silence before it and in PQ', () => {
    const { pOnset, pEnd, qrsOnset } = marks(NORMAL);
    const peak = Math.max(...around(NORMAL, 'II', pOnset ?? NaN, pEnd ?? NaN));
    expect(peak).toBeGreaterThan(40);
    expect(peak).toBeLessThan(250);
    for (const value of around(NORMAL, 'II', (pEnd ?? NaN) + 15, qrsOnset - 8)) {
      expect(Math.abs(value)).toBeLessThan(10);
    }
  });

  it('marks R in the truth where the vector sum peaks, and fiducials in order', () => {
    const { pOnset, pEnd, qrsOnset, jPoint, tPeak, tEnd } = marks(NORMAL);
    const inOrder = [pOnset ?? NaN, pEnd ?? NaN, qrsOnset, 0, jPoint, tPeak, tEnd];
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    const quiet = synthesizePatient({ ...CLEAN, durationS: 10 });
    for (const r of quiet.truth.rSampleIndices) {
      const power = (t: number): number =>
        quiet.record.leads.reduce((sum, lead) => sum + (lead.microvolt[t] ?? 0) ** 2, 0);
      // Breathing may shift the peak by a sample.
      expect(Math.max(power(r - 5), power(r + 5))).toBeLessThan(power(r));
    }
  });

  it.each([40, 60, 100, 150])('keeps the heart rate of %d/min within 3 %%', (heartRateBpm) => {
    const { truth } = synthesizePatient({ ...CLEAN, durationS: 60, heartRateBpm });
    const marks = truth.rSampleIndices;
    const spanMin = ((marks[marks.length - 1] ?? 0) - (marks[0] ?? 0)) / 500 / 60;
    expect(Math.abs((marks.length - 1) / spanMin / heartRateBpm - 1)).toBeLessThan(0.03);
  });
});

describe('lesions', () => {
  const INFERIOR = [4, 10, 15];
  const ANTERIOR = [7, 13, 17];

  it.each([[INFERIOR], [ANTERIOR], [[5, 6, 11, 12, 16]], [[2, 8, 14]]])(
    'a pure scar of %j leaves ST at the normal level',
    (segments) => {
      const scar = withLesion('scar', segments);
      for (const lead of TWELVE_LEAD_NAMES) {
        expect(Math.abs(stLevel(scar, lead) - stLevel(NORMAL, lead))).toBeLessThan(40);
      }
    },
  );

  it('an inferior scar takes QRS from II, III and aVF, leaves a Q in III, and spares V5', () => {
    const scar = withLesion('scar', INFERIOR);
    for (const lead of ['II', 'III', 'aVF'] as const) {
      expect(qrsArea(scar, lead)).toBeLessThan(0.75 * qrsArea(NORMAL, lead));
    }
    expect(sWave(scar, 'III')).toBeLessThan(-200);
    expect(rWave(scar, 'V5')).toBeGreaterThan(0.6 * rWave(NORMAL, 'V5'));
  });

  it('an anterior scar takes R from V3 and V4, not from II', () => {
    const scar = withLesion('scar', ANTERIOR);
    for (const lead of ['V3', 'V4'] as const) {
      expect(rWave(scar, lead)).toBeLessThan(0.6 * rWave(NORMAL, lead));
    }
    expect(rWave(scar, 'II')).toBeGreaterThan(0.6 * rWave(NORMAL, 'II'));
  });

  it.each<[string, readonly number[], readonly LeadName[], readonly LeadName[]]>([
    ['inferior', INFERIOR, ['II', 'III', 'aVF'], ['aVL', 'V2']],
    ['anterior', ANTERIOR, ['V2', 'V3', 'V4'], ['aVR']],
    ['lateral', [6, 12, 16], ['I', 'aVL', 'V6'], ['III', 'aVR']],
  ])('%s ischaemia raises ST in the facing leads', (_, segments, raised, lowered) => {
    const ischaemia = withLesion('ischaemia', segments);
    const change = (lead: LeadName): number => stLevel(ischaemia, lead) - stLevel(NORMAL, lead);
    for (const lead of raised) expect(change(lead)).toBeGreaterThan(50);
    for (const lead of lowered) expect(change(lead)).toBeLessThan(-20);
  });

  it('left bundle branch block turns V1 down and V6 up; right block leaves a late R in V1', () => {
    const left = synthesizePatient({ ...CLEAN, conduction: 'lbbb' });
    expect(heartOf(left).activationTotalMs).toBeGreaterThan(120);
    expect(rWave(left, 'V6')).toBeGreaterThan(-sWave(left, 'V6'));
    expect(-sWave(left, 'V1')).toBeGreaterThan(rWave(left, 'V1'));
    const right = synthesizePatient({ ...CLEAN, conduction: 'rbbb' });
    const late = qrs(right, 'V1').slice(-30);
    expect(Math.max(...late)).toBeGreaterThan(150);
  });

  it('tells the mean activation of each segment, null in a scar', () => {
    const times = heartOf(withLesion('scar', INFERIOR)).segmentActivationMs;
    expect(times).toHaveLength(21);
    expect(times.flatMap((time, index) => (time === null ? [index + 1] : []))).toEqual(INFERIOR);
  });
});

describe('blocks, ectopic beats, hypertrophy', () => {
  const qrsAxisDeg = (patient: SyntheticPatient): number =>
    (Math.atan2((2 / Math.sqrt(3)) * qrsArea(patient, 'aVF'), qrsArea(patient, 'I')) * 180) /
    Math.PI;

  it('anterior fascicular block turns the axis far to the left, QRS below 120 ms', () => {
    const patient = synthesizePatient({ ...CLEAN, conduction: 'lafb' });
    expect(qrsAxisDeg(NORMAL) - qrsAxisDeg(patient)).toBeGreaterThan(60);
    expect(qrsAxisDeg(patient)).toBeLessThan(-15);
    expect(heartOf(patient).activationTotalMs).toBeLessThan(120);
  });

  it('T goes against QRS in left bundle branch block', () => {
    const left = synthesizePatient({ ...CLEAN, conduction: 'lbbb' });
    for (const lead of ['V1', 'V2', 'I'] as const) {
      expect(Math.sign(tWave(left, lead))).toBe(-Math.sign(qrsArea(left, lead)));
    }
  });

  it('left hypertrophy raises S in V2 and R in V5, and turns T down at the side', () => {
    const thick = synthesizePatient({ ...CLEAN, hypertrophy: 'left' });
    const size = (patient: SyntheticPatient): number => rWave(patient, 'V5') - sWave(patient, 'V2');
    expect(size(thick)).toBeGreaterThan(1.15 * size(NORMAL));
    expect(tWave(thick, 'V6')).toBeLessThan(0.5 * tWave(NORMAL, 'V6'));
    expect(thick.truth.changed?.leads.some((ranges) => ranges.length > 0)).toBe(true);
  });

  const node = ventricularLattice().nodes.findIndex(({ segment }) => segment === 21);
  it('every n-th beat is early, wide, without P, and followed by a pause; its origin is told', () => {
    const { truth } = synthesizePatient({ ...CLEAN, durationS: 20, ectopic: { node, every: 4 } });
    const { rSampleIndices: r, beatLabels } = truth;
    expect(beatLabels.slice(0, 8).join('')).toBe('NNNVNNNV');
    const rr = (k: number): number => (r[k + 1] ?? 0) - (r[k] ?? 0);
    expect(rr(2)).toBeLessThan(0.8 * rr(0));
    expect(rr(3)).toBeGreaterThan(1.2 * rr(0));
    expect(truth.ectopic).toMatchObject({ node, segment: 21, every: 4 });
    expect(truth.ectopic?.fiducials.pOnset).toBeNull();
    expect(truth.ectopic?.activationTotalMs).toBeGreaterThan(110);
    expect(truth.ectopic?.frankMm).toHaveLength(3);
  });

  it('from the outflow tract it goes down the inferior leads, as in patients', () => {
    const all = synthesizePatient({ ...CLEAN, ectopic: { node, every: 1 } });
    expect(new Set(all.truth.beatLabels)).toEqual(new Set(['V']));
    expect(all.truth.fiducials).toBeNull();
    const r = all.truth.rSampleIndices[1] ?? 0;
    const { qrsOnset = 0, jPoint = 0 } = all.truth.ectopic?.fiducials ?? {};
    for (const lead of ['II', 'III', 'aVF'] as const) {
      const row =
        all.record.leads[TWELVE_LEAD_NAMES.indexOf(lead)]?.microvolt ?? new Float64Array();
      const sum = row.slice(r + qrsOnset, r + jPoint).reduce((a, b) => a + b, 0);
      expect(sum).toBeGreaterThan(0);
    }
  });
});

describe('time truth', () => {
  it('lists what a scar changed: QRS of the leads that face it, nothing before it', () => {
    const scar = withLesion('scar', [7, 13]);
    const leads = scar.truth.changed?.leads ?? [];
    expect(leads).toHaveLength(12);
    const { qrsOnset } = marks(scar);
    for (const [begin] of leads.flat()) expect(begin).toBeGreaterThanOrEqual(qrsOnset - 6);
    const covers = (lead: LeadName): number =>
      (leads[TWELVE_LEAD_NAMES.indexOf(lead)] ?? []).reduce((sum, [a, b]) => sum + b - a, 0);
    expect(covers('V3')).toBeGreaterThan(covers('II'));
    expect(NORMAL.truth.changed).toBeNull();
  });
});

describe('files', () => {
  it('writes a record that reads back to the microvolt, and its truth', async () => {
    await rm(FOLDER, { recursive: true, force: true });
    const patient = synthesizePatient({ ...DEFAULT_PATIENT, durationS: 5 });
    const { headerPath } = await writeSynthetic(join(FOLDER, 'inferior'), patient);
    const back = await openRecord(headerPath);
    expect(toAcquisition(back).microvolt).toEqual(toAcquisition(patient.record).microvolt);
    expect(await readTruth(headerPath)).toEqual({ ...patient.truth, name: 'inferior' });
    expect((await readdir(FOLDER)).sort()).toEqual([
      'inferior.dat',
      'inferior.hea',
      'inferior.truth.json',
    ]);
    expect(await readFile(headerPath, 'utf8')).toContain('# truth: inferior.truth.json');
  });

  it.each(['{', '{}', '[]', '{"format":"other"}'])('refuses the truth %s', async (text) => {
    await writeFile(join(FOLDER, 'bad.truth.json'), text);
    await expect(readTruth(join(FOLDER, 'bad'))).rejects.toMatchObject({
      code: 'RECORD_TRUTH_INVALID',
    });
  });
});

describe.skipIf(!existsSync(join(PTBXL, 'labels.csv')))(
  'against the normal records of PTB-XL fold 9 (skipped without ../shared)',
  () => {
    it('the whole beat correlates above 0.8 in I, above 0.9 in every other lead', async () => {
      const { beat, count } = await normalBeats(PTBXL);
      expect(count).toBeGreaterThan(50);
      const leads = ['I', 'II', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;
      for (const [index, lead] of leads.entries()) {
        // From 200 ms before R to 400 ms after it; the median beat has its R mark at index 150.
        const r = pearson(around(NORMAL, lead, -100, 199), [...(beat[index] ?? []).slice(50, 350)]);
        expect(r).toBeGreaterThan(lead === 'I' ? 0.8 : 0.9);
      }
    });
  },
);

import { describe, expect, it } from 'vitest';
import { DEFAULT_PATIENT } from '../records/synthetic/files.js';
import { ventricularLattice } from '../records/synthetic/lattice.js';
import { ectopicPlace, electrodePairs, electrodesOff, segmentList } from './synthesize-options.js';
import { patientOptions, type SynthesizeOptions } from './synthesize.js';

const BARE: SynthesizeOptions = { out: 'x', level: 'C', normal: false, ectopicEvery: 5 };

describe('words of the command line', () => {
  it('segments come sorted, once each; others are refused', () => {
    expect(segmentList('15,4,10,4')).toEqual([4, 10, 15]);
    for (const wrong of ['0', '22', '1.5', '', 'x', '4;5']) {
      expect(() => segmentList(wrong), wrong).toThrow(/1 to 21/u);
    }
  });

  it('an ectopic place is a node, or the middle of a segment', () => {
    expect(ectopicPlace('node:7')).toBe(7);
    expect(ventricularLattice().nodes[ectopicPlace('segment:21')]?.segment).toBe(21);
    for (const wrong of ['node:3072', 'node:', 'segment:0', 'segment:22', '7', 'rvot']) {
      expect(() => ectopicPlace(wrong), wrong).toThrow(/segment:1/u);
    }
  });

  it('electrodes by name', () => {
    expect(electrodePairs('RA-LA,V1-V2')).toEqual([
      ['RA', 'LA'],
      ['V1', 'V2'],
    ]);
    expect(electrodesOff('V3:2-5.5')).toEqual([{ electrode: 'V3', fromS: 2, toS: 5.5 }]);
    for (const wrong of ['RA', 'RA-RA', 'RA-RL', 'RA-LA-LL']) {
      expect(() => electrodePairs(wrong), wrong).toThrow();
    }
    for (const wrong of ['V3', 'V7:1-2', 'V3:2', 'V3:a-b']) {
      expect(() => electrodesOff(wrong), wrong).toThrow();
    }
  });
});

describe('patient asked for', () => {
  it('is the default infarct when nothing is said, and no infarct besides what is', () => {
    expect(patientOptions(BARE)).toMatchObject({ ...DEFAULT_PATIENT });
    expect(patientOptions({ ...BARE, conduction: 'lbbb' }).lesion.kind).toBe('none');
    expect(patientOptions({ ...BARE, level: 'A' }).lesion.kind).toBe('none');
    expect(patientOptions({ ...BARE, scar: [3], conduction: 'lbbb' }).lesion.kind).toBe('scar');
    expect(patientOptions({ ...BARE, ectopic: 5 }).ectopic).toEqual({ node: 5, every: 5 });
  });

  it('has one lesion', () => {
    expect(() => patientOptions({ ...BARE, scar: [1], ischaemia: [2] })).toThrow(/more than one/u);
    expect(() => patientOptions({ ...BARE, normal: true, scar: [1] })).toThrow(/more than one/u);
  });
});

import { describe, expect, it } from 'vitest';
import { IsochroneError } from '../../codegen/errors.js';
import { independentLeads, normalizeLeadName, type EcgRecord } from './record.js';

const LEAD_I = [100, -250, 37];
const LEAD_II = [400, 31, -12];
const LIMB: Readonly<Record<string, readonly number[]>> = {
  i: LEAD_I,
  ii: LEAD_II,
  iii: LEAD_I.map((value, t) => (LEAD_II[t] ?? 0) - value),
  aVR: LEAD_I.map((value, t) => -(value + (LEAD_II[t] ?? 0)) / 2),
  aVL: LEAD_I.map((value, t) => value - (LEAD_II[t] ?? 0) / 2),
  aVF: LEAD_I.map((value, t) => (LEAD_II[t] ?? 0) - value / 2),
};

function recordOf(names: readonly string[]): EcgRecord {
  return {
    name: 'r',
    sampleRateHz: 500,
    source: 'test',
    remarks: [],
    leads: names.map((name) => ({
      name,
      microvolt: Float64Array.from(LIMB[name] ?? [1, 2, 3]),
    })),
  };
}

const CHEST = ['v1', 'V2', 'Lead V3', 'v4', 'V5', 'v6'];

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof IsochroneError) return error.code;
    throw error;
  }
  return 'none';
}

describe('independentLeads', () => {
  it('finds the leads in any case and order and gives them in the order of the project', () => {
    const record = recordOf(['v6', 'ii', 'v1', 'V2', 'v3', 'v4', 'V5', 'i']);
    const leads = independentLeads(record);
    expect(leads.microvolt).toHaveLength(8);
    expect([...(leads.microvolt[0] ?? [])]).toEqual(LEAD_I);
    expect([...(leads.microvolt[1] ?? [])]).toEqual(LEAD_II);
    expect(leads.microvolt[7]).toBe(record.leads[0]?.microvolt);
    expect(leads.derived).toEqual([]);
  });

  const limbNames = Object.keys(LIMB);
  const pairs = limbNames.flatMap((a, i) => limbNames.slice(i + 1).map((b) => [a, b] as const));
  it.each(pairs)('computes I and II from %s and %s', (a, b) => {
    const leads = independentLeads(recordOf([b, a, ...CHEST]));
    for (const [t, value] of LEAD_I.entries()) {
      expect(leads.microvolt[0]?.[t]).toBeCloseTo(value, 9);
      expect(leads.microvolt[1]?.[t]).toBeCloseTo(LEAD_II[t] ?? 0, 9);
    }
  });

  it('carries a gap into what it derives from it', () => {
    const record = recordOf(['ii', 'aVF', ...CHEST]);
    record.leads[1]?.microvolt.fill(Number.NaN, 1, 2);
    expect([...(independentLeads(record).microvolt[0] ?? [])]).toEqual([100, Number.NaN, 37]);
  });

  it.each([
    ['MLII is not II', ['MLII', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'], 'RECORD_LEADS_MISSING'],
    ['one limb lead', ['ii', ...CHEST], 'RECORD_LEADS_MISSING'],
    ['no V5', ['i', 'ii', 'V1', 'V2', 'V3', 'V4', 'V6'], 'RECORD_LEADS_MISSING'],
    ['no lead', [], 'RECORD_LEADS_MISSING'],
    ['V1 twice', ['i', 'ii', 'V1', ...CHEST], 'RECORD_LEADS_AMBIGUOUS'],
  ])('refuses %s', (_, names, code) => {
    expect(codeOf(() => independentLeads(recordOf(names)))).toBe(code);
  });

  it('names what is missing and what was found', () => {
    expect(() => independentLeads(recordOf(['MLII', 'V1', 'V2', 'V3', 'V4', 'V5']))).toThrow(
      /lacks I II V6; it has MLII V1 V2 V3 V4 V5/u,
    );
  });

  it('refuses a record without samples', () => {
    const record = recordOf(['i', 'ii', ...CHEST]);
    const empty = {
      ...record,
      leads: record.leads.map((lead) => ({ ...lead, microvolt: new Float64Array() })),
    };
    expect(codeOf(() => independentLeads(empty))).toBe('RECORD_EMPTY');
  });
});

it.each([
  ['ECG aVR', 'avr'],
  [' V1 ', 'v1'],
  ['lead_II', 'ii'],
  ['MLII', 'mlii'],
])('normalises the lead name %s', (name, expected) => {
  expect(normalizeLeadName(name)).toBe(expected);
});

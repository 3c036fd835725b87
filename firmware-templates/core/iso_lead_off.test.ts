import { describe, expect, it } from 'vitest';

import { Rows, buildDriver } from './test-harness/rows.js';
import type { EightLeads } from './test-harness/signal.js';
import { syntheticEcg } from './test-harness/synthetic-ecg.js';

const run = buildDriver('lead_off', ['iso_lead_off']);
const ELECTRODES = ['RA', 'LA', 'LL', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;
type Electrode = (typeof ELECTRODES)[number];
const LEADS = 'I II III aVR aVL aVF V1 V2 V3 V4 V5 V6'.split(' ');
const CONTACT = ['unknown', 'on', 'off'] as const;
type Contact = (typeof CONTACT)[number];
const ALL_MEASURED = 0x1ff;
const RAIL = 400_000;

interface Change {
  /** Samples pushed until then. */
  readonly after: number;
  readonly contact: Readonly<Record<Electrode, Contact>>;
  readonly lost: readonly string[];
}

function changes(rows: Rows): Change[] {
  return run(rows).map(({ kind, first, values }) => {
    const codes = [...values.slice(0, 7), (values[7] ?? 0) & 7, (values[7] ?? 0) >> 3];
    return {
      after: first,
      contact: Object.fromEntries(
        ELECTRODES.map((name, e) => [name, CONTACT[codes[e] ?? -1]]),
      ) as Record<Electrode, Contact>,
      lost: LEADS.filter((_, lead) => ((kind >> lead) & 1) === 1),
    };
  });
}

const ecg = syntheticEcg({ seconds: 12 });
const every = (contact: Contact): Record<Electrode, Contact> =>
  Object.fromEntries(ELECTRODES.map((name) => [name, contact])) as Record<Electrode, Contact>;

function push(
  rows: Rows,
  from: number,
  end: number,
  spoil: (sample: EightLeads, t: number) => EightLeads = (sample) => sample,
  bits: (t: number) => { readonly measured: number; readonly off: number } = () => ({
    measured: 0,
    off: 0,
  }),
): Rows {
  for (let t = from; t < end; t++) {
    const { measured, off } = bits(t);
    rows.push(0, measured + off * 65536, spoil(ecg[t] ?? [], t));
  }
  return rows;
}

/** These leads (I II V1 … V6) at one value. */
const at =
  (leads: readonly number[], value: number) =>
  (sample: EightLeads): EightLeads =>
    sample.map((x, lead) => (leads.includes(lead) ? value : x));

describe('iso_lead_off', () => {
  it('knows nothing at first, and then that all are on', () => {
    const [first, ...more] = changes(push(new Rows(), 0, 3000));
    expect(more).toEqual([]);
    expect(first).toEqual({ after: 250 + 249, contact: every('on'), lost: [] });
  });

  describe.each(['rail', 'flat'])('from the samples alone, %s', (how) => {
    it.each([
      { leads: [0], off: 'LA', lost: 'I III aVR aVL aVF V1 V2 V3 V4 V5 V6', unknown: [] },
      { leads: [1], off: 'LL', lost: 'II III aVR aVL aVF V1 V2 V3 V4 V5 V6', unknown: [] },
      { leads: [0, 1], off: 'RA', lost: LEADS.join(' '), unknown: ['LA', 'LL'] },
      {
        leads: [0, 1, 2, 3],
        off: 'RA',
        lost: LEADS.join(' '),
        unknown: ['LA', 'LL', 'V1', 'V2'],
      },
      { leads: [2], off: 'V1', lost: 'V1', unknown: [] },
      { leads: [7], off: 'V6', lost: 'V6', unknown: [] },
      { leads: [0, 4], off: 'LA', lost: 'I III aVR aVL aVF V1 V2 V3 V4 V5 V6', unknown: ['V3'] },
    ])('leads $leads: $off is off', ({ leads, off, lost, unknown }) => {
      const spoiled = at(leads, how === 'rail' ? -RAIL : 1234);
      const states = changes(push(push(new Rows(), 0, 1000), 1000, 3000, spoiled));
      const last = states[states.length - 1];
      const expected = { ...every('on'), [off]: 'off' };
      for (const name of unknown) expected[name as Electrode] = 'unknown';
      expect(last?.contact).toEqual(expected);
      expect(last?.lost).toEqual(lost.split(' '));
      const when = states.find(({ contact }) => contact[off as Electrode] === 'off')?.after;
      // Flatness takes up to two half seconds to be seen.
      expect(when).toBe(1000 + 100 + (how === 'rail' ? 0 : 249));
    });
  });

  it('names no electrode when all leads are lost', () => {
    const states = changes(
      push(push(new Rows(), 0, 1000), 1000, 3000, at([0, 1, 2, 3, 4, 5, 6, 7], 0)),
    );
    expect(states[states.length - 1]).toMatchObject({ contact: every('unknown'), lost: [] });
  });

  it("takes the front end's bit before the samples", () => {
    const states = changes(
      push(new Rows(), 0, 3000, at([2], RAIL), (t) => ({
        measured: ALL_MEASURED,
        off: t >= 1500 ? 1 << 4 : 0,
      })),
    );
    const last = states[states.length - 1];
    expect(last?.contact).toEqual({ ...every('on'), V2: 'off' });
    expect(last?.lost).toEqual(['V2']);
    expect(last?.after).toBe(1600);
  });

  it('is not moved by less than 0.2 s, by pacemaker pulses at the rail, nor by an offset', () => {
    const states = changes(
      push(push(new Rows(), 0, 1000), 1000, 6000, (sample, t) =>
        t % 1000 < 95 || t % 100 < 2
          ? at([0, 1, 2, 3], RAIL)(sample)
          : sample.map((value) => value + 300_000),
      ),
    );
    expect(states).toHaveLength(1);
  });

  it('holds on while the contact flickers, and is on again after a second of contact', () => {
    const states = changes(
      push(new Rows(), 0, 5000, undefined, (t) => ({
        measured: ALL_MEASURED,
        off: t >= 1000 && t < 3000 && t % 2 === 0 ? 1 << 3 : 0,
      })),
    );
    expect(states.map(({ contact }) => contact.V1)).toEqual(['on', 'off', 'on']);
    expect(states[1]?.after).toBeLessThan(1300);
    expect(states[2]?.after).toBe(2999 + 500);
  });

  it.each([
    [1, 'on'],
    [2500, 'on'],
    [2501, 'unknown'],
  ] as const)('after a gap of %i samples the electrodes are %s', (lost, contact) => {
    const states = changes(push(new Rows(), 0, 2000).push(1, lost));
    expect(states[states.length - 1]?.contact).toEqual(every(contact));
  });

  it('does not take half a block before a gap for half a second without movement', () => {
    const still = (sample: EightLeads, t: number): EightLeads =>
      t >= 1000 && t < 1240 ? sample.map(() => 7) : sample;
    const rows = push(push(new Rows(), 0, 1240, still).push(1, 100), 1340, 3000);
    expect(changes(rows).every(({ contact }) => contact.RA === 'on')).toBe(true);
  });
});

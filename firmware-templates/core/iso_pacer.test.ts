import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../codegen/testing/random.js';

import { Rows, buildDriver } from './test-harness/rows.js';
import { all, type EightLeads } from './test-harness/signal.js';
import {
  addPulses,
  spikeMicrovolt,
  syntheticEcg,
  type PacerPulse,
} from './test-harness/synthetic-ecg.js';

const run = buildDriver('pacer', ['iso_pacer']);
const DELAY = 18;

function rows(samples: readonly EightLeads[], first = 0, into = new Rows()): Rows {
  samples.forEach((sample, i) => into.push(0, first + i, sample));
  return into;
}

function pacer(samples: readonly EightLeads[]): {
  marks: readonly number[];
  out: readonly EightLeads[];
} {
  const last = samples[samples.length - 1] ?? [];
  const all = run(rows([...samples, ...Array.from({ length: DELAY }, () => last)]));
  return {
    marks: all.filter(({ kind }) => kind === 1).map(({ first }) => first),
    out: all.flatMap(({ kind, values }) => (kind === 0 ? [values] : [])).slice(DELAY),
  };
}

const ecg = syntheticEcg({ seconds: 8 });
/** Before each P wave but the first, where DDD pacemakers stimulate, at every phase of a sample. */
function pulses(millivolt: number, milliseconds: number): PacerPulse[] {
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].map((beat) => ({
    at: 400 * beat + 60 + beat / 10,
    millivolt,
    milliseconds,
  }));
}

describe('iso_pacer', () => {
  it.each(
    [2, -2, 5, -20, 100, -700, 700].flatMap((millivolt) =>
      [0.1, 0.5, 1, 2].map((milliseconds) => ({ at: 0, millivolt, milliseconds })),
    ),
  )('$millivolt mV of $milliseconds ms: marked where it is, or too small to ring', (pulse) => {
    const wanted = pulses(pulse.millivolt, pulse.milliseconds);
    const { marks, out } = pacer(addPulses(ecg, wanted));
    const visible = spikeMicrovolt(pulse) > 900;
    if (visible) {
      expect(marks).toHaveLength(wanted.length);
      marks.forEach((mark, i) =>
        expect(Math.abs(mark - (wanted[i]?.at ?? NaN))).toBeLessThanOrEqual(1.5),
      );
    }
    const worst = Math.max(
      ...out.flatMap((sample, t) =>
        sample.map((value, lead) => Math.abs(value - (ecg[t]?.[lead] ?? NaN))),
      ),
    );
    expect(worst).toBeLessThan(visible ? 60 : 900);
  });

  it('leaves everything else as it is: outputs are inputs, delayed', () => {
    expect(pacer(ecg)).toEqual({ marks: [], out: ecg });
  });

  it.each([1000, 5000, 10_000])('is not triggered by beats of %i microvolt', (rMicrovolt) => {
    expect(pacer(syntheticEcg({ seconds: 20, rMicrovolt })).marks).toEqual([]);
  });

  it.each([10, 15, 20, 40])('is not triggered by a triangle of 5 mV, %i samples wide', (width) => {
    const record = Array.from({ length: 2000 }, (_, t) =>
      all(Math.round(Math.max(0, 5000 * (1 - Math.abs((t % 400) - 200) / (width / 2))))),
    );
    expect(pacer(record).marks).toEqual([]);
  });

  it('is not triggered by noise, by steps, nor by one electrode on the chest', () => {
    const random = seededRandom(5);
    const noise = Array.from({ length: 10_000 }, () =>
      Array.from({ length: 8 }, () => Math.round(3000 * (random() - 0.5))),
    );
    expect(pacer(noise).marks).toEqual([]);
    const steps = ecg.map((sample, t) =>
      sample.map((value) => value + (t % 1000 > 500 ? 20_000 : 0)),
    );
    expect(pacer(steps).marks).toEqual([]);
    const contact = ecg.map((sample, t) =>
      sample.map((value, lead) => value + (lead === 5 && t % 777 === 99 ? 30_000 : 0)),
    );
    expect(pacer(contact).marks).toEqual([]);
  });

  it('marks both pulses of a pair 150 ms apart', () => {
    const pair = [1000, 1075].map((at) => ({ at, millivolt: 10, milliseconds: 1 }));
    expect(pacer(addPulses(ecg, pair)).marks).toEqual([1000, 1075]);
  });

  it.each([1, 37, 5001])('a gap of %i samples is no spike and moves no mark', (lost) => {
    const wanted = pulses(20, 1);
    const record = addPulses(syntheticEcg({ seconds: 20 }), [
      ...wanted,
      { at: 9000, millivolt: 20, milliseconds: 1 },
    ]);
    const script = rows(record.slice(0, 1900)).push(1, 0);
    const out = run(rows(record.slice(1900 + lost), 1900 + lost, script));
    const marks = out.filter(({ kind }) => kind === 1).map(({ first }) => first);
    // A mark within 15 samples of a gap could not be judged.
    const known = wanted
      .map(({ at }) => at)
      .filter((at) => at < 1900 - 15 || at > 1900 + lost + 15)
      .map(Math.round);
    expect(marks).toEqual([...known, 9000]);
    const after = run(rows(record.slice(1900 + lost), 1900 + lost));
    expect(out.slice(-after.length)).toEqual(after);
  });
});

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../codegen/testing/random.js';

import { decimateTaps } from './generate-decimate-taps.js';
import {
  SignalScript,
  all,
  buildSignalHarness,
  type ChainSample,
  type EightLeads,
} from './test-harness/signal.js';

const run = buildSignalHarness('iso-chain');
const DELAY = 525;
const LIMIT = 8388607;

function sine(hz: number, microvolt: number, seconds: number): EightLeads[] {
  return Array.from({ length: 500 * seconds }, (_, i) =>
    all(Math.round(microvolt * Math.sin((2 * Math.PI * hz * i) / 500))),
  );
}

function leadI(samples: readonly ChainSample[]): number[] {
  return samples.map((sample) => sample.microvolt[0] ?? NaN);
}

/** Amplitude of the sine of this frequency, 100 Hz samples. */
function amplitude(values: readonly number[], hz: number): number {
  let re = 0;
  let im = 0;
  values.forEach((value, i) => {
    re += value * Math.cos((2 * Math.PI * hz * i) / 100);
    im += value * Math.sin((2 * Math.PI * hz * i) / 100);
  });
  return (2 * Math.hypot(re, im)) / values.length;
}

/** The chain written as plain sums over the whole record held at its ends: no ring, no running sum. One lead. */
function plainChain(record: readonly number[], at: number): number {
  const taps = decimateTaps();
  const held = (i: number): number => {
    const value = record[Math.min(Math.max(i, 0), record.length - 1)] ?? NaN;
    return Math.min(Math.max(value, -LIMIT), LIMIT);
  };
  const low = (centre: number): number => {
    // Before the record's start the chain itself has not filtered anything: it holds the first value.
    if (centre + 50 < 0) return held(0);
    const sum = taps.reduce((total, tap, k) => total + tap * held(centre + k - 50), 0);
    return Math.floor((sum + 16384) / 32768);
  };
  let sum = 0;
  for (let t = -95; t <= 95; t++) {
    // Box of 64 after box of 128: how often the sum of sums counts this moment.
    sum += Math.min(64, 96 - Math.abs(t)) * low(at + 5 * t);
  }
  const value = low(at) - Math.floor((sum + 4096) / 8192);
  return Math.min(Math.max(value, -32768), 32767);
}

describe('iso_chain', () => {
  it('is bit for bit the plain sums, over the whole range of inputs and to both ends of a record', () => {
    const random = seededRandom(7);
    // Each lead a thousand-fold smaller than the last, the first beyond the clamp, the last within a few microvolt.
    const spans = [2 ** 25, 2 ** 23, 600_000, 60_000, 20_000, 2_000, 200, 8];
    const record = Array.from({ length: 3000 }, () =>
      spans.map((span) => Math.round((random() - 0.5) * span)),
    );
    const { chain } = run(new SignalScript().record(record, 0, DELAY));
    expect(chain).toHaveLength(600);
    for (let lead = 0; lead < 8; lead++) {
      const single = record.map((sample) => sample[lead] ?? NaN);
      for (let i = 0; i < chain.length; i += 7) {
        expect([lead, i, chain[i]?.microvolt[lead]]).toEqual([lead, i, plainChain(single, 5 * i)]);
      }
    }
  });

  it.each([5, 20, 30])('passes %i Hz unchanged within 1 %', (hz) => {
    const { chain } = run(new SignalScript().record(sine(hz, 1000, 20)));
    expect(Math.abs(amplitude(leadI(chain).slice(500, 1500), hz) - 1000)).toBeLessThan(10);
  });

  it.each([50, 60, 100, 180])('stops %i Hz by 40 dB', (hz) => {
    const { chain } = run(new SignalScript().record(sine(hz, 1000, 20)));
    const steady = leadI(chain).slice(500, 1500);
    expect(Math.max(...steady.map(Math.abs))).toBeLessThanOrEqual(10);
  });

  it('halves power at 0.55 Hz and removes a baseline that wanders at 0.05 Hz', () => {
    const corner = run(new SignalScript().record(sine(0.55, 1000, 40)));
    expect(amplitude(leadI(corner.chain).slice(1000, 3000), 0.55)).toBeGreaterThan(690);
    expect(amplitude(leadI(corner.chain).slice(1000, 3000), 0.55)).toBeLessThan(725);
    const wander = run(new SignalScript().record(sine(0.05, 5000, 60)));
    expect(Math.max(...leadI(wander.chain).slice(1000, 5000).map(Math.abs))).toBeLessThan(50);
  });

  it.each([300_000, -300_000, 8_000_000])('an offset of %i microvolt changes no bit', (offset) => {
    const random = seededRandom(11);
    const plain = Array.from({ length: 2500 }, () => all(Math.round(random() * 2000 - 1000)));
    const lifted = plain.map((sample) => sample.map((value) => value + offset));
    expect(run(new SignalScript().record(lifted)).chain).toEqual(
      run(new SignalScript().record(plain)).chain,
    );
  });

  it('has no step transient: a constant gives zero from the first output on', () => {
    const { chain } = run(new SignalScript().record(Array.from({ length: 600 }, () => all(4321))));
    expect(chain.map((sample) => sample.sampleIndex)).toEqual(
      Array.from({ length: 15 }, (_, i) => 5 * i),
    );
    expect(chain.flatMap((sample) => sample.microvolt).every((value) => value === 0)).toBe(true);
  });

  it('saturates instead of wrapping', () => {
    const step = Array.from({ length: 3000 }, (_, i) => all(i < 1500 ? 0 : 200_000));
    const values = leadI(run(new SignalScript().record(step)).chain);
    expect(Math.min(...values)).toBe(-32768);
    expect(Math.max(...values)).toBe(32767);
  });

  it('gives a moment the index at which it happened', () => {
    // A triangle 40 ms to either side, like an R wave.
    const peakAt = 2000;
    const record = Array.from({ length: 4000 }, (_, i) =>
      all(Math.max(0, 2000 - 100 * Math.abs(i - peakAt))),
    );
    const { chain } = run(new SignalScript().record(record));
    const values = leadI(chain);
    const top = values.indexOf(Math.max(...values));
    expect(chain[top]?.sampleIndex).toBe(peakAt);
    for (let away = 1; away < 50; away++) expect(values[top - away]).toBe(values[top + away]);
  });

  it.each([0, 1, 4, 5, 4999, 4_294_960_000])(
    'starting at index %i the first output is the first multiple of 5 from there',
    (start) => {
      const { chain } = run(
        new SignalScript().record(
          Array.from({ length: 700 }, () => all(1)),
          start,
        ),
      );
      expect(chain[0]?.sampleIndex).toBe(Math.ceil(start / 5) * 5);
      chain.forEach((sample, i) =>
        expect(sample.sampleIndex).toBe((chain[0]?.sampleIndex ?? NaN) + 5 * i),
      );
    },
  );

  it('takes the wrap of the sample clock as a gap and stays on multiples of 5', () => {
    const script = new SignalScript();
    for (let i = -1000; i < 1000; i++) script.sample(i >>> 0, all(0));
    const indices = run(script).chain.map((sample) => sample.sampleIndex);
    expect(indices.every((index) => index % 5 === 0)).toBe(true);
    expect(indices.filter((index) => index < 1000)[0]).toBe(0);
  });

  describe.each([1, 2, 5, 37, 1237, 5000])('%i samples lost', (lost) => {
    const random = seededRandom(lost);
    const record = Array.from({ length: 12_000 }, () => all(Math.round(random() * 3000)));
    const gapAt = 3003;
    const whole = run(new SignalScript().record(record)).chain;
    const announced = run(
      new SignalScript()
        .record(record.slice(0, gapAt))
        .gap(lost)
        .record(record.slice(gapAt + lost), gapAt + lost),
    ).chain;

    it('outputs before the gap are the same, and end where filters would have needed it', () => {
      const before = announced.filter((sample) => sample.sampleIndex < gapAt);
      expect(before).toEqual(whole.filter((sample) => sample.sampleIndex < gapAt - DELAY));
    });

    it('outputs go on at the first multiple of 5, and are the same again once the gap has left the filters', () => {
      const after = announced.filter((sample) => sample.sampleIndex >= gapAt);
      expect(after[0]?.sampleIndex).toBe(Math.ceil((gapAt + lost) / 5) * 5);
      const settled = gapAt + lost + DELAY;
      const late = after.filter((sample) => sample.sampleIndex >= settled);
      expect(late.length).toBeGreaterThan(100);
      expect(late).toEqual(whole.filter((sample) => sample.sampleIndex >= settled));
    });

    it('what follows is what a chain that starts there gives', () => {
      const fresh = run(new SignalScript().record(record.slice(gapAt + lost), gapAt + lost)).chain;
      expect(announced.filter((sample) => sample.sampleIndex >= gapAt)).toEqual(fresh);
    });

    it('is noticed from the index alone as well', () => {
      const unannounced = run(
        new SignalScript()
          .record(record.slice(0, gapAt))
          .record(record.slice(gapAt + lost), gapAt + lost),
      ).chain;
      expect(unannounced).toEqual(announced);
    });
  });

  it('a gap of zero samples is none', () => {
    const record = sine(3, 1000, 4);
    const cut = new SignalScript()
      .record(record.slice(0, 900))
      .gap(0)
      .record(record.slice(900), 900);
    expect(run(cut).chain).toEqual(run(new SignalScript().record(record)).chain);
  });
});

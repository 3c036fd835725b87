import { beforeAll, describe, expect, it } from 'vitest';

import { measureSquareWave } from '../../../host/hil/square-wave.js';
import { loadBareMetalBoard } from '../../../host/toolchain/board.js';
import type { Driver } from '../../core/test-harness/rows.js';
import {
  BUS_FAULT,
  Bench,
  ELECTRODES,
  FAMILIES,
  FAULT,
  START_MS,
  build,
  type Electrode,
  type Outcome,
} from './test-harness/ads1298-bench.js';

/** RA to V6: all that the lead-off comparators watch. */
const WATCHED = 0x1ff;
/** Of the board whose drivers run here. */
const TICKS_PER_SECOND = (await loadBareMetalBoard('nucleo-f446re')).counter.hz;

const started = (): Bench => new Bench().run(START_MS);
const lead = (outcome: Outcome, index: number): number[] =>
  [...outcome.samples.values()].map((values) => values[index] ?? NaN);
const swing = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
const LEADS = ['I', 'II', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;

describe('ADS1298', () => {
  it('starts within the data sheet and delivers every sample', () => {
    const outcome = new Bench().run(11_200).end();
    expect(outcome.complaints).toEqual([]);
    expect(outcome.violations).toBe(0);
    expect(outcome.gaps).toEqual([]);
    expect(outcome.receiveErrors).toBe(0);
    expect(outcome.received).toBeGreaterThan(4990);
    expect([...outcome.samples.keys()]).toEqual(
      Array.from({ length: outcome.received }, (_, index) => index),
    );
    expect(outcome.railMicrovolt).toBe(400_000);
  });

  it('tells the time of samples by the conversions', () => {
    const { ticks } = new Bench().run(11_200).end();
    const seconds = [...ticks.values()];
    for (let i = 1; i < seconds.length; i++) {
      const between = (seconds[i] ?? NaN) - (seconds[i - 1] ?? NaN);
      expect(Math.abs(between - TICKS_PER_SECOND)).toBeLessThan(TICKS_PER_SECOND * 1e-5);
    }
  });

  it.each([-20_000, 20_000])(
    'counts no conversion too many when its clock is %i ppm off',
    (ppm) => {
      const outcome = new Bench().fault(FAULT.clockPpm, ppm).run(11_200).end();
      expect(outcome.gaps).toEqual([]);
      expect(outcome.receiveErrors).toBe(0);
      expect(outcome.received).toBeGreaterThan(4800);
    },
  );

  it('gives each lead its electrodes, and chest leads the Wilson terminal', () => {
    const amplitude = 1000;
    const swings = (electrode: Electrode): number[] => {
      const outcome = started().sine(electrode, amplitude, 10).run(1000).end();
      return LEADS.map((_, index) => swing(lead(outcome, index)) / (2 * amplitude));
    };
    const third = 1 / 3;
    const expected: Record<string, readonly number[]> = {
      RA: [1, 1, third, third, third, third, third, third],
      LA: [1, 0, third, third, third, third, third, third],
      LL: [0, 1, third, third, third, third, third, third],
      V1: [0, 0, 1, 0, 0, 0, 0, 0],
      V4: [0, 0, 0, 0, 0, 1, 0, 0],
      V6: [0, 0, 0, 0, 0, 0, 0, 1],
    };
    for (const [electrode, wanted] of Object.entries(expected)) {
      swings(electrode as Electrode).forEach((got, index) => {
        expect(got, `${LEADS[index]} with ${electrode}`).toBeCloseTo(wanted[index] ?? NaN, 2);
      });
    }
  });

  describe.each([
    { gain: 6, referenceMillivolt: 2400 },
    { gain: 12, referenceMillivolt: 2400 },
    { gain: 1, referenceMillivolt: 4000 },
  ])('gain $gain, reference $referenceMillivolt mV', (settings) => {
    it('gives microvolt, and its rail', async () => {
      const outcome = started()
        .sine('LA', 2000, 5)
        .run(1000)
        .end(await build(settings));
      expect(outcome.complaints).toEqual([]);
      expect(swing(lead(outcome, 0))).toBeCloseTo(4000, -1.5);
      expect(outcome.railMicrovolt).toBe(
        Math.trunc((settings.referenceMillivolt * 1000) / settings.gain),
      );
    });
  });

  it.each([500, 1000, 2000])('converts at %i Hz and delivers 500', async (conversionHz) => {
    const outcome = started()
      .sine('V3', 1000, 40)
      .run(2000)
      .end(await build({ conversionHz }));
    expect(outcome.complaints).toEqual([]);
    expect(outcome.gaps).toEqual([]);
    expect(Math.abs(outcome.received - 1050)).toBeLessThan(40);
    expect(swing(lead(outcome, 4))).toBeGreaterThan(1980);
  });

  it('takes another order of channels', async () => {
    const other = await build({
      leadOfChannel: ['II', 'V1', 'I', 'V2', 'V3', 'V4', 'V5', 'V6'],
    });
    const outcome = started().sine('LA', 900, 10).run(1000).end(other);
    expect(swing(lead(outcome, 0))).toBeCloseTo(1800, -2);
    expect(swing(lead(outcome, 1))).toBeLessThan(5);
    expect(swing(lead(outcome, 2))).toBeCloseTo(600, -2);
  });

  it('keeps electrode offsets of 300 mV off the wire', () => {
    const outcome = new Bench()
      .levels({ LA: 300_000, LL: -200_000, V2: 150_000 })
      .sine('V5', 1000, 5, -120_000)
      .run(START_MS + 1000)
      .end();
    for (const [index] of LEADS.entries()) {
      expect(Math.max(...lead(outcome, index).map(Math.abs))).toBeLessThan(2500);
    }
    expect(swing(lead(outcome, 6))).toBeCloseTo(2000, -1.5);
  });

  it('moves an offset only after a quarter of a second', () => {
    const outcome = started().run(500).levels({ V4: 40_000 }).run(1000).end();
    const far = lead(outcome, 5).filter((value) => value > 30_000).length;
    expect(far).toBeGreaterThanOrEqual(124);
    expect(far).toBeLessThan(132);
    expect(Math.abs(lead(outcome, 5).at(-1) ?? NaN)).toBeLessThan(1000);
  });

  it('says saturation as its rail', () => {
    const outcome = started().levels({ V1: 500_000, LL: -450_000 }).run(500).end();
    const last = [...outcome.samples.values()].at(-1) ?? [];
    expect(last[2]).toBe(400_000);
    expect(last[1]).toBe(-400_000);
    expect(Math.abs(last[0] ?? NaN)).toBeLessThan(10);
  });

  it.each(ELECTRODES.slice(0, 9))('%s without contact', (electrode) => {
    const outcome = started().off(electrode).run(300).off().run(300).end();
    expect(outcome.contact.map(({ off }) => off)).toEqual([[electrode], []]);
    expect(outcome.contact[0]?.measured).toBe(WATCHED);
    expect(outcome.complaints).toEqual([]);
  });

  it('says that the right leg has no contact, each time anew', () => {
    const outcome = started().off('RL').run(300).off().run(300).off('RL').run(300).end();
    expect(outcome.complaints).toEqual([
      'front end: the right-leg electrode has no contact',
      'front end: the right-leg electrode has no contact',
    ]);
    expect(outcome.contact).toEqual([]);
  });

  it('shows its test signal while it is asked for, marked as that, and the time of switching as gaps', () => {
    const outcome = started()
      .sine('V3', 300, 10)
      .run(1000)
      .testSignal(true)
      .run(3000)
      .testSignal(false)
      .run(2000)
      .end();
    expect(outcome.complaints).toEqual([]);
    expect(outcome.testSignal.map(({ on }) => on)).toEqual([true, false]);
    const [from, to] = outcome.testSignal.map(({ at }) => at);
    const ofTest = [...outcome.samples].filter(
      ([at]) => at >= (from ?? NaN) + 60 && at < (to ?? NaN),
    );
    for (const [index] of LEADS.entries()) {
      const { peakToPeak, period } = measureSquareWave(ofTest.map(([, v]) => v[index] ?? NaN));
      expect(Math.abs(peakToPeak - 2000)).toBeLessThan(40);
      expect(period).toBeCloseTo(256, 0);
    }
    const after = [...outcome.samples].filter(([at]) => at >= (to ?? NaN) + 60);
    expect(swing(after.map(([, values]) => values[4] ?? NaN))).toBeCloseTo(600, -1.5);
    expect(outcome.gaps.length).toBeGreaterThan(0);
    const last = [...outcome.samples.keys()].at(-1) ?? NaN;
    expect(outcome.received + outcome.missing).toBe(last + 1);
  });

  describe('self-test', () => {
    it('names a channel with half its gain', () => {
      const outcome = new Bench().fault(FAULT.weakChannel, 3).run(2000).end();
      expect(outcome.complaints).toEqual([
        'front end: self-test, channel 3 does not show the test signal',
      ]);
      expect(outcome.received).toBeGreaterThan(350);
    });

    it.each([
      ['no chip', FAULT.dead, 1],
      ['another chip', FAULT.otherChip, 0x3e],
    ] as const)('%s: says so once, and tries until it comes', (_, fault, howMuch) => {
      const outcome = new Bench().fault(fault, howMuch).run(4000).fault(fault, 0).run(3500).end();
      expect(outcome.complaints).toEqual([
        'front end: no ADS1298 answers, or its registers do not hold; tried again every second',
      ]);
      expect(outcome.violations).toBe(0);
      expect(outcome.received).toBeGreaterThan(500);
      expect(outcome.gaps).toEqual([]);
    });
  });

  describe('wrong status words', () => {
    it('a few are bridged and counted', () => {
      const outcome = started().fault(FAULT.badStatus, 3).run(1000).end();
      expect(outcome.gaps).toEqual([]);
      expect(outcome.complaints).toEqual([]);
      expect(outcome.receiveErrors).toBe(6); /* three bad, three bridged */
    });

    it('more are a gap of the samples they were', () => {
      const outcome = started().fault(FAULT.badStatus, 10).run(1000).end();
      expect(outcome.complaints).toEqual([]);
      expect(outcome.gaps).toHaveLength(1);
      expect(outcome.gaps[0]?.missing).toBeGreaterThanOrEqual(2);
      expect(outcome.gaps[0]?.missing).toBeLessThanOrEqual(3);
      expect(outcome.received + outcome.missing).toBeGreaterThan(550);
    });

    it('sixteen and the chip is started again', () => {
      const outcome = started().run(500).fault(FAULT.badStatus, 20).run(2000).end();
      expect(outcome.complaints).toEqual([
        'front end: the ADS1298 sends wrong status words; it is started again',
      ]);
      expect(outcome.gaps.length).toBeGreaterThan(0);
      expect(outcome.received).toBeGreaterThan(1000);
    });
  });

  describe('missing data ready', () => {
    it.each([1, 2, 3])('%i edges are bridged', (edges) => {
      const outcome = started().fault(FAULT.noReady, edges).run(1000).end();
      expect(outcome.gaps).toEqual([]);
      expect(outcome.receiveErrors).toBe(edges);
    });

    it.each([8, 40])('%i edges are a gap of a quarter as many samples', (edges) => {
      const outcome = started().fault(FAULT.noReady, edges).run(1000).end();
      expect(outcome.complaints).toEqual([]);
      expect(outcome.missing).toBe(edges / 4);
      expect([...outcome.samples.keys()].at(-1)).toBe(outcome.received + outcome.missing - 1);
    });

    it('silence: says so, starts the chip again and accounts for the time', () => {
      const outcome = started().run(1000).fault(FAULT.stopReady).run(3000).end();
      expect(outcome.complaints).toEqual([
        'front end: the ADS1298 fell silent (no data ready for 50 ms); it is started again',
      ]);
      const last = [...outcome.samples.keys()].at(-1) ?? NaN;
      expect(outcome.received + outcome.missing).toBe(last + 1);
      expect(outcome.missing).toBeGreaterThan(60);
      expect(outcome.missing).toBeLessThan(150);
      expect(outcome.violations).toBe(0);
    });

    it('a chip that stays away: gaps go on, half a second each', () => {
      const outcome = started().run(1000).fault(FAULT.dead, 1).run(5000).end();
      expect(outcome.gaps.length).toBeGreaterThanOrEqual(8);
      expect(outcome.gaps.every(({ missing }) => missing === 250)).toBe(true);
      expect(outcome.complaints).toHaveLength(1);
    });
  });

  it('finds lost registers by reading them back', () => {
    const outcome = started().run(1000).fault(FAULT.loseRegisters).run(3000).end();
    expect(outcome.complaints).toHaveLength(1);
    expect(outcome.complaints[0]).toMatch(/lost its settings|wrong status words/u);
    expect(outcome.received).toBeGreaterThan(1500);
  });

  it('no flipped bit of the bus reaches a sample', () => {
    const bench = (): Bench =>
      started().levels({ LA: 700, LL: 900, V1: 300, V2: 500, V3: 800, V4: 200, V5: 100, V6: 50 });
    const clean = bench().run(3000).end();
    const flipped = bench().fault(FAULT.flipBits, 997).run(3000).end();
    expect(flipped.receiveErrors).toBeGreaterThan(100);
    expect(flipped.complaints).toEqual([]);
    expect(flipped.gaps).toEqual([]);
    expect([...flipped.samples]).toEqual([...clean.samples]);
  });

  it('a main loop that is away for 0.45 s loses nothing', () => {
    const outcome = started().busy(450).run(1000).end();
    expect(outcome.gaps).toEqual([]);
    expect(outcome.complaints).toEqual([]);
  });

  it('one that is away for longer loses what it says', () => {
    const outcome = started().busy(1000).run(1000).end();
    expect(outcome.complaints).toEqual([
      'front end: samples were lost because the application was busy for more than half a second',
    ]);
    expect(outcome.missing).toBeGreaterThan(200);
    const last = [...outcome.samples.keys()].at(-1) ?? NaN;
    expect(outcome.received + outcome.missing).toBe(last + 1);
  });

  describe.each(FAMILIES)('%s: driver and registers below it', (family) => {
    let on: Driver;
    beforeAll(async () => {
      on = await build({}, family);
    });

    it('deliver every sample, and do nothing that a manual forbids', () => {
      const outcome = started().sine('LA', 1000, 10).run(1000).end(on);
      expect(outcome.violations).toBe(0);
      expect(outcome.complaints).toEqual([]);
      expect(outcome.gaps).toEqual([]);
      expect(outcome.receiveErrors).toBe(0);
      expect(outcome.received).toBeGreaterThan(490);
      expect(swing(lead(outcome, 0))).toBeCloseTo(2000, -1.5);
    });

    it('an exchange without an end is given up, counted, and acquisition goes on', () => {
      const outcome = started().busFault(BUS_FAULT.noEnd, 1).run(1000).end(on);
      expect(outcome.complaints).toEqual([]);
      expect(outcome.receiveErrors).toBeGreaterThanOrEqual(1);
      // 4 ms until it is given up.
      expect(outcome.missing).toBeGreaterThanOrEqual(1);
      expect(outcome.missing).toBeLessThanOrEqual(4);
      expect(outcome.received + outcome.missing).toBeGreaterThan(550);
      expect(outcome.violations).toBe(0);
    });

    it('a bus that ends none any more: said once, and started again when it does', () => {
      const broken = started().run(500).busFault(BUS_FAULT.noBus, 1).run(3000);
      const outcome = broken.busFault(BUS_FAULT.noBus, 0).run(3000).end(on);
      expect(outcome.complaints).toEqual([
        'front end: exchanges on the SPI bus do not end; bus and ADS1298 are started again',
      ]);
      const last = [...outcome.samples.keys()].at(-1) ?? NaN;
      expect(outcome.received + outcome.missing).toBe(last + 1);
      expect(outcome.missing).toBeGreaterThan(1400);
      expect(outcome.received).toBeGreaterThan(700);
      expect(outcome.violations).toBe(0);
    });

    it('bits that flip on the bus reach no sample', () => {
      const levels = { LA: 700, V2: 500 };
      const clean = started().levels(levels).run(1000).end(on);
      const flipped = started().levels(levels).fault(FAULT.flipBits, 997).run(1000).end(on);
      expect(flipped.receiveErrors).toBeGreaterThan(30);
      expect([...flipped.samples]).toEqual([...clean.samples]);
    });

    it('a chip that falls silent is started again', () => {
      const outcome = started().run(500).fault(FAULT.stopReady).run(1500).end(on);
      expect(outcome.complaints).toHaveLength(1);
      expect(outcome.received).toBeGreaterThan(900);
      expect(outcome.violations).toBe(0);
    });

    it('a processor that stands for 1 ms bridges what it missed, for 2.1 ms tells a gap', () => {
      const short = started().busFault(BUS_FAULT.standUs, 1000).run(500).end(on);
      expect(short.gaps).toEqual([]);
      expect(short.receiveErrors).toBeGreaterThan(0);
      const long = started().busFault(BUS_FAULT.standUs, 2130).run(500).end(on);
      expect(long.missing).toBeLessThanOrEqual(2);
      expect(long.complaints).toEqual([]);
    });

    // A sector of 16 KB, of 128 KB, and the longest that an STM32F4 takes for one.
    it.each([250, 1000, 2000])(
      'a processor that stands for %i ms tells a gap of that time',
      (ms) => {
        const outcome = started()
          .busFault(BUS_FAULT.standUs, 1000 * ms)
          .run(500)
          .end(on);
        expect(outcome.complaints).toEqual([]);
        expect(outcome.gaps).toHaveLength(1);
        expect(Math.abs(outcome.missing - ms / 2)).toBeLessThanOrEqual(2);
        const indices = [...outcome.samples.keys()];
        expect((indices.at(-1) ?? 0) - (indices[0] ?? 0) + 1).toBe(
          outcome.samples.size + outcome.missing,
        );
      },
    );

    it('a processor that erases a page of flash in parts loses no sample, and counts none twice', () => {
      // As hal/nrf52/flash.c has it: parts of 1 ms, at most 5 % longer, and 2 ms after each.
      const parts = 92;
      const erasing = started();
      for (let i = 0; i < parts; i += 1) erasing.busFault(BUS_FAULT.standUs, 1050).run(2);
      const outcome = erasing.run(500).end(on);
      const milliseconds = parts * 3.05;
      expect(outcome.missing).toBe(0);
      expect(outcome.complaints).toEqual([]);
      expect(outcome.received).toBe(
        started()
          .run(Math.round(milliseconds) + 500)
          .end(on).received,
      );
      expect(outcome.receiveErrors).toBeGreaterThan(parts);
      expect(outcome.receiveErrors).toBeLessThan(milliseconds);
    });
  });
});

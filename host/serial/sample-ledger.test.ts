import { describe, expect, it } from 'vitest';
import { SampleLedger } from './sample-ledger.js';

const gap = (
  firstSampleIndex: number,
  sampleCount: number,
  cause: 'link' | 'device',
): Record<string, unknown> => ({ kind: 'gap', firstSampleIndex, sampleCount, cause });

describe('SampleLedger', () => {
  it('takes the first samples as they come when it attaches to a running device', () => {
    const ledger = new SampleLedger();
    expect(ledger.admit(5000, 10, 77)).toEqual({ gaps: [], skip: 0 });
    expect(ledger.admit(5010, 10, 77)).toEqual({ gaps: [], skip: 0 });
    expect(ledger.account).toMatchObject({ delivered: 20, lostOnLink: 0, droppedByDevice: 0 });
  });

  it('tells what is missing before the first samples of a device that has just started', () => {
    const ledger = new SampleLedger(0);
    expect(ledger.admit(30, 10, 10).gaps).toEqual([gap(0, 10, 'device'), gap(10, 20, 'link')]);
  });

  it.each([
    ['all lost on the link', 0, [gap(10, 30, 'link')]],
    ['all dropped by the device', 30, [gap(10, 30, 'device')]],
    ['both', 12, [gap(10, 12, 'device'), gap(22, 18, 'link')]],
    ['more drops than the gap shows', 35, [gap(10, 30, 'device')]],
  ])('divides a gap: %s', (_name, dropped, expected) => {
    const ledger = new SampleLedger(0);
    ledger.admit(0, 10, 0);
    expect(ledger.admit(40, 10, dropped).gaps).toEqual(expected);
  });

  it('keeps drops that no gap has shown yet for the next gap', () => {
    const ledger = new SampleLedger(0);
    ledger.admit(0, 10, 0);
    ledger.admit(20, 10, 15);
    expect(ledger.admit(40, 10, 15).gaps).toEqual([gap(30, 5, 'device'), gap(35, 5, 'link')]);
  });

  it('delivers nothing twice', () => {
    const ledger = new SampleLedger(0);
    ledger.admit(0, 10, 0);
    expect(ledger.admit(0, 10, 0)).toEqual({ gaps: [], skip: 10 });
    expect(ledger.admit(5, 10, 0)).toEqual({ gaps: [], skip: 5 });
    expect(ledger.admit(15, 10, 0)).toEqual({ gaps: [], skip: 0 });
    expect(ledger.account).toMatchObject({ delivered: 25, repeated: 15, lostOnLink: 0 });
  });

  it('goes on across the wrap of index and drop counter', () => {
    const ledger = new SampleLedger();
    ledger.admit(0xfffffff6, 5, 0xffffffff);
    // 0xfffffffb … 0x00000004 is missing: ten samples, of which the device owns up to three.
    expect(ledger.admit(5, 10, 2).gaps).toEqual([
      gap(0xfffffffb, 3, 'device'),
      gap(0xfffffffe, 7, 'link'),
    ]);
    expect(ledger.admit(15, 10, 2).gaps).toEqual([]);
  });

  it('tells at the end what never came', () => {
    const ledger = new SampleLedger(0);
    ledger.admit(0, 10, 0);
    ledger.noteDropped(4);
    expect(ledger.finish(20)).toEqual([gap(10, 4, 'device'), gap(14, 6, 'link')]);
    expect(ledger.finish(20)).toEqual([]);
  });

  it('balances: delivered + lost + dropped = sent, over random losses', () => {
    const ledger = new SampleLedger(0);
    let state = 7;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    let dropped = 0;
    let lost = 0;
    const frames = 20_000;
    for (let frame = 0; frame < frames; frame += 1) {
      const fate = random();
      if (fate < 0.1) dropped += 10;
      else if (fate < 0.2) lost += 10;
      else ledger.admit(frame * 10, 10, dropped);
    }
    ledger.noteDropped(dropped);
    ledger.finish(frames * 10);
    const { account } = ledger;
    expect(account.droppedByDevice).toBe(dropped);
    expect(account.lostOnLink).toBe(lost);
    expect(account.delivered + lost + dropped).toBe(frames * 10);
  });
});

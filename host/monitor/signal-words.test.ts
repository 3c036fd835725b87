import { describe, expect, it } from 'vitest';
import type { SignalEvent } from '../stream/events.js';
import {
  electrodeWords,
  intervalEntries,
  mainsWords,
  qualityWords,
  signalWarnings,
} from './signal-words.js';
import { synthetic } from './synthetic-events.js';

const { electrodes, leadReasons } = synthetic.signal();
const POOR: Partial<SignalEvent> = {
  quality: 'poor',
  leadReasons: leadReasons.map((_none, lead) => (lead === 3 ? ['restless', 'wander'] : [])),
};

describe('the signal in words', () => {
  it.each<[string, Partial<SignalEvent>, string, string, string[]]>([
    ['all well', {}, 'all on', 'readable', []],
    [
      'electrodes off and unknown',
      { electrodes: { ...electrodes, LA: 'off', V3: 'off', V6: 'unknown' } },
      'LA, V3 off; V6 unknown',
      'readable',
      ['Electrode off: LA, V3'],
    ],
    [
      'a lead that cannot be read',
      POOR,
      'all on',
      'poor: V2 restless and wander',
      ['Signal poor: V2 restless and wander'],
    ],
    [
      'exchanged electrodes',
      { reversal: { limb: 'RA/LA', chest: 'V1 to V6' } },
      'all on',
      'readable',
      ['Electrodes may be exchanged: RA/LA', 'Electrodes may be exchanged: V1 to V6'],
    ],
    [
      'a test signal, of which what was known before counts no more',
      { testSignal: true, reversal: { limb: 'RA/LA', chest: null } },
      'all on',
      'test signal, no patient',
      ['Test signal, no patient'],
    ],
  ])('%s', (_name, changes, electrodesText, quality, warnings) => {
    const signal = synthetic.signal(changes);
    expect(electrodeWords(signal)).toBe(electrodesText);
    expect(qualityWords(signal)).toBe(quality);
    expect(signalWarnings(signal)).toEqual(warnings);
  });

  it('says of mains whether it was looked for', () => {
    const { mainsHz, ...unwatched } = synthetic.signal();
    expect(mainsHz).toBe(50.02);
    expect(mainsWords(synthetic.signal())).toBe('50.02 Hz');
    expect(mainsWords(synthetic.signal({ mainsHz: null }))).toBe('none');
    expect(mainsWords(unwatched)).toBe('not watched');
  });

  it('names the formula of each QTc, and an unknown interval as unknown', () => {
    const words = intervalEntries({ ...synthetic.measurement(3), prMs: null });
    expect(words).toEqual([
      ['HR', '75 /min'],
      ['PR', '–'],
      ['QRS', '92 ms'],
      ['QT', '404 ms'],
      ['QTc (Fridericia)', '435 ms'],
      ['QTc (Bazett)', '451 ms'],
    ]);
  });
});

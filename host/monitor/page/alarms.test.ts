import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../stream/events.js';
import { CONNECT_GRACE_MS, judge, STALE_MS, type AlarmInput } from './alarms.js';

const LIVE: AlarmInput = {
  connected: true,
  pageAgeMs: 60_000,
  link: { kind: 'link', state: 'streaming', detail: '' },
  ended: false,
  sampleAgeMs: 20,
  lossShare: 0,
  cpuLoadPermille: 300,
  signalWarnings: [],
};
const link = (state: LinkState): AlarmInput['link'] => ({ kind: 'link', state, detail: 'why' });

describe('what may be shown as live', () => {
  it.each<[string, Partial<AlarmInput>, string, string | undefined]>([
    ['all well', {}, 'live', undefined],
    ['an electrode off', { signalWarnings: ['Electrode off: V2'] }, 'live', 'low'],
    ['at the limit', { sampleAgeMs: STALE_MS }, 'live', undefined],
    ['beyond the limit', { sampleAgeMs: STALE_MS + 1 }, 'stale', 'medium'],
    ['link stale though samples are fresh', { link: link('stale') }, 'stale', 'medium'],
    ['link lost', { link: link('lost') }, 'stale', 'medium'],
    [
      'link lost before any sample',
      { link: link('lost'), sampleAgeMs: undefined },
      'waiting',
      'medium',
    ],
    ['link closed', { link: link('closed') }, 'stale', 'medium'],
    ['not yet open', { link: link('opening'), sampleAgeMs: undefined }, 'waiting', undefined],
    ['record ended, long ago', { ended: true, sampleAgeMs: 1e6 }, 'ended', undefined],
    ['record ended, link closed', { ended: true, link: link('closed') }, 'ended', undefined],
    ['no monitor', { connected: false }, 'stale', 'medium'],
    ['no monitor after the end', { connected: false, ended: true }, 'stale', 'medium'],
    [
      'first connection',
      { connected: false, sampleAgeMs: undefined, pageAgeMs: CONNECT_GRACE_MS - 1 },
      'waiting',
      undefined,
    ],
    [
      'first connection too long',
      { connected: false, sampleAgeMs: undefined, pageAgeMs: CONNECT_GRACE_MS },
      'waiting',
      'medium',
    ],
    ['loss at the limit', { lossShare: 0.01 }, 'live', undefined],
    ['loss beyond it', { lossShare: 0.011 }, 'live', 'low'],
    ['overload', { cpuLoadPermille: 951 }, 'live', 'low'],
  ])('%s', (_name, change, state, priority) => {
    const verdict = judge({ ...LIVE, ...change });
    expect([verdict.state, verdict.alarm?.priority]).toEqual([state, priority]);
  });
});

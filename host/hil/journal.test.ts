import { expect, it } from 'vitest';
import type { StreamEvent } from '../stream/events.js';
import { Journal } from './journal.js';

const samples = (firstSampleIndex: number): StreamEvent => ({
  kind: 'samples',
  firstSampleIndex,
  microvolt: Array.from({ length: 8 }, () => [0, 0]),
});
const withoutTimes = (journal: Journal): readonly string[] =>
  journal.text().map((text) => text.trim().replace(/^\S+ /, ''));

it('tells in lines what happened, samples in one that moves on', () => {
  const journal = new Journal();
  expect(journal.last()).toBe('nothing');
  journal.note('power on');
  for (const first of [0, 2, 4]) journal.event(samples(first));
  journal.event({ kind: 'gap', firstSampleIndex: 6, sampleCount: 3, cause: 'link' });
  journal.event(samples(9));
  expect(withoutTimes(journal)).toEqual([
    'bench power on',
    'samples up to 6',
    'gap 3 samples from 6, lost by the link',
    'samples up to 11',
  ]);
  expect(journal.last()).toMatch(/samples up to 11$/);
  journal.clear();
  expect(journal.text()).toEqual([]);
});

it('says once what repeats, and forgets the oldest of very much', () => {
  const journal = new Journal();
  for (let i = 0; i < 5; i += 1) {
    journal.event({ kind: 'link', state: 'lost', detail: 'no power' });
  }
  expect(withoutTimes(journal)).toEqual(['link lost: no power']);
  for (let i = 0; i < 3000; i += 1) journal.note(`step ${i}`);
  expect(journal.text()).toHaveLength(2000);
  expect(journal.last()).toContain('step 2999');
});

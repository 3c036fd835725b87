import { expect, it } from 'vitest';
import type { StreamEvent } from '../stream/events.js';
import { sampleBooks } from './sample-books.js';

/** Ten samples, each with its own value in each lead. */
const SENT = Int16Array.from({ length: 80 }, (_, i) => i);

function samples(firstSampleIndex: number, count: number, change = 0): StreamEvent {
  const microvolt = Array.from({ length: 8 }, (_, lead) =>
    Array.from({ length: count }, (_, i) => (firstSampleIndex + i) * 8 + lead + change),
  );
  return { kind: 'samples', firstSampleIndex, microvolt };
}
const gap = (
  firstSampleIndex: number,
  sampleCount: number,
  cause: 'link' | 'device',
): StreamEvent => ({
  kind: 'gap',
  firstSampleIndex,
  sampleCount,
  cause,
});

it.each([
  ['all back', [samples(0, 10)], { delivered: 10 }],
  ['nothing heard of', [], { unaccounted: 10 }],
  [
    'each cause apart',
    [samples(0, 3), gap(3, 2, 'link'), gap(5, 1, 'device'), samples(6, 4)],
    { delivered: 7, lostOnLink: 2, droppedByDevice: 1 },
  ],
  ['a hole that nobody tells', [samples(0, 4), samples(6, 4)], { delivered: 8, unaccounted: 2 }],
  ['twice is once', [samples(0, 10), samples(2, 4)], { delivered: 10 }],
  ['another value', [samples(0, 5), samples(5, 5, 1)], { delivered: 10, altered: 5 }],
  ['beyond the end', [samples(0, 10), gap(10, 5, 'device')], { delivered: 10 }],
])('books of %s', (_, events, wanted) => {
  const none = {
    delivered: 0,
    lostOnLink: 0,
    droppedByDevice: 0,
    lostToReset: 0,
    unaccounted: 0,
    altered: 0,
  };
  expect(sampleBooks(SENT, events)).toEqual({ ...none, sent: 10, ...wanted });
});

it('what a reset has cut off is lost to it', () => {
  expect(sampleBooks(SENT, [samples(0, 4)], true)).toMatchObject({
    delivered: 4,
    lostToReset: 6,
    unaccounted: 0,
  });
});

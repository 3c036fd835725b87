import { describe, expect, it } from 'vitest';
import { FrameEncoder } from '../protocol/frame.js';
import type { Message } from '../protocol/messages.js';
import { linkLoad } from './link-budget.js';
import { explanationMessages, resultMessage, samplesMessage } from './test-device.js';

/** Bytes on the line of a result whose beat and path are as long as they get. */
function resultBytes(): number {
  const encoder = new FrameEncoder();
  const beat = 80;
  const longest = (message: Message): Message => {
    switch (message.kind) {
      case 'BEAT_LEAD':
        return { ...message, microvolt: Array.from({ length: beat }, (_, i) => i * 300 - 9000) };
      case 'BEAT_ATTRIBUTION':
        return { ...message, steps: new Array<number>(beat).fill(3) };
      case 'PATH':
        return { ...message, points: Array.from({ length: 40 }, () => message.points).flat() };
      default:
        return message;
    }
  };
  return [resultMessage(1), ...explanationMessages(1)]
    .map((message) => encoder.encode(longest(message)).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}

describe('the budget of the link', () => {
  it('starts from frames as docs/wire.md tells their size', () => {
    expect(new FrameEncoder().encode(samplesMessage(100_000)).length).toBe(181);
    expect(resultBytes()).toBe(3878);
  });

  it('is an upper bound of what is sent, and not a loose one', () => {
    const load = linkLoad({ baudRate: 921_600, sampleRateHz: 500, resultPeriodS: 2.5 });
    expect(load.samplesBitsPerS).toBe(181 * 10 * 50);
    const sent = (resultBytes() * 10) / 2.5;
    expect(load.resultsBitsPerS).toBeGreaterThanOrEqual(sent);
    expect(load.resultsBitsPerS).toBeLessThan(sent * 1.05);
    // As docs/wire.md tells them.
    expect(Math.ceil(load.otherBitsPerS / 100)).toBe(72);
    expect(Math.ceil(load.medianBitsPerS / 100)).toBe(101);
    expect(Math.round(100 * load.share)).toBe(13);
  });

  it.each([
    [57_600, 2.5, 'refused'],
    [115_200, 2.5, 'samples-only'],
    [230_400, 2.5, 'fits'],
    [921_600, 2.5, 'fits'],
    [230_400, 0.25, 'samples-only'],
  ])('at %i baud with a result every %d s: %s', (baudRate, resultPeriodS, verdict) => {
    expect(linkLoad({ baudRate, sampleRateHz: 500, resultPeriodS }).verdict).toBe(verdict);
  });
});

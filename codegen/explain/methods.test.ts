import { describe, expect, it } from 'vitest';
import { methodsText, needsGradient, parseMethods } from './methods.js';

describe('--explain', () => {
  it.each([
    ['none', []],
    ['gradient', [{ method: 'gradient' }]],
    ['smoothgrad', [{ method: 'smoothgrad', count: 16 }]],
    [
      'integrated-gradients:1, occlusion,smoothgrad:256',
      [
        { method: 'integrated-gradients', count: 1 },
        { method: 'occlusion' },
        { method: 'smoothgrad', count: 256 },
      ],
    ],
  ])('reads %s', (text, expected) => {
    const found = parseMethods(text);
    expect(found).toEqual(expected);
    expect(parseMethods(methodsText(found))).toEqual(found);
  });

  it.each([
    ['', 'EXPLAIN_METHOD'],
    ['gradients', 'EXPLAIN_METHOD'],
    ['gradient,none', 'EXPLAIN_METHOD'],
    ['gradient,gradient', 'EXPLAIN_METHOD'],
    ['occlusion:3', 'EXPLAIN_METHOD'],
    ['smoothgrad:3:3', 'EXPLAIN_METHOD'],
    ['smoothgrad:0', 'EXPLAIN_STEPS'],
    ['smoothgrad:257', 'EXPLAIN_STEPS'],
    ['integrated-gradients:1.5', 'EXPLAIN_STEPS'],
  ])('refuses "%s"', (text, code) => {
    expect(() => parseMethods(text)).toThrow(expect.objectContaining({ code }));
  });

  it('needs no gradient for occlusion alone', () => {
    expect(needsGradient(parseMethods('occlusion'))).toBe(false);
    expect(needsGradient(parseMethods('occlusion,grad-cam'))).toBe(true);
    expect(needsGradient(parseMethods('none'))).toBe(false);
  });
});

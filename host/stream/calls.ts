/** Which findings an answer calls: those whose probability reaches the operating point that the model names. */
import type { ResultEvent } from './events.js';

export type CalledAnswer = Pick<ResultEvent, 'probabilities' | 'classNames' | 'operatingPoints'>;

/** Of each class; undefined where the model names no operating points. */
export function isCalled(result: CalledAnswer): readonly boolean[] | undefined {
  const { operatingPoints: points = [], probabilities } = result;
  return points.length === 0
    ? undefined
    : probabilities.map((probability, i) => probability >= (points[i] ?? Infinity));
}

/** `calls MI, CD`, `calls none`; empty where the model names no operating points. */
export function callsWords(result: CalledAnswer): string {
  const called = isCalled(result);
  if (called === undefined) return '';
  const names = result.classNames.filter((_, i) => called[i] === true);
  return `calls ${names.length === 0 ? 'none' : names.join(', ')}`;
}

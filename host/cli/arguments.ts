/** Numbers on the command line. */
import { InvalidArgumentError } from 'commander';

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('must be above zero');
  return value;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('must be a whole number from 0');
  }
  return value;
}

export function zeroOrMore(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value >= 0)) {
    throw new InvalidArgumentError('must be a number from 0');
  }
  return value;
}

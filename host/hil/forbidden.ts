/** What no device may say in a test that did not ask for it. */

/** Words of firmware, this project's and others', for having lost its way. */
export const FORBIDDEN: readonly RegExp[] = [
  /panic/i,
  /watchdog/i,
  /assert(ion)? failed/i,
  /restarted after a fault/i,
  /stack over(run|flow)/i,
  /self-test FAILED/i,
  // Of the ADS1298, which is shown its own test signal at every start.
  /front end: self-test/i,
  /hard ?fault/i,
];

export interface Forbidden {
  readonly text: string;
  readonly pattern: string;
}

/** The first line that is forbidden and not expected here. */
export function forbiddenIn(
  texts: readonly string[],
  expected: readonly RegExp[] = [],
): Forbidden | undefined {
  for (const text of texts) {
    const pattern = FORBIDDEN.find((candidate) => candidate.test(text));
    if (pattern !== undefined && !expected.some((allowed) => allowed.test(text))) {
      return { text, pattern: pattern.source };
    }
  }
  return undefined;
}

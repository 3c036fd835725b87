/** What a conformance signal gave and what was asked of it. */
export interface ConformanceResult {
  readonly signal: string;
  readonly figure: number;
  readonly unit: string;
  /** For people: `at most 8`, `88 to 92`. */
  readonly limit: string;
  readonly pass: boolean;
}

export function atMost(
  signal: string,
  figure: number,
  most: number,
  unit: string,
): ConformanceResult {
  return { signal, figure, unit, limit: `at most ${most}`, pass: figure <= most };
}

export function conformanceText(title: string, results: readonly ConformanceResult[]): string {
  return [
    `${title}: ${results.filter(({ pass }) => pass).length} of ${results.length} pass`,
    ...results.map(
      ({ signal, figure, unit, limit, pass }) =>
        `  ${pass ? 'pass' : 'FAIL'}  ${signal.padEnd(58)}${`${Number(figure.toFixed(2))} ${unit}`.padStart(14)}   ${limit}`,
    ),
  ].join('\n');
}

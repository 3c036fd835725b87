/** DTR and RTS: what a board wants of them after its port was opened, and how they reset it, as its board file says. */

export interface ControlLines {
  /** After opening; left out: asserted, as drivers do. */
  readonly dtr?: boolean;
  readonly rts?: boolean;
  /** How the lines reset the board, `D0|R1|W100|R0`: D is DTR, R is RTS, W waits milliseconds (boards/board.schema.json). */
  readonly resetSequence?: string;
}

export type LineStep = { readonly wait: number } | { readonly dtr: boolean; readonly rts: boolean };

/** Each step with both lines: a driver sets them together. Ends with the lines as the board wants them. */
export function resetSteps(lines: ControlLines): readonly LineStep[] {
  const { dtr = true, rts = true, resetSequence = '' } = lines;
  let now = { dtr, rts };
  const steps: LineStep[] = [];
  for (const step of resetSequence.split('|')) {
    const value = step.slice(1);
    if (step.startsWith('W')) {
      steps.push({ wait: Number(value) });
    } else {
      now = step.startsWith('D') ? { ...now, dtr: value === '1' } : { ...now, rts: value === '1' };
      steps.push(now);
    }
  }
  return [...steps, { dtr, rts }];
}

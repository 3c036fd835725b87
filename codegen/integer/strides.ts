/**
 * How an operand of a two-input operation lies against its output [positions][channels]: elements from one position,
 * and from one channel, to the next. Zero: broadcast along that axis.
 */
export interface Strides {
  readonly position: number;
  readonly channel: number;
}

/** An operand that is read once for each output element, in the output's order, may be overwritten by it. */
export function isWhole(strides: Strides, channels: number, positions: number): boolean {
  return (
    (strides.position === channels || positions === 1) && (strides.channel === 1 || channels === 1)
  );
}

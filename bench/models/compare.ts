/** How far two sets of answers to the same inputs are from each other. */

export interface AnswerError {
  readonly maximum: number;
  readonly rms: number;
  /** Largest error as a share of the largest reference value. */
  readonly ofLargest: number;
  /** Inputs for which both have their largest value at the same place. */
  readonly sameWinner: number;
}

/** Differences of two int8 answers, in steps. */
export interface StepError {
  readonly compared: number;
  readonly differing: number;
  readonly share: number;
  /** Largest difference, in steps (LSB). */
  readonly most: number;
}

type Answers = readonly ArrayLike<number>[];

/** Values that are missing count as a difference that is not a number, and show as such. */
export function answerError(ours: Answers, theirs: Answers): AnswerError {
  let [maximum, squares, count, largest, sameWinner] = [0, 0, 0, 0, 0];
  theirs.forEach((answer, input) => {
    const mine = ours[input] ?? [];
    for (let i = 0; i < answer.length; i += 1) {
      const difference = Math.abs((answer[i] ?? NaN) - (mine[i] ?? NaN));
      maximum = Math.max(maximum, difference);
      squares += difference ** 2;
      largest = Math.max(largest, Math.abs(answer[i] ?? 0));
      count += 1;
    }
    if (winnerOf(mine) === winnerOf(answer)) sameWinner += 1;
  });
  return {
    maximum,
    rms: Math.sqrt(squares / Math.max(1, count)),
    ofLargest: largest === 0 ? 0 : maximum / largest,
    sameWinner,
  };
}

export function stepError(ours: Answers, theirs: Answers): StepError {
  let [compared, differing, most] = [0, 0, 0];
  theirs.forEach((answer, input) => {
    for (let i = 0; i < answer.length; i += 1) {
      const steps = Math.abs((answer[i] ?? NaN) - (ours[input]?.[i] ?? NaN));
      most = Math.max(most, steps);
      if (steps !== 0) differing += 1;
      compared += 1;
    }
  });
  return { compared, differing, share: compared === 0 ? 0 : differing / compared, most };
}

function winnerOf(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) {
    if ((values[i] ?? -Infinity) > (values[best] ?? -Infinity)) best = i;
  }
  return best;
}

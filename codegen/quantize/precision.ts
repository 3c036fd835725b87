/** Which signals become int16: the error is bought off where it is largest, until little is left or the budget is spent. */
import type { Sensitivities, Sensitivity } from './sensitivity.js';

/**
 * `int8`: every signal; `int16`: every one that can be; `mixed`: int16 where it is worth it by the measured sensitivities.
 */
export const PRECISIONS = ['int8', 'mixed', 'int16'] as const;
export type Precision = (typeof PRECISIONS)[number];

/**
 * What may remain of the sum over all tensors: 1 − cosine of the explanation, and the relative squared error of the answer
 * (30 dB: int8 networks that lose nothing of their area under the curve have it). The sum overestimates: errors of several
 * tensors partly cancel. Attributions are held to a cosine of 0.995; a fifth of that is for the signals, since weights of
 * eight bits take most of it whatever the signals are (`npm run bench -- fidelity --precision int16`).
 */
const REMAINING = { explanation: 0.001, answer: 1e-3 } as const;

/** Share of what may remain that one tensor takes up by itself. */
function share({ answer, explanation }: Sensitivity): number {
  return Math.max(answer ** 2 / REMAINING.answer, (explanation ?? 0) / REMAINING.explanation);
}

/**
 * Greedy: the most sensitive tensor first, those that the budget does not allow skipped, until the rest may remain. Where the
 * budget keeps a tensor out that is too much by itself, that end is out of reach, and only others as bad are worth their cost.
 * @param fits whether a program with these int16 tensors stays in the budget
 * @returns in the order of choice
 */
export function chooseInt16(
  sensitivities: Sensitivities,
  fits: (int16: ReadonlySet<string>) => boolean,
): ReadonlySet<string> {
  const order = Object.entries(sensitivities).sort(([, a], [, b]) => share(b) - share(a));
  const chosen = new Set<string>();
  let outOfReach = false;
  let remaining = order.reduce((sum, [, sensitivity]) => sum + share(sensitivity), 0);
  for (const [name, sensitivity] of order) {
    if (remaining <= 1 || (outOfReach && share(sensitivity) <= 1)) break;
    if (!fits(new Set([...chosen, name]))) {
      outOfReach ||= share(sensitivity) > 1;
      continue;
    }
    chosen.add(name);
    remaining -= share(sensitivity);
  }
  return chosen;
}

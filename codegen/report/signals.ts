import type { CompiledNetwork } from '../compile.js';
import type { Calibration } from '../quantize/calibration.js';

/** How a signal of the answer is held, and what it costs. */
export interface SignalReport {
  readonly tensor: string;
  readonly type: 'int8' | 'int16';
  /** The range of its int8 codes and the rule that it came from. */
  readonly low: number;
  readonly high: number;
  readonly rule: string;
  /** Signal to noise of the logits, and 1 − cosine of gradient × input, when it alone is int8; where they were measured. */
  readonly answerDb?: number;
  readonly explanation?: number;
}

/** Every calibrated signal that the program has, in order of execution. */
export function signalReports(
  { program }: Pick<CompiledNetwork, 'program'>,
  { activations, sensitivities = {} }: Calibration,
): readonly SignalReport[] {
  return [...program.tensors.values()].flatMap(({ name, type }) => {
    const range = activations[name];
    if (range === undefined || type === 'bits') return [];
    const measured = sensitivities[name];
    return [
      {
        tensor: name,
        type,
        low: range.low,
        high: range.high,
        rule: range.rule ?? '',
        ...(measured === undefined || measured.answer === 0
          ? {}
          : { answerDb: -20 * Math.log10(measured.answer) }),
        ...(measured?.explanation === undefined ? {} : { explanation: measured.explanation }),
      },
    ];
  });
}

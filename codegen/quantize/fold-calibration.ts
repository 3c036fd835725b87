import { IsochroneError } from '../errors.js';
import { isExplained, type PreparedGraph } from '../explain/gradient.js';
import { BY_INDEPENDENT } from '../passes/fold-leads.js';
import type { Calibration } from './calibration.js';

const INDEPENDENT_LEADS = 8;

/**
 * The calibration of a twelve-lead network, for the eight-lead one that it was folded into. Every tensor behind the first layer is
 * the same; the input's range holds for fewer leads. The gradient by lead I or II is the sum that the fold makes, and so bounded by
 * the sum of its terms' magnitudes: at most a bit and a half of its sixteen are lost.
 * @throws IsochroneError CALIBRATION_INCOMPLETE when the fold took a scaling of the input away, and with it the gradients' names
 */
export function foldCalibration(folded: PreparedGraph, twelve: Calibration): Calibration {
  if (!isExplained(folded)) return twelve;
  const range = twelve.gradients[folded.inputGradient];
  // Calibrated with the leads folded.
  if (range?.length === INDEPENDENT_LEADS) return twelve;
  if (range?.length !== BY_INDEPENDENT.length) {
    throw new IsochroneError(
      'CALIBRATION_INCOMPLETE',
      'it has no range by twelve leads for the gradient of the folded input',
      {
        hint: 'Build with --explain none, or with --leads 12.',
        where: { tensor: folded.inputGradient },
      },
    );
  }
  const bounds: number[] = [];
  BY_INDEPENDENT.forEach((terms, lead) => {
    for (const [independent, factor] of terms) {
      bounds[independent] = (bounds[independent] ?? 0) + Math.abs(factor) * (range[lead] ?? 0);
    }
  });
  return { ...twelve, gradients: { ...twelve.gradients, [folded.inputGradient]: bounds } };
}

import type { PreparedGraph } from '../explain/gradient.js';
import { magnitudeOf, type Calibration } from './calibration.js';

/**
 * A calibration that was made without Grad-CAM, for a network with it: its values are products of an activation and its gradient,
 * summed over channels, and so bounded by what was measured of both. The bound is wider than a measured range; int16 has the digits.
 */
export function withCamRange(explained: PreparedGraph, calibration: Calibration): Calibration {
  const { graph, gradCam } = explained;
  if (gradCam === undefined || calibration.gradients[gradCam] !== undefined) return calibration;
  const [gradient = '', activation = ''] =
    graph.nodes.find(({ outputs }) => outputs.includes(gradCam))?.inputs ?? [];
  const magnitude = magnitudeOf(calibration.activations[activation]);
  const largest = calibration.gradients[gradient];
  // What is missing is named where it is looked for.
  if (magnitude === undefined || largest === undefined) return calibration;
  const bound = magnitude * largest.reduce((sum, value) => sum + value, 0);
  return { ...calibration, gradients: { ...calibration.gradients, [gradCam]: [bound] } };
}

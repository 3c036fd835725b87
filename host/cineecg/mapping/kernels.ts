/**
 * How a moment of evidence is shared among the nodes of the heart's surface [D]: by where the path is, by where the evidence
 * points, or by both. Every kernel's weights sum to 1, so that mass is preserved.
 */
import { KAPPA } from '../deposit.js';
import { type FrankVector, dot, magnitude, subtract, unit } from '../vector.js';
import { NODE_AREA_SHARE, SURFACE } from './heart-map.js';

export const KERNELS = ['position', 'direction', 'product'] as const;
export type Kernel = (typeof KERNELS)[number];

/** Width of the position kernel: about half a segment's size [D]. */
export const SIGMA_MM = 20;

export interface KernelOptions {
  readonly kernel: Kernel;
  readonly sigmaMm?: number;
  readonly kappa?: number;
}

/**
 * @param atMm the path's position at that moment
 * @param pointing where the evidence points, any length; the zero vector points nowhere and leaves the position alone
 * @returns one weight a node, sum 1
 */
export function kernelWeights(
  { kernel, sigmaMm = SIGMA_MM, kappa = KAPPA }: KernelOptions,
  atMm: FrankVector,
  pointing: FrankVector,
): Float64Array {
  const direction = unit(pointing);
  const exponents = Float64Array.from(SURFACE.verticesMm, (vertex, node) => {
    const away = magnitude(subtract(vertex, atMm));
    const facing = dot(SURFACE.normals[node] ?? [0, 0, 0], direction);
    const position = kernel === 'direction' ? 0 : -(away * away) / (2 * sigmaMm * sigmaMm);
    return position + (kernel === 'position' ? 0 : kappa * facing);
  });
  // From the largest exponent down: a path far outside the heart must not make all weights zero.
  const top = exponents.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = exponents.map(
    (exponent, node) => Math.exp(exponent - top) * (NODE_AREA_SHARE[node] ?? 0),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Three-vectors of the one frame that this folder computes in: Frank axes, X left, Y inferior, Z posterior.
 * Other frames are converted at the edge and never reach these types.
 */
export type FrankVector = readonly [x: number, y: number, z: number];

export function add(a: FrankVector, b: FrankVector): FrankVector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function subtract(a: FrankVector, b: FrankVector): FrankVector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function scale(a: FrankVector, factor: number): FrankVector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

export function dot(a: FrankVector, b: FrankVector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: FrankVector, b: FrankVector): FrankVector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function magnitude(a: FrankVector): number {
  return Math.sqrt(dot(a, a));
}

/** The zero vector stays zero: it has no direction to give. */
export function unit(a: FrankVector): FrankVector {
  const length = magnitude(a);
  return length === 0 ? [0, 0, 0] : scale(a, 1 / length);
}

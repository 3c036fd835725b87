/** Three-component vectors, for the few places of the simulator that are not inner loops. */
export type Vector3 = readonly [number, number, number];

export function add(a: Vector3, b: Vector3): Vector3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}
export function subtract(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
export function scale(a: Vector3, factor: number): Vector3 {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}
export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
export function norm(a: Vector3): number {
  return Math.hypot(a[0], a[1], a[2]);
}
export function unit(a: Vector3): Vector3 {
  return scale(a, 1 / norm(a));
}
export function distance(a: Vector3, b: Vector3): number {
  return norm(subtract(a, b));
}
/** Rodrigues: turns `v` about a unit axis. */
export function rotate(v: Vector3, axis: Vector3, radians: number): Vector3 {
  const cosine = Math.cos(radians);
  return add(
    add(scale(v, cosine), scale(cross(axis, v), Math.sin(radians))),
    scale(axis, dot(axis, v) * (1 - cosine)),
  );
}

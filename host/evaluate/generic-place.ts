/** The generic heart of the simulator: the frame in which places of different hearts are compared, millimetres. */
import { ventricularLattice } from '../records/synthetic/lattice.js';
import { buildVentricles, GENERIC_POSE, positionMm } from '../records/synthetic/ventricles.js';
import type { Vector3 } from '../records/synthetic/vector3.js';

let generic: ReturnType<typeof buildVentricles> | undefined;

/** Where a node of the lattice lies in the generic heart. */
export function genericNodeMm(node: number): Vector3 {
  generic ??= buildVentricles(GENERIC_POSE);
  return positionMm(generic, node);
}

/** Centre of a segment, 1…21. */
export function genericSegmentMm(segment: number): Vector3 {
  const own = ventricularLattice().nodes.flatMap((node, index) =>
    node.segment === segment ? [genericNodeMm(index)] : [],
  );
  const mean = (axis: 0 | 1 | 2): number => own.reduce((sum, at) => sum + at[axis], 0) / own.length;
  return [mean(0), mean(1), mean(2)];
}

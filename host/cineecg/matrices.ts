/**
 * Lead ↔ VCG matrices, all [P] but the geometric one, in the project's order of independent leads: I II V1 V2 V3 V4 V5 V6.
 * Kept as integers in thousandths: that is how they are published, and integers make host and device agree exactly.
 */
import { geometricMatrixMilli } from './geometric-matrix.js';

export const VCG_TRANSFORMS = ['inverse-dower', 'kors', 'geometric'] as const;
export type VcgTransform = (typeof VCG_TRANSFORMS)[number];

/** Dower's forward matrix L, `[lead 8][axis 3]`, thousandths: E ≈ L V. */
export const DOWER_FORWARD_MILLI: readonly (readonly number[])[] = [
  [632, -235, 59],
  [235, 1066, -132],
  [-515, 157, -917],
  [44, 164, -1387],
  [882, 98, -1277],
  [1213, 127, -601],
  [1125, 127, -86],
  [831, 76, 230],
];

/** `[axis 3][lead 8]`, thousandths: V = T E. */
export const VCG_MATRIX_MILLI: Readonly<Record<VcgTransform, readonly (readonly number[])[]>> = {
  // Edenbrandt and Pahlm 1988; the pseudo-inverse of L to three decimals.
  'inverse-dower': [
    [156, -10, -172, -74, 122, 231, 239, 194],
    [-227, 887, 57, -19, -106, -22, 41, 48],
    [22, 102, -229, -310, -246, -63, 55, 108],
  ],
  // Kors 1990, regression. Copies with 0.311 for 0.31, or +0.01 for −0.01, are misprints.
  kors: [
    [380, -70, -130, 50, -10, 140, 60, 540],
    [-70, 930, 60, -20, -50, 60, -170, 130],
    [110, -230, -430, -60, -140, -200, -110, 310],
  ],
  geometric: geometricMatrixMilli(DOWER_FORWARD_MILLI),
};

export const INDEPENDENT_LEAD_COUNT = 8;
export const TWELVE_LEAD_COUNT = 12;
/** Place of each independent lead among I II III aVR aVL aVF V1…V6. */
export const INDEPENDENT_IN_TWELVE = [0, 1, 6, 7, 8, 9, 10, 11] as const;

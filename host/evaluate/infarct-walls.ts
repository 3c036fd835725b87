/**
 * Truth (b), a proxy: the wall that a diagnostic statement of PTB-XL names, as AHA segments [D]. It is a reading of the ECG, not
 * an image of the heart, and no published table says which segments a statement means.
 */

/** Segments 1…17. `core` is scored; `optional` may or may not be ill, and counts neither for nor against. */
export interface Wall {
  readonly core: readonly number[];
  readonly optional: readonly number[];
}

const ANTEROSEPTAL: Wall = { core: [2, 8, 14], optional: [1, 7, 13, 17] };
const ANTERIOR: Wall = { core: [7, 13, 17], optional: [1, 8, 14] };
const ANTEROLATERAL: Wall = { core: [7, 12, 13, 16], optional: [1, 6, 17] };
const LATERAL: Wall = { core: [5, 6, 11, 12, 16], optional: [] };
const INFERIOR: Wall = { core: [4, 10, 15], optional: [3, 9] };
const INFEROLATERAL: Wall = { core: [4, 5, 10, 11, 15, 16], optional: [12] };
const INFEROPOSTERIOR: Wall = { core: [4, 5, 10, 11], optional: [15] };
const INFEROPOSTEROLATERAL: Wall = { core: [4, 5, 10, 11, 16], optional: [6, 12] };
const POSTERIOR: Wall = { core: [5, 11], optional: [4] };

/** The reading in use: what the statements have meant to those who wrote them. */
const CLASSICAL: Readonly<Record<string, Wall>> = {
  ASMI: ANTEROSEPTAL,
  INJAS: ANTEROSEPTAL,
  ISCAS: ANTEROSEPTAL,
  AMI: ANTERIOR,
  ISCAN: ANTERIOR,
  ALMI: ANTEROLATERAL,
  INJAL: ANTEROLATERAL,
  ISCAL: ANTEROLATERAL,
  LMI: LATERAL,
  INJLA: LATERAL,
  ISCLA: LATERAL,
  IMI: INFERIOR,
  INJIN: INFERIOR,
  ISCIN: INFERIOR,
  ILMI: INFEROLATERAL,
  INJIL: INFEROLATERAL,
  ISCIL: INFEROLATERAL,
  IPMI: INFEROPOSTERIOR,
  IPLMI: INFEROPOSTEROLATERAL,
  PMI: POSTERIOR,
};

/**
 * What magnetic resonance disputes (Bayés de Luna 2006): Q in V1–V4 lies towards the apex and spares the basal septum; QS in aVL is
 * the middle of the anterior wall, not the high lateral one; a tall R in V1–V2 is the lateral wall, not a posterior one.
 */
const APICAL_ANTERIOR: Wall = { core: [13, 14, 17], optional: [2, 7, 8, 15, 16] };
const MAGNETIC_RESONANCE: Readonly<Record<string, Wall>> = {
  ...CLASSICAL,
  ASMI: APICAL_ANTERIOR,
  INJAS: APICAL_ANTERIOR,
  ISCAS: APICAL_ANTERIOR,
  LMI: { core: [5, 11, 12, 16], optional: [6, 7, 13] },
  INJLA: { core: [5, 11, 12, 16], optional: [6, 7, 13] },
  ISCLA: { core: [5, 11, 12, 16], optional: [6, 7, 13] },
  PMI: { core: [5, 6, 11, 12], optional: [16] },
  IPMI: { core: [4, 5, 10, 11], optional: [6, 12, 15] },
};

export const WALL_TABLES = {
  classical: CLASSICAL,
  'magnetic resonance': MAGNETIC_RESONANCE,
} as const;
export type WallTable = keyof typeof WALL_TABLES;

/** What several statements of one record say together; core in one of them is core. undefined: none names a wall. */
export function wallOf(table: WallTable, statements: readonly string[]): Wall | undefined {
  const walls = statements.flatMap((statement) => WALL_TABLES[table][statement] ?? []);
  if (walls.length === 0) return undefined;
  const union = (of: (wall: Wall) => readonly number[]): number[] =>
    [...new Set(walls.flatMap(of))].sort((a, b) => a - b);
  const core = union((wall) => wall.core);
  return {
    core,
    optional: union((wall) => wall.optional).filter((segment) => !core.includes(segment)),
  };
}

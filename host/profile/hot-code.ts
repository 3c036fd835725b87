/** The straight pieces of code that take most of a network's time, as annotated assembly. */
import type { Cost } from './cycles.js';
import type { DetailedCost } from './network-cost.js';

export interface HotLine extends Cost {
  /** Hexadecimal, as in the listing of objdump. */
  readonly address: string;
  readonly text: string;
  /** Of the one instruction: how often it was executed. */
  readonly instructions: number;
}

export interface HotCode {
  readonly function: string;
  /** Of the whole network's cycles, or instructions. */
  readonly share: number;
  /** Layers that run it. */
  readonly layers: readonly number[];
  readonly lines: readonly HotLine[];
}

/** Instructions executed as often as the one before them, up to this much less or more, belong to one piece. */
const ALIKE = 2;

/**
 * @param whole cycles, or instructions, that shares are of
 * @param most how many pieces
 */
export function hotCode(cost: DetailedCost, whole: number, most: number): readonly HotCode[] {
  const total = new Map<number, { executions: number; cycles: number; layers: Set<number> }>();
  cost.layers.forEach(({ at }, layer) => {
    for (const { address, executions, cycles } of at) {
      const known = total.get(address) ?? { executions: 0, cycles: 0, layers: new Set<number>() };
      known.executions += executions;
      known.cycles += cycles ?? 0;
      known.layers.add(layer);
      total.set(address, known);
    }
  });
  const { image, model } = cost;
  const pieces: number[][] = [];
  let behind = -1;
  let before = 0;
  let inside = '';
  for (const address of [...total.keys()].sort((a, b) => a - b)) {
    const executions = total.get(address)?.executions ?? 0;
    const name = image.functionAt(address);
    const alike = executions <= ALIKE * before && before <= ALIKE * executions;
    if (address === behind && name === inside && alike) pieces.at(-1)?.push(address);
    else pieces.push([address]);
    behind = address + (image.instructions.get(address)?.bytes ?? 0);
    before = executions;
    inside = name;
  }
  const weight = (address: number): number => {
    const spent = total.get(address);
    return (model === undefined ? spent?.executions : spent?.cycles) ?? 0;
  };
  return pieces
    .map((piece) => ({ piece, weight: piece.reduce((sum, each) => sum + weight(each), 0) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, most)
    .map(({ piece, weight: spent }) => {
      const layers = new Set(piece.flatMap((address) => [...(total.get(address)?.layers ?? [])]));
      return {
        function: image.functionAt(piece[0] ?? 0),
        share: whole === 0 ? 0 : spent / whole,
        layers: [...layers].sort((a, b) => a - b),
        lines: piece.map((address) => ({
          address: address.toString(16),
          text: image.instructions.get(address)?.text ?? '',
          instructions: total.get(address)?.executions ?? 0,
          ...(model === undefined ? {} : { cycles: total.get(address)?.cycles ?? 0 }),
        })),
      };
    });
}

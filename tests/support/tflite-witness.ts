/** The independent executor of .tflite files, and files with another answer, so that it shows every layer. */
import { MODEL, SUBGRAPH } from '../../codegen/import/tflite-schema.js';

export { witness } from '../../bench/models/tflite-witness.js';

/**
 * The same file with another tensor as its answer, so that the witness shows every layer: the number in the list of
 * outputs is overwritten in place.
 */
export function withAnswer(model: Uint8Array, tensor: number): Uint8Array {
  const copy = Uint8Array.from(model);
  const view = new DataView(copy.buffer);
  const field = (table: number, index: number): number => {
    const vtable = table - view.getInt32(table, true);
    return table + view.getUint16(vtable + 4 + 2 * index, true);
  };
  const follow = (at: number): number => at + view.getUint32(at, true);
  const model0 = follow(0);
  const subgraph = follow(follow(field(model0, MODEL.subgraphs)) + 4);
  view.setInt32(follow(field(subgraph, SUBGRAPH.outputs)) + 4, tensor, true);
  return copy;
}

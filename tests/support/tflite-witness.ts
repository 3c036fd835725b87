/** The independent executor of .tflite files, and files with another answer, so that it shows every layer. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { openModel, OPTIONS, WITNESS_MODULE } from '../../bench/models/tflite-witness.js';
import { MODEL, SUBGRAPH } from '../../codegen/import/tflite-schema.js';

export { witness } from '../../bench/models/tflite-witness.js';

/** The same executor in a browser's page, for int8 models. */
export async function witnessInPage(
  page: Page,
  model: Uint8Array,
  inputs: readonly Int8Array[],
): Promise<readonly Int8Array[]> {
  await page.addScriptTag({ path: WITNESS_MODULE.script });
  const given = {
    wasm: readFileSync(WITNESS_MODULE.wasm).toString('base64'),
    model: Array.from(model),
    inputs: inputs.map((input) => Array.from(input)),
  };
  const outputs: readonly (readonly number[])[] = await page.evaluate(`(async (given) => {
    const wasmBinary = Uint8Array.from(atob(given.wasm), (c) => c.charCodeAt(0));
    const module = await ${WITNESS_MODULE.factory}({ wasmBinary, locateFile: (file) => file });
    const inputs = given.inputs.map((input) => Int8Array.from(input));
    const open = ${openModel.toString()};
    const { run } = open(module, Uint8Array.from(given.model), ${JSON.stringify(OPTIONS)});
    return inputs.map((input) => Array.from(run(input)));
  })(${JSON.stringify(given)})`);
  return outputs.map((output) => Int8Array.from(output));
}

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

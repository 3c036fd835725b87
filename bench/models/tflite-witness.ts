/**
 * The independent executor of .tflite files: the Emscripten module of @tensorflow/tfjs-tflite, loaded by itself in Node.
 * Its declarations cover the few calls made here; the package has none for the module.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';

/** Values of a quantised model, in the file's own type. */
type Codes = Int8Array | Uint8Array;

interface WasmTensor {
  readonly dataType: string;
  readonly shape: string;
  data(): Codes | Float32Array;
}

interface WasmList {
  size(): number;
  get(index: number): WasmTensor;
}

interface WasmRunner {
  GetInputs(): WasmList;
  GetOutputs(): WasmList;
  Infer(): boolean;
  delete(): void;
}

interface WasmModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  readonly TFLiteWebModelRunner: {
    CreateFromBufferAndOptions(
      pointer: number,
      bytes: number,
      options: typeof OPTIONS,
    ): { ok(): boolean; errorMessage(): string; value(): WasmRunner };
  };
}

/** The module asks for all of them. */
export const OPTIONS = { numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 1024 };

const require = createRequire(import.meta.url);
const GLUE = require.resolve('@tensorflow/tfjs-tflite/wasm/tflite_web_api_cc_simd.js');
/** The module's script, its machine code, and what the script calls itself in a page. */
export const WITNESS_MODULE = {
  script: GLUE,
  wasm: join(dirname(GLUE), 'tflite_web_api_cc_simd.wasm'),
  factory: 'tflite_web_api_ModuleFactory',
} as const;

let loaded: Promise<WasmModule> | undefined;

function load(): Promise<WasmModule> {
  loaded ??= (async () => {
    const factory = require(GLUE) as (options: object) => Promise<WasmModule>;
    return factory({
      wasmBinary: readFileSync(WITNESS_MODULE.wasm),
      locateFile: (file: string) => join(dirname(GLUE), file),
      // Its remarks are no part of what a bench prints.
      print: () => undefined,
      printErr: () => undefined,
    });
  })();
  return loaded;
}

/**
 * Runs the model on each input; raw values in the file's own types and order.
 * @throws IsochroneError ORACLE_FAILED
 */
export async function witness<Values extends Codes | Float32Array>(
  model: Uint8Array,
  inputs: readonly Values[],
): Promise<readonly Values[]> {
  const opened = await openWitness(model);
  const outputs = inputs.map((input) => opened.run(input) as Values);
  opened.close();
  return outputs;
}

/** A model that is loaded and can be run again and again. */
export interface Witness {
  run(input: Codes | Float32Array): Codes | Float32Array;
  close(): void;
}

/** @throws IsochroneError ORACLE_FAILED, here and in each run */
export async function openWitness(model: Uint8Array): Promise<Witness> {
  const module = await load();
  const opened = typed(() => openModel(module, model, OPTIONS));
  return { run: (input) => typed(() => opened.run(input)), close: opened.close };
}

/** It names nothing outside of itself: its text also runs in a browser's page. */
export function openModel(module: WasmModule, model: Uint8Array, options: typeof OPTIONS): Witness {
  const pointer = module._malloc(model.length);
  module.HEAPU8.set(model, pointer);
  const created = module.TFLiteWebModelRunner.CreateFromBufferAndOptions(
    pointer,
    model.length,
    options,
  );
  if (!created.ok()) throw new Error(created.errorMessage());
  const runner = created.value();
  return {
    run: (input) => {
      runner.GetInputs().get(0).data().set(input);
      if (!runner.Infer()) throw new Error('it does not run');
      return runner.GetOutputs().get(0).data().slice();
    },
    close: () => {
      runner.delete();
      module._free(pointer);
    },
  };
}

function typed<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
}

function refused(why: string): IsochroneError {
  return new IsochroneError('ORACLE_FAILED', `tfjs-tflite refuses the model: ${why}`, {
    hint: 'The model may use what that runtime does not know; its answer cannot be compared with.',
  });
}

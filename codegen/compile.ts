import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from './emit/backend.js';
import type { EmittedNetwork } from './emit/emit.js';
import { emitNetwork } from './emit/emit.js';
import { portableBackend } from './emit/portable/backend.js';
import type { ExplainedGraph } from './explain/gradient.js';
import { withGradient } from './explain/gradient.js';
import type { Graph } from './graph/graph.js';
import { importOnnx } from './import/onnx.js';
import type { IntegerProgram } from './integer/program.js';
import { packageRoot } from './package-root.js';
import { optimise } from './passes/passes.js';
import type { ArenaPlan } from './plan/arena.js';
import { planArena } from './plan/arena.js';
import { parseCalibration } from './quantize/calibration.js';
import { quantize } from './quantize/quantize.js';

/** Every stage of one compilation, so that tests and reports can look at each. */
export interface CompiledNetwork {
  readonly graph: Graph;
  readonly explained: ExplainedGraph;
  readonly program: IntegerProgram;
  readonly plan: ArenaPlan;
  readonly emitted: EmittedNetwork;
}

/** Import, passes and gradient: everything before numbers are rounded. */
export function frontEnd(modelBytes: Uint8Array, modelFile: string): ExplainedGraph {
  return withGradient(optimise(importOnnx(modelBytes, modelFile)));
}

export function modelSha256(modelBytes: Uint8Array): string {
  return createHash('sha256').update(modelBytes).digest('hex');
}

/**
 * Model and calibration → C.
 * @throws IsochroneError MODEL_*, EXPLAIN_*, CALIBRATION_*
 */
export function compileNetwork(
  model: { readonly bytes: Uint8Array; readonly file: string },
  calibration: { readonly text: string; readonly file: string },
  backend: Backend = portableBackend,
): CompiledNetwork {
  const explained = frontEnd(model.bytes, model.file);
  const ranges = parseCalibration(calibration.text, calibration.file, modelSha256(model.bytes));
  const program = quantize(explained, ranges);
  const plan = planArena(program);
  const folder = join(packageRoot(), backend.folder);
  const emitted = emitNetwork(program, plan, backend, (file) =>
    readFileSync(join(folder, file), 'utf8'),
  );
  return { graph: explained.graph, explained, program, plan, emitted };
}

/** Tries damaged models, one after another, and tells how each ended. */
import { parentPort, workerData } from 'node:worker_threads';
import { corpus } from './corpus.js';
import { SLOT, type Batch, type Finding } from './isolated.js';
import { mutation } from './mutate.js';
import { tryModel } from './try-model.js';

const BATCH = 250;

const { from, to, shared, data } = workerData as {
  readonly from: number;
  readonly to: number;
  readonly shared: Int32Array;
  readonly data: { readonly seed: number };
};
const files = corpus();
let results = new Map<string, number>();
let findings: Finding[] = [];
let slowest = { index: -1, ms: 0 };

for (let index = from; index < to; index += 1) {
  const { file, bytes } = mutation(files, data.seed, index);
  Atomics.store(shared, SLOT.index, index);
  const started = performance.now();
  try {
    const label = `${file.format} ${tryModel(bytes, `${file.name}.${file.format}`)}`;
    results.set(label, (results.get(label) ?? 0) + 1);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    findings.push({ index, kind: 'error', what });
  }
  const ms = performance.now() - started;
  if (ms > slowest.ms) slowest = { index, ms };
  if ((index + 1 - from) % BATCH === 0 || index + 1 === to) {
    const batch: Batch = { results: [...results], findings, slowest };
    parentPort?.postMessage(batch);
    results = new Map();
    findings = [];
  }
}

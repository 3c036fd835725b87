/**
 * Runs numbered cases in a worker that may hang, run out of memory or die: each of that is a finding with the case's number,
 * and a fresh worker goes on behind it.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageRoot } from '../../codegen/package-root.js';

export interface Limits {
  /** For one case. */
  readonly timeMs: number;
  /** Heap of the worker, and what the process may grow by beyond its size at the start (arrays lie outside the heap). */
  readonly memoryMiB: number;
}

/** What a worker sends: how its cases since the last message ended, and what is no typed error. */
export interface Batch {
  readonly results: readonly (readonly [label: string, count: number])[];
  readonly findings: readonly Finding[];
  /** Longest single case, and its number. */
  readonly slowest: { readonly index: number; readonly ms: number };
}

export interface Finding {
  readonly index: number;
  /** `error`, `hang`, `memory`, `died`. */
  readonly kind: string;
  readonly what: string;
}

export interface IsolatedRun {
  readonly results: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
  readonly slowest: { readonly index: number; readonly ms: number };
  /** How much larger than at its start the process has been. */
  readonly peakGrowthMiB: number;
}

/** Slots of the memory that worker and parent share. */
export const SLOT = { index: 0, count: 1 } as const;

const POLL_MS = 25;
const MIB = 1 << 20;

/**
 * @param worker module of the worker: reads `workerData` {from, to, shared, data}, writes the running case to
 *   `shared[SLOT.index]` before it starts and posts a Batch now and then and at its end
 */
export async function runIsolated(options: {
  readonly worker: URL;
  readonly data: unknown;
  readonly from: number;
  readonly to: number;
  readonly limits: Limits;
  readonly onProgress?: (done: number) => void;
}): Promise<IsolatedRun> {
  const { limits, to } = options;
  const results = new Map<string, number>();
  const findings: Finding[] = [];
  let slowest = { index: -1, ms: 0 };
  const startRss = process.memoryUsage.rss();
  let peakRss = startRss;
  const take = (batch: Batch): void => {
    for (const [label, count] of batch.results)
      results.set(label, (results.get(label) ?? 0) + count);
    findings.push(...batch.findings);
    if (batch.slowest.ms > slowest.ms) slowest = batch.slowest;
  };
  for (let from = options.from; from < to;) {
    const shared = new Int32Array(new SharedArrayBuffer(8));
    Atomics.store(shared, SLOT.index, from - 1);
    // What an earlier worker has left behind is not this one's.
    const before = process.memoryUsage.rss();
    const end = await runWorker(options, from, shared, take, () => {
      const now = process.memoryUsage.rss();
      peakRss = Math.max(peakRss, now);
      return now - before > limits.memoryMiB * MIB;
    });
    if (end === undefined) break;
    const index = Math.max(from, Atomics.load(shared, SLOT.index));
    findings.push({ index, ...end });
    from = index + 1;
  }
  return { results, findings, slowest, peakGrowthMiB: Math.round((peakRss - startRss) / MIB) };
}

/** Undefined when it came to its end; else what ended it. Cases since its last message are not counted. */
function runWorker(
  options: Parameters<typeof runIsolated>[0],
  from: number,
  shared: Int32Array,
  take: (batch: Batch) => void,
  grown: () => boolean,
): Promise<Pick<Finding, 'kind' | 'what'> | undefined> {
  const { worker: url, limits } = options;
  const loader = join(packageRoot(), 'scripts/ts-node-register.mjs');
  const worker = new Worker(url, {
    workerData: { from, to: options.to, shared, data: options.data },
    execArgv: url.pathname.endsWith('.ts') ? ['--import', loader] : [],
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMiB },
  });
  return new Promise((resolve) => {
    let last = { index: from - 1, since: performance.now() };
    let ended: Pick<Finding, 'kind' | 'what'> | undefined;
    const stop = (kind: string, what: string): void => {
      ended ??= { kind, what };
      void worker.terminate();
    };
    const timer = setInterval(() => {
      const index = Atomics.load(shared, SLOT.index);
      const now = performance.now();
      if (index !== last.index) {
        last = { index, since: now };
        options.onProgress?.(index + 1);
      } else if (index >= from && now - last.since > limits.timeMs) {
        stop('hang', `longer than ${limits.timeMs} ms`);
      }
      if (grown()) stop('memory', `more than ${limits.memoryMiB} MiB`);
    }, POLL_MS);
    worker.on('message', take);
    worker.on('error', (error: Error & { readonly code?: string }) => {
      ended ??=
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? { kind: 'memory', what: error.message }
          : { kind: 'died', what: error.stack ?? error.message };
    });
    worker.on('exit', () => {
      clearInterval(timer);
      resolve(ended);
    });
  });
}

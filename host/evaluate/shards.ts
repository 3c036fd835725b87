/** The hearts of one evaluation shared among threads. Each heart draws its own numbers, so the figures do not depend on how. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PopulationName } from './populations.js';
import type { SimulatedResults } from './simulated.js';

export interface Shard {
  readonly population: PopulationName;
  readonly first: number;
  readonly count: number;
}

/** What a thread tells: after each heart nothing, at the end its results. */
export type ShardMessage =
  { readonly kind: 'heart' } | { readonly kind: 'results'; readonly results: SimulatedResults };

export async function evaluateInShards(
  whole: Shard,
  jobs: number,
  onHeart: (done: number) => void,
): Promise<SimulatedResults> {
  let done = 0;
  const begin = (k: number): number => whole.first + Math.floor((k * whole.count) / jobs);
  const parts = await Promise.all(
    Array.from({ length: jobs }, (_, k) =>
      runShard({ ...whole, first: begin(k), count: begin(k + 1) - begin(k) }, () => {
        done += 1;
        onHeart(done);
      }),
    ),
  );
  return {
    cases: parts.flatMap(({ cases }) => cases),
    classes: parts.flatMap(({ classes }) => classes),
  };
}

function runShard(shard: Shard, onHeart: () => void): Promise<SimulatedResults> {
  // The thread runs what this file is: TypeScript in development, JavaScript when built.
  const entry = new URL(`./shard-worker${extname(import.meta.url)}`, import.meta.url);
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: shard });
    worker.on('message', (message: ShardMessage) => {
      if (message.kind === 'heart') onHeart();
      else resolve(message.results);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code !== 0) reject(new Error(`a thread of the evaluation ended with code ${code}`));
    });
  });
}

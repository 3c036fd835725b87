/** The fuzz run as a whole: what is tried, what came of it, which files to keep. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../codegen/package-root.js';
import { corpus } from './corpus.js';
import { runIsolated, type Finding, type IsolatedRun } from './isolated.js';
import { mutation } from './mutate.js';

/** A sound import takes milliseconds and a few MiB; a hundred times that is a defect. */
export const LIMITS = { timeMs: 10_000, memoryMiB: 512 } as const;

export interface FuzzReport {
  readonly mutations: number;
  readonly seed: number;
  readonly accepted: number;
  readonly refused: number;
  /** By format and error code, or `accepted`. */
  readonly results: Readonly<Record<string, number>>;
  readonly slowest: { readonly index: number; readonly ms: number };
  readonly peakGrowthMiB: number;
  readonly limits: typeof LIMITS;
  /** What is neither a typed error nor a sound import, and the file that shows it. */
  readonly findings: readonly (Finding & {
    readonly file: string;
    readonly kinds: readonly string[];
  })[];
}

export async function fuzz(options: {
  readonly mutations: number;
  readonly seed: number;
  readonly from?: number;
  readonly onProgress?: (done: number) => void;
}): Promise<FuzzReport> {
  const { mutations, seed } = options;
  const from = options.from ?? 0;
  const run = await runIsolated({
    worker: new URL('./worker.ts', import.meta.url),
    data: { seed },
    from,
    to: from + mutations,
    limits: LIMITS,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  const results = Object.fromEntries([...run.results].sort((a, b) => b[1] - a[1]));
  const count = (accepted: boolean): number =>
    Object.entries(results)
      .filter(([label]) => label.endsWith(' accepted') === accepted)
      .reduce((sum, [, number]) => sum + number, 0);
  return {
    mutations,
    seed,
    accepted: count(true),
    refused: count(false),
    results,
    slowest: { index: run.slowest.index, ms: Math.round(run.slowest.ms) },
    peakGrowthMiB: run.peakGrowthMiB,
    limits: LIMITS,
    findings: kept(run, seed),
  };
}

/** Writes the files that findings are about. */
function kept(run: IsolatedRun, seed: number): FuzzReport['findings'] {
  if (run.findings.length === 0) return [];
  const folder = join(packageRoot(), 'build', 'fuzz');
  mkdirSync(folder, { recursive: true });
  const files = corpus();
  return run.findings.map((finding) => {
    const { file, kinds, bytes } = mutation(files, seed, finding.index);
    const path = join(folder, `${seed}-${finding.index}.${file.format}`);
    writeFileSync(path, bytes);
    return { ...finding, file: path, kinds };
  });
}

export function fuzzText(report: FuzzReport): string {
  const { mutations, seed, accepted, refused, slowest, findings } = report;
  return [
    `${mutations} mutations, seed ${seed}: ${accepted} sound imports, ${refused} typed errors, ${findings.length} findings`,
    ...Object.entries(report.results).map(
      ([label, count]) => `${String(count).padStart(8)}  ${label}`,
    ),
    `slowest case ${slowest.index}: ${slowest.ms} ms (limit ${report.limits.timeMs} ms)`,
    `memory: at most ${report.peakGrowthMiB} MiB more than at the start (limit ${report.limits.memoryMiB} MiB)`,
    ...findings.map(
      ({ index, kind, what, file, kinds }) =>
        `FINDING ${index}, ${kind}: ${what}\n  ${file} (${kinds.join(', ')})`,
    ),
    '',
  ].join('\n');
}

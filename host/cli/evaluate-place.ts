/** `isochrone evaluate`: explanations against a known place and time on simulated hearts, and against the wall that real records name. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodedRecords, openDecodedSet } from '../records/decoded-set.js';
import { writeAtomically } from '../records/files.js';
import { readFoldStatements } from '../records/labels.js';
import { summariseRecorded, type RecordedReport } from '../evaluate/recorded-report.js';
import { evaluateRecorded, kindOfStatements, type WallRecord } from '../evaluate/recorded.js';
import { POPULATIONS, type PopulationName } from '../evaluate/populations.js';
import { evaluateInShards } from '../evaluate/shards.js';
import { evaluationText } from '../evaluate/report-text.js';
import { evaluationHtml } from '../evaluate/report-html.js';
import {
  readReport,
  summarise,
  type EvaluationReport,
  type SimulatedReport,
} from '../evaluate/report.js';
import { compileModel } from './network.js';
import { progress } from './progress.js';

export interface EvaluatePlaceOptions {
  readonly hearts: number;
  readonly wrongHearts: number;
  readonly first: number;
  /** Threads. */
  readonly jobs: number;
  /** Folder of decoded sets with labels.csv; real records are skipped where there is none. */
  readonly data?: string;
  readonly fold: number;
  readonly network: string;
  /** A report that was written before, as JSON: shown, not measured again. */
  readonly from?: string;
  readonly html?: string;
  readonly json: boolean;
}

export async function runEvaluatePlace(options: EvaluatePlaceOptions): Promise<void> {
  const { from } = options;
  const report =
    from === undefined
      ? await evaluatePlace(options)
      : readReport(await readFile(from, 'utf8'), from);
  if (options.html !== undefined) await writeAtomically(options.html, evaluationHtml(report));
  process.stdout.write(
    options.json ? `${JSON.stringify(report, null, 2)}\n` : evaluationText(report),
  );
}

export async function evaluatePlace(
  options: Omit<EvaluatePlaceOptions, 'from' | 'html' | 'json'>,
): Promise<EvaluationReport> {
  const run = async (
    label: string,
    population: PopulationName,
    count: number,
  ): Promise<SimulatedReport> => {
    const bar = progress(label);
    const shard = { population, first: options.first, count };
    const results = await evaluateInShards(shard, Math.min(options.jobs, count), (done) => {
      bar.update(done, count);
    });
    bar.finish(`${results.cases.length} lesions of ${count} hearts`);
    return summarise(results, count, POPULATIONS[population].name);
  };
  return {
    format: 'isochrone-evaluation-1',
    simulated: await run('evaluate', 'evaluation', options.hearts),
    wrongHeart:
      options.wrongHearts === 0
        ? null
        : await run('wrong heart', 'wrong-heart', options.wrongHearts),
    recorded: await evaluateWalls(options),
  };
}

async function evaluateWalls({
  data,
  fold,
  network,
}: Pick<EvaluatePlaceOptions, 'data' | 'fold' | 'network'>): Promise<RecordedReport | null> {
  if (data === undefined || !existsSync(join(data, 'labels.csv'))) return null;
  const statements = await readFoldStatements(data, fold);
  const set = await openDecodedSet(join(data, `fold${String(fold).padStart(2, '0')}.d16.gz`));
  const records: WallRecord[] = [];
  let index = 0;
  for await (const record of decodedRecords(set)) {
    const own = statements[index] ?? new Map<string, number>();
    if (kindOfStatements(own.keys()) !== undefined)
      records.push({ index, record, statements: own });
    index += 1;
  }
  const bar = progress('real records');
  const compiled = compileModel(network, { explain: 'gradient' });
  const results = evaluateRecorded(compiled, records, (done) => {
    bar.update(done, records.length);
  });
  bar.finish(`${results.cases.length} records with a wall`);
  return summariseRecorded(
    results,
    compiled.program.metadata['isochrone.name'] ?? basename(network),
    fold,
  );
}

/** `isochrone evaluate`: explanations against a known place and time, on simulated hearts. */
import { writeAtomically } from '../records/files.js';
import { openEvaluationNetworks } from '../evaluate/networks.js';
import { EVALUATION_HEARTS, WRONG_HEARTS } from '../evaluate/populations.js';
import { evaluationText } from '../evaluate/report-text.js';
import { evaluationHtml } from '../evaluate/report-html.js';
import { summarise, type EvaluationReport, type SimulatedReport } from '../evaluate/report.js';
import { evaluateSimulated } from '../evaluate/simulated.js';
import type { Population } from '../records/synthetic/heart.js';
import { progress } from './progress.js';

export interface EvaluatePlaceOptions {
  readonly hearts: number;
  readonly wrongHearts: number;
  readonly first: number;
  readonly html?: string;
  readonly json: boolean;
}

export async function runEvaluatePlace(options: EvaluatePlaceOptions): Promise<void> {
  const report = await evaluatePlace(options);
  if (options.html !== undefined) await writeAtomically(options.html, evaluationHtml(report));
  process.stdout.write(
    options.json ? `${JSON.stringify(report, null, 2)}\n` : evaluationText(report),
  );
}

export async function evaluatePlace(
  options: Pick<EvaluatePlaceOptions, 'hearts' | 'wrongHearts' | 'first'>,
): Promise<EvaluationReport> {
  const networks = await openEvaluationNetworks();
  const run = (label: string, population: Population, count: number): SimulatedReport => {
    const bar = progress(label);
    const hearts = { first: options.first, count };
    const results = evaluateSimulated(networks, population, hearts, (done) => {
      bar.update(done, count);
    });
    bar.finish(`${results.cases.length} lesions of ${count} hearts`);
    return summarise(results, count, population.name);
  };
  return {
    format: 'isochrone-evaluation-1',
    simulated: run('evaluate', EVALUATION_HEARTS, options.hearts),
    wrongHeart:
      options.wrongHearts === 0 ? null : run('wrong heart', WRONG_HEARTS, options.wrongHearts),
  };
}

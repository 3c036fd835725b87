/**
 * `npm run fuzz -- [--mutations N] [--seed S]`: damaged models, each of which must give a typed error or a sound import. Exit
 * code 4 when one does not; the files that show it are kept in build/fuzz.
 */
import { Command, InvalidArgumentError } from 'commander';
import { EXIT_CHECK_FAILED } from '../../host/cli/exit-codes.js';
import { progress } from '../../host/cli/progress.js';
import { fuzz, fuzzText } from './fuzz.js';

interface FuzzOptions {
  readonly mutations: number;
  readonly seed: number;
  readonly from: number;
  readonly json: boolean;
}

const program = new Command('fuzz')
  .description('damaged ONNX and TFLite files: a typed error or a sound import each')
  .option('--mutations <n>', 'how many', wholeNumber, 100_000)
  .option('--seed <n>', 'the same seed gives the same files', wholeNumber, 1)
  .option('--from <n>', 'number of the first case, to run one again', wholeNumber, 0)
  .option('--json', 'print JSON', false)
  .action(async ({ json, ...options }: FuzzOptions) => {
    const bar = progress('fuzz');
    const report = await fuzz({
      ...options,
      onProgress: (done) => {
        bar.update(done - options.from, options.mutations);
      },
    });
    bar.finish(`${report.findings.length} findings`);
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : fuzzText(report));
    if (report.findings.length > 0) process.exitCode = EXIT_CHECK_FAILED;
  });

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('must be a whole number from 0');
  }
  return value;
}

await program.parseAsync();

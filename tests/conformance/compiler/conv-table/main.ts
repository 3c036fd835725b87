/**
 * `npm run conv-table -- [--target NAME…]`: every combination on the targets, forward and gradient, with the kernels of each
 * target's backend. Exit code 4 when one differs.
 */
import { Command } from 'commander';
import { EXIT_CHECK_FAILED } from '../../../../host/cli/exit-codes.js';
import { progress } from '../../../../host/cli/progress.js';
import { textTable } from '../../../../host/report/text.js';
import { allTargets, targetByName } from '../../../../host/validate/targets.js';
import { convCases } from './conv-table.js';
import { PASSES, wrongCases } from './run-table.js';

const program = new Command('conv-table')
  .description('convolutions and their gradients, every combination, bit for bit')
  .option('--target <name...>', 'host, aarch64 or boards; without it all')
  .option('--json', 'print JSON', false)
  .action(async (options: { readonly target?: readonly string[]; readonly json: boolean }) => {
    const targets =
      options.target === undefined
        ? await allTargets()
        : await Promise.all(options.target.map((name) => targetByName(name)));
    const cases = convCases();
    const rows = [];
    for (const target of targets) {
      for (const pass of PASSES) {
        const bar = progress(`${target.name} ${pass}`);
        const wrong = await wrongCases(target, cases, pass, (done) => {
          bar.update(done, cases.length);
        });
        bar.finish(`${wrong.length} differ`);
        const { name, backend } = target;
        rows.push({ target: name, backend, pass, cases: cases.length, wrong });
      }
    }
    const table = textTable(
      ['target', 'backend', 'pass', 'cases', 'differ', 'first'],
      rows.map((row) => [
        row.target,
        row.backend,
        row.pass,
        String(row.cases),
        String(row.wrong.length),
        row.wrong[0] ?? '',
      ]),
    );
    process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : table);
    if (rows.some(({ wrong }) => wrong.length > 0)) process.exitCode = EXIT_CHECK_FAILED;
  });

await program.parseAsync();

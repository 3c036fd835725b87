/** `isochrone hil …`: the options of the bench's commands. */
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { packageRoot } from '../../codegen/package-root.js';
import { EMULATED_BENCH } from '../hil/bench-map.js';
import { BENCH_VARIABLE } from '../hil/run-settings.js';

const benchOption = (): Option =>
  new Option('--bench <map>', `a bench map, or ${EMULATED_BENCH}`)
    .env(BENCH_VARIABLE)
    .default(EMULATED_BENCH);

export function addHilCommands(program: Command): void {
  const hil = program
    .command('hil')
    .description(
      'hardware in the loop: the same tests on emulated boards and on boards on the desk',
    );

  hil
    .command('init')
    .description('write a bench map, or add to it the boards that are on ports now')
    .option('--out <file>', 'the map', 'bench.json')
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      const { runHilInit } = await import('./hil.js');
      await runHilInit(options);
    });

  hil
    .command('list')
    .description('the devices of a bench, what each is wired to, and who has reserved it')
    .addOption(benchOption())
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      const { runHilList } = await import('./hil.js');
      await runHilList(options);
    });

  hil
    .command('run')
    .description('every test on every device at once; writes JUnit XML, HTML and JSON')
    .addOption(benchOption())
    .option('--device <names...>', 'only these devices of the bench')
    .option('--only <words...>', 'only tests whose name has one of these')
    .option(
      '--long',
      'ten minutes of acquisition, every duration of every fault, updates, clocks',
      false,
    )
    .option('--out <folder>', 'where the reports go', join(packageRoot(), 'build', 'hil', 'report'))
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      const { runHil } = await import('./hil.js');
      await runHil(options);
    });

  hil
    .command('mutants')
    .description('firmwares that are broken on purpose: says by which test each is caught')
    .option('--device <name>', 'of the emulated bench', 'emulated-m4')
    .option('--whole', 'the whole suite on each, not only the test that is made for it', false)
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      const { runHilMutants } = await import('./hil.js');
      await runHilMutants(options);
    });
}

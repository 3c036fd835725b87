#!/usr/bin/env node
/** The `isochrone` command: one file for each subcommand; their options stand in `*-commands.ts`. */
import { Command } from 'commander';
import { IsochroneError } from '../../codegen/errors.js';
import { addBoardCommands } from './board-commands.js';
import { EXIT_FAILED, EXIT_USAGE } from './exit-codes.js';
import { addHeartCommands } from './heart-commands.js';
import { addHilCommands } from './hil-commands.js';
import { addNetworkCommands } from './network-commands.js';
import { addServeCommands } from './serve-commands.js';

const program = new Command('isochrone')
  .description(
    'Compiles a 12-lead ECG network and its explanation to C, and shows where in the heart the evidence lies.\nResearch use only; not a medical device.',
  )
  .exitOverride((error) => {
    // Help and version are no failure.
    process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE);
  });

addNetworkCommands(program);
addHeartCommands(program);
addServeCommands(program);
addBoardCommands(program);
addHilCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof IsochroneError)) throw error;
  process.stderr.write(`\n${error.describe()}\n`);
  process.exitCode = EXIT_FAILED;
}

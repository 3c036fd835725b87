/** What begins with a network: `start`, `analyze`, `build`, `validate`, `profile`, `calibrate`, `evaluate-network`: their options. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { FRONT_ENDS, type FedFrontEnd, type FrontEnd } from '../toolchain/build-firmware.js';
import { positiveNumber, wholeNumber } from './arguments.js';
import { DEFAULT_MODEL } from './network.js';
import {
  backendOption,
  explainOption,
  instructionsOption,
  fittingLeadsOption,
  leadsOption,
  optimizeOption,
  precisionOption,
  preprocessOption,
  ramOption,
} from './options.js';

export function addNetworkCommands(program: Command): void {
  program
    .command('start')
    .description(
      'build, boot an emulated board, stream a record into it and show the explained result',
    )
    .option(
      '--record <file>',
      'WFDB record or SET.d16.gz#INDEX; without it a synthetic patient with a known infarct',
    )
    .option('--board <name>', 'a board of boards/, or a board file', 'mps2-an386')
    .option('--model <file>', 'an ONNX network with its calibration beside it', DEFAULT_MODEL)
    .addOption(fittingLeadsOption())
    .addOption(precisionOption())
    .addOption(ramOption())
    .addOption(instructionsOption())
    .option('--speed <n>', 'times real time; the serial link carries about 2', positiveNumber, 1)
    .option('--front-end <kind>', 'uart, or semihost for speeds beyond the link', fedFrontEnd)
    .addOption(explainOption())
    .option('--once', 'exit when the record has been answered', false)
    .option('--port <n>', 'port of the page, 0 for a free one', wholeNumber, 0)
    .option('--no-page', 'terminal only')
    .action(async (options) => {
      const { runStart } = await import('./start.js');
      await runStart(options);
    });

  program
    .command('analyze')
    .description(
      'operators, shapes and cost of a model, and everything that keeps it from being built',
    )
    .argument('[model]', 'an ONNX or TFLite file', DEFAULT_MODEL)
    .addOption(explainOption())
    .addOption(precisionOption())
    .addOption(ramOption())
    .option('--html <file>', 'write layers, arena over time and signals as one HTML file')
    .option('--json', 'print JSON', false)
    .action(async (model: string, options) => {
      const { runAnalyze } = await import('./analyze.js');
      runAnalyze(model, options);
    });

  program
    .command('build')
    .description('ONNX network and its calibration → network.c and network.h')
    .argument('[model]', 'an ONNX file', DEFAULT_MODEL)
    .option('--out <folder>', 'where to write', 'build/network')
    .option('--board <name>', 'check that it fits this board')
    .option(
      '--front-end <kind>',
      `build the board's firmware with it: ${FRONT_ENDS.join(', ')}`,
      frontEnd,
    )
    .addOption(explainOption())
    .addOption(fittingLeadsOption())
    .addOption(precisionOption())
    .addOption(ramOption())
    .addOption(instructionsOption())
    .addOption(backendOption())
    .addOption(optimizeOption())
    .option(
      '--key <file>',
      'private key (isochrone keys): sign images for both slots of the board, and build its boot loader',
    )
    .option('--firmware-version <version>', 'of signed images, major.minor.patch (0.0.1)')
    .option(
      '--oldest-allowed <version>',
      'once a signed image is confirmed its device takes none below this (0.0.0)',
    )
    .option('--json', 'print the report as JSON', false)
    .action(async (model: string, options) => {
      const { runBuild } = await import('./build.js');
      await runBuild(model, options);
    });

  reported(program.command('validate'), leadsOption())
    .description(
      'run the network on this machine and on boards, and compare every layer with the reference; ' +
        'exit code 4 when a layer differs',
    )
    .argument('[model]', 'an ONNX file', DEFAULT_MODEL)
    .option('--board <name...>', 'boards, aarch64, or all', ['mps2-an386'])
    .option(
      '--port <path>',
      'serial port of a device that runs the network: it is asked, not an emulator',
    )
    .option('--records <set>', 'a decoded set (*.d16.gz); without it synthetic patients')
    .option('--vectors <file>', 'inputs in JSON, for any network')
    .option('--count <n>', 'how many inputs', wholeNumber, 5)
    .action(async (model: string, options) => {
      const { runValidate } = await import('./validate.js');
      await runValidate(model, options);
    });

  reported(program.command('profile'), fittingLeadsOption())
    .description(
      'where the time goes on a board: instructions and estimated cycles of each layer, and the hottest code as assembly',
    )
    .argument('[model]', 'an ONNX or TFLite file', DEFAULT_MODEL)
    .option('--board <name>', 'a board of boards/, or a board file', 'mps2-an386')
    .option('--clock-mhz <n>', "the core's clock, instead of the board's", positiveNumber)
    .option(
      '--wait-states <n>',
      'of the flash, behind the cache that the core model names',
      wholeNumber,
      0,
    )
    .option('--hot <n>', 'how many pieces of hot code to show', wholeNumber, 5)
    .action(async (model: string, options) => {
      const { runProfile } = await import('./profile.js');
      await runProfile(model, options);
    });

  program
    .command('calibrate')
    .description('measure the ranges that the quantiser needs, on real records')
    .argument('[model]', 'an ONNX file', DEFAULT_MODEL)
    .requiredOption('--data <folder>', 'decoded sets (*.d16.gz with manifest.json)')
    .option('--records <n>', 'how many records', wholeNumber, 160)
    .option(
      '--sets <pattern>',
      'which sets, a regular expression; training folds only by default',
      pattern,
      /fold0[1-8]/,
    )
    .option('--out <file>', 'default: MODEL.calibration.json')
    .option(
      '--no-equalise',
      'do not try to bring the channels of each layer to like ranges (done only where it is measured to help)',
    )
    .addOption(explainOption())
    .addOption(leadsOption())
    .addOption(preprocessOption())
    .action(async (model: string, options) => {
      const { runCalibrate } = await import('./calibrate.js');
      await runCalibrate(model, options);
    });

  program
    .command('evaluate-network')
    .description(
      'what a network is worth on a fold, in float, in integers and on an emulated board: areas with intervals, groups, probabilities',
    )
    .argument('[model]', 'an ONNX file with its calibration beside it', DEFAULT_MODEL)
    .requiredOption('--data <folder>', 'decoded sets (foldNN.d16.gz) and labels.csv')
    .option('--fold <n>', 'which fold; the network must not have trained on it', wholeNumber, 9)
    .addOption(leadsOption())
    .addOption(precisionOption())
    .addOption(ramOption())
    .addOption(preprocessOption())
    .option('--classes <list>', 'for a model that does not name its classes: NORM,MI,…')
    .option('--board <name>', 'emulated, on which some records are run too', 'mps2-an386')
    .option('--device-records <n>', 'how many records on the board; 0 for none', wholeNumber, 60)
    .option('--json', 'print JSON', false)
    .action(async (model: string, options) => {
      const { runEvaluate } = await import('./evaluate.js');
      await runEvaluate(model, options);
    });
}

function fedFrontEnd(text: string): FedFrontEnd {
  if (text !== 'uart' && text !== 'semihost') throw new InvalidArgumentError('uart or semihost');
  return text;
}

/** What is built for a report, and how that is given. */
function reported(command: Command, leads: Option): Command {
  return [
    explainOption(),
    leads,
    precisionOption(),
    ramOption(),
    backendOption(),
    optimizeOption(),
    new Option('--html <file>', 'write the report as one HTML file'),
    new Option('--json', 'print the report as JSON').default(false),
  ].reduce((built, option) => built.addOption(option), command);
}

function frontEnd(text: string): FrontEnd {
  const known = FRONT_ENDS.find((name) => name === text);
  if (known === undefined) throw new InvalidArgumentError(`one of ${FRONT_ENDS.join(', ')}`);
  return known;
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new InvalidArgumentError('not a regular expression');
  }
}

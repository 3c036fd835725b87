#!/usr/bin/env node
/** The `isochrone` command: one file for each subcommand; here are their options and the exit codes. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { OPTIMIZE } from '../../codegen/emit/backend.js';
import { BACKENDS } from '../../codegen/emit/backends.js';
import { IsochroneError } from '../../codegen/errors.js';
import { EXIT_FAILED, EXIT_USAGE } from './exit-codes.js';
import {
  DEFAULT_METHODS,
  METHODS,
  methodsText,
  parseMethods,
} from '../../codegen/explain/methods.js';
import { PRECISIONS } from '../../codegen/quantize/precision.js';
import { LESION_KINDS } from '../cineecg/mapping/pull-back.js';
import { VCG_TRANSFORMS } from '../cineecg/matrices.js';
import { CONDUCTIONS } from '../records/synthetic/activation.js';
import { HYPERTROPHIES } from '../records/synthetic/heart.js';
import { BODIES, LEVELS } from '../records/synthetic/patient-options.js';
import { ectopicPlace, electrodePairs, electrodesOff, segmentList } from './synthesize-options.js';
import { POPULATION_NAMES } from '../evaluate/populations.js';
import { positiveNumber, wholeNumber } from './arguments.js';
import { addServeCommands } from './serve-commands.js';
import { DEFAULT_MODEL } from './network.js';

const program = new Command('isochrone')
  .description(
    'Compiles a 12-lead ECG network and its explanation to C, and shows where in the heart the evidence lies.\nResearch use only; not a medical device.',
  )
  .exitOverride((error) => {
    // Help and version are no failure.
    process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE);
  });

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
  .addOption(leadsOption())
  .addOption(precisionOption())
  .addOption(ramOption())
  .addOption(instructionsOption())
  .option('--speed <n>', 'times real time; the serial link carries about 2', positiveNumber, 1)
  .option('--front-end <kind>', 'uart, or semihost for speeds beyond the link', frontEnd)
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
  .addOption(explainOption())
  .addOption(leadsOption())
  .addOption(precisionOption())
  .addOption(ramOption())
  .addOption(instructionsOption())
  .addOption(backendOption())
  .addOption(optimizeOption())
  .option('--json', 'print the report as JSON', false)
  .action(async (model: string, options) => {
    const { runBuild } = await import('./build.js');
    await runBuild(model, options);
  });

program
  .command('validate')
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
  .addOption(explainOption())
  .addOption(leadsOption())
  .addOption(precisionOption())
  .addOption(ramOption())
  .addOption(backendOption())
  .addOption(optimizeOption())
  .option('--html <file>', 'write the report as one HTML file')
  .option('--json', 'print the report as JSON', false)
  .action(async (model: string, options) => {
    const { runValidate } = await import('./validate.js');
    await runValidate(model, options);
  });

program
  .command('profile')
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
  .addOption(explainOption())
  .addOption(leadsOption())
  .addOption(precisionOption())
  .addOption(ramOption())
  .addOption(backendOption())
  .addOption(optimizeOption())
  .option('--html <file>', 'write the report as one HTML file')
  .option('--json', 'print the report as JSON', false)
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
  .description('what the integers cost: area under the ROC curve, float and integer, on a fold')
  .argument('[model]', 'an ONNX file with its calibration beside it', DEFAULT_MODEL)
  .requiredOption('--data <folder>', 'decoded sets (foldNN.d16.gz) and labels.csv')
  .option('--fold <n>', 'which fold; the network must not have trained on it', wholeNumber, 9)
  .addOption(leadsOption())
  .addOption(precisionOption())
  .addOption(ramOption())
  .addOption(preprocessOption())
  .option('--classes <list>', 'for a model that does not name its classes: NORM,MI,…')
  .option('--json', 'print JSON', false)
  .action(async (model: string, options) => {
    const { runEvaluate } = await import('./evaluate.js');
    await runEvaluate(model, options);
  });

program
  .command('evaluate')
  .description(
    'explanations against a known place and time, on simulated hearts: every mapping, chance, intervals; 1,200 hearts take an hour',
  )
  .option('--hearts <n>', 'fresh hearts', wholeNumber, 1200)
  .option(
    '--wrong-hearts <n>',
    'hearts that are not as the generic one says; 0: none',
    wholeNumber,
    300,
  )
  .option(
    '--first <n>',
    'seed of the first heart; the following take the next ones',
    wholeNumber,
    0,
  )
  .option('--html <file>', 'write the report as a page with plots')
  .option('--json', 'print JSON', false)
  .action(async (options) => {
    const { runEvaluatePlace } = await import('./evaluate-place.js');
    await runEvaluatePlace(options);
  });

program
  .command('synthesize')
  .description('write a synthetic 12-lead record with a known lesion: WFDB and its truth')
  .requiredOption('--out <path>', 'record path without extension')
  .option('--seed <n>', 'the same seed gives the same record', wholeNumber)
  .option('--seconds <n>', 'length', positiveNumber)
  .option('--heart-rate <n>', 'beats a minute', positiveNumber)
  .addOption(
    new Option('--level <level>', 'A: rhythm (ECGSYN), B: one dipole (OSET), C: anatomy')
      .choices(LEVELS)
      .default('C'),
  )
  .option('--normal', 'no lesion; without it an old inferolateral infarct', false)
  .option('--scar <segments>', 'AHA segments 1–17, RV 18–21, for instance 4,10,15', segmentList)
  .option('--ischaemia <segments>', 'transmural, acute', segmentList)
  .addOption(new Option('--conduction <kind>', 'sinus beats').choices(CONDUCTIONS))
  .option(
    '--ectopic <place>',
    'ectopic beats from node:N of the lattice, or segment:N',
    ectopicPlace,
  )
  .option('--ectopic-every <n>', '1: every beat; n: each n-th, early', wholeNumber, 5)
  .addOption(new Option('--hypertrophy <side>', 'thick walls').choices(HYPERTROPHIES))
  .addOption(
    new Option('--body <body>', 'varied: trunk, walls and electrodes differ too').choices(BODIES),
  )
  .option('--variation <n>', '0: the generic heart, 1: the spread of healthy adults', zeroOrMore)
  .option('--emg <microvolt>', 'muscle noise at each electrode, root mean square', zeroOrMore)
  .option('--mains <microvolt>', 'mains at each electrode', zeroOrMore)
  .option('--mains-hz <n>', '50 or 60', positiveNumber)
  .option('--wander <microvolt>', 'baseline wander of each electrode', zeroOrMore)
  .option('--pops <n>', 'electrode pops a minute', zeroOrMore)
  .option('--motion <n>', 'pulls at electrodes a minute', zeroOrMore)
  .option('--reversal <pairs>', 'electrodes in each other’s place: RA-LA, V1-V2 …', electrodePairs)
  .option('--lead-off <off>', 'electrode without contact: V3:2-5 is from 2 s to 5 s', electrodesOff)
  .action(async (options) => {
    const { runSynthesize } = await import('./synthesize.js');
    await runSynthesize(options);
  });

program
  .command('explain')
  .description(
    "a record's explanation without a device: the device's C chain, its integers and its heart, as a page, a picture or JSON",
  )
  .option(
    '--record <file>',
    'WFDB record or SET.d16.gz#INDEX; without it a synthetic patient with a known infarct',
  )
  .option('--network <file>', 'an ONNX network with its calibration beside it', DEFAULT_MODEL)
  .option('--class <name>', 'the class to explain; by default the winner')
  .addOption(
    new Option(
      '--mapping <what>',
      'how evidence is carried to the heart; by default as a device does, by the chain rule where the class stands for a lesion',
    ).choices(['chain_rule', 'adjoint_direction', 'paper_like_position', 'anatomical_occlusion']),
  )
  .addOption(
    new Option('--transform <name>', 'how leads become a vectorcardiogram').choices(VCG_TRANSFORMS),
  )
  .option('--window <n>', 'which window of the record, from 0; by default the last', wholeNumber)
  .option('--out <file>', 'report.html, bulls-eye.svg or everything.json')
  .addOption(leadsOption())
  .addOption(precisionOption())
  .addOption(ramOption())
  .option('--json', 'print JSON', false)
  .action(async (options) => {
    const { runExplain } = await import('./explain.js');
    await runExplain(options);
  });

program
  .command('templates')
  .description(
    'simulate what a lesion of each place does to the leads; the mapping by chain rule uses it (some minutes)',
  )
  .option('--out <folder>', 'where to write; by default where the mapping reads them')
  .option('--normals <n>', 'normal hearts', wholeNumber, 300)
  .option('--hearts <n>', 'hearts with each lesion', wholeNumber, 40)
  .addOption(
    new Option('--kind <kind...>', 'which lesions').choices(LESION_KINDS).default(LESION_KINDS),
  )
  .option('--sites <n>', 'origins of ectopic beats, spread over both ventricles', wholeNumber, 80)
  .option('--site-hearts <n>', 'hearts with each origin', wholeNumber, 8)
  .action(async (options) => {
    const { runTemplates } = await import('./templates.js');
    await runTemplates(options);
  });

program
  .command('synthesize-templates')
  .description('make models/place/templates.json again from the template hearts; takes minutes')
  .requiredOption('--out <file>', 'JSON file')
  .option('--hearts <n>', 'how many hearts', wholeNumber, 40)
  .action(async (options) => {
    const { runSynthesizeTemplates } = await import('./synthesize-beats.js');
    await runSynthesizeTemplates(options);
  });

program
  .command('synthesize-beats')
  .description(
    'write simulated median beats with known places (PATH.i16 and PATH.json): what the evaluation’s networks are trained on',
  )
  .requiredOption('--out <path>', 'path without extension')
  .addOption(
    new Option('--population <name>', 'whose hearts; the networks learn from training alone')
      .choices(POPULATION_NAMES)
      .default('training'),
  )
  .option('--hearts <n>', 'how many hearts', wholeNumber, 100)
  .option('--normal <n>', 'normal beats of each heart', wholeNumber, 2)
  .option('--single <n>', 'scars, and as many ischaemias, of one segment', wholeNumber, 2)
  .option('--multiple <n>', 'scars, and as many ischaemias, of 2 to 6 segments', wholeNumber, 1)
  .option('--ectopic <n>', 'ectopic beats of each heart', wholeNumber, 4)
  .option('--every-place', 'every place once instead, as templates need', false)
  .action(async (options) => {
    const { runSynthesizeBeats } = await import('./synthesize-beats.js');
    await runSynthesizeBeats(options);
  });

addServeCommands(program);

function explainOption(): Option {
  return new Option(
    '--explain <what>',
    `methods, separated by commas: ${METHODS.join(', ')}; integrated-gradients:32 and smoothgrad:8 say how many steps; ` +
      'none where an operator cannot be differentiated or memory is short',
  )
    .argParser(parseMethods)
    .default(DEFAULT_METHODS, methodsText(DEFAULT_METHODS));
}

function backendOption(): Option {
  return new Option(
    '--backend <name>',
    "whose kernels to use, instead of those for the board's core",
  ).choices(BACKENDS);
}

function optimizeOption(): Option {
  return new Option('--optimize <what>', 'what to spend flash and memory on')
    .choices(OPTIMIZE)
    .default('balanced');
}

function leadsOption(): Option {
  return new Option(
    '--leads <n>',
    '8 folds a twelve-lead network into the equal one of the eight independent leads',
  )
    .choices(['12', '8'])
    .argParser((text) => {
      if (text !== '12' && text !== '8') throw new InvalidArgumentError('12 or 8');
      return Number(text);
    })
    .default(12);
}

function precisionOption(): Option {
  return new Option(
    '--precision <what>',
    'width of the signals; mixed, the default where the calibration has sensitivities, makes int16 what is worth it',
  ).choices(PRECISIONS);
}

function ramOption(): Option {
  return new Option('--ram <bytes>', 'most bytes of arena that mixed precision may take').argParser(
    wholeNumber,
  );
}

function instructionsOption(): Option {
  return new Option(
    '--instructions <n>',
    'most instructions that mixed precision may take for an answer and its explanation, counted on the emulated board',
  ).argParser(wholeNumber);
}

function preprocessOption(): Option {
  return new Option(
    '--preprocess <file>',
    'JSON with lead_mean and lead_std: band-passed z-scores as input instead of the device chain',
  );
}

function zeroOrMore(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value >= 0)) {
    throw new InvalidArgumentError('must be a number from 0');
  }
  return value;
}

function frontEnd(text: string): string {
  if (text !== 'uart' && text !== 'semihost') throw new InvalidArgumentError('uart or semihost');
  return text;
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new InvalidArgumentError('not a regular expression');
  }
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof IsochroneError)) throw error;
  process.stderr.write(`\n${error.describe()}\n`);
  process.exitCode = EXIT_FAILED;
}

/** What begins with a heart: `evaluate`, `synthesize…`, `explain`, `templates`: their options. */
import { Option, type Command } from 'commander';
import { VCG_TRANSFORMS } from '../cineecg/matrices.js';
import { POPULATION_NAMES } from '../evaluate/populations.js';
import { CONDUCTIONS } from '../records/synthetic/activation.js';
import { HYPERTROPHIES } from '../records/synthetic/heart.js';
import { BODIES, LEVELS } from '../records/synthetic/patient-options.js';
import { positiveNumber, wholeNumber, zeroOrMore } from './arguments.js';
import { DEFAULT_MODEL } from './network.js';
import { explainOption, leadsOption, precisionOption, ramOption } from './options.js';
import { ectopicPlace, electrodePairs, electrodesOff, segmentList } from './synthesize-options.js';

export function addHeartCommands(program: Command): void {
  program
    .command('evaluate')
    .description(
      'explanations against a known place and time, on simulated hearts, and against the wall that real records name: every mapping, chance, intervals',
    )
    .option('--hearts <n>', 'fresh hearts', wholeNumber, 1200)
    .option(
      '--wrong-hearts <n>',
      'hearts that are not as the generic one says; 0: none',
      wholeNumber,
      200,
    )
    .option(
      '--first <n>',
      'seed of the first heart; the following take the next ones',
      wholeNumber,
      0,
    )
    .option('--jobs <n>', 'threads', wholeNumber, 1)
    .option(
      '--data <folder>',
      'decoded sets (foldNN.d16.gz) and labels.csv; without, no real records',
    )
    .option('--fold <n>', 'which fold; the network must not have trained on it', wholeNumber, 9)
    .option('--network <file>', 'what is explained on real records', DEFAULT_MODEL)
    .option('--from <file>', 'show a report that was written before with --json, measure nothing')
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
    .option(
      '--reversal <pairs>',
      'electrodes in each other’s place: RA-LA, V1-V2 …',
      electrodePairs,
    )
    .option(
      '--lead-off <off>',
      'electrode without contact: V3:2-5 is from 2 s to 5 s',
      electrodesOff,
    )
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
      new Option('--transform <name>', 'how leads become a vectorcardiogram').choices(
        VCG_TRANSFORMS,
      ),
    )
    .option('--window <n>', 'which window of the record, from 0; by default the last', wholeNumber)
    .option('--out <file>', 'report.html, bulls-eye.svg or everything.json')
    .addOption(explainOption())
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
      'simulate what a lesion of each place does to the leads: models/place/templates.json, and from it the device’s; some minutes',
    )
    .option('--out <folder>', 'where to write; by default where mapping and evaluation read them')
    .option('--hearts <n>', 'hearts with each scar and ischaemia', wholeNumber, 48)
    .option('--site-hearts <n>', 'of these, hearts with each ectopic origin', wholeNumber, 24)
    .option('--normals <n>', 'hearts with normal beats alone besides', wholeNumber, 300)
    .option('--device-sites <n>', 'ectopic origins that the device gets', wholeNumber, 80)
    .option('--no-simulate', 'the device’s alone, from the templates that are there')
    .action(async (options) => {
      const { runTemplates } = await import('./templates.js');
      await runTemplates(options);
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
}

/** `npm run bench -- NAME [--json]`: each measurement is one file here, and prints a table or JSON. */
import { Command, Option } from 'commander';
import { OPTIMIZE } from '../codegen/emit/backend.js';
import { BACKENDS } from '../codegen/emit/backends.js';
import { IsochroneError } from '../codegen/errors.js';
import { wholeNumber } from '../host/cli/arguments.js';
import { EXIT_CHECK_FAILED, EXIT_FAILED } from '../host/cli/exit-codes.js';
import { sharedPath } from '../host/records/shared-data.js';
import { PRECISIONS } from '../codegen/quantize/precision.js';
import { DEFAULT_MODEL } from '../host/cli/network.js';
import type { ExplainOptions } from './explain.js';
import type { FidelityOptions } from './fidelity.js';
import type { KernelsOptions } from './kernels.js';

interface SignalOptions {
  readonly data?: string;
  readonly quality?: string;
  readonly ptbxl?: string;
  readonly json: boolean;
}

interface LinkOptions {
  readonly damaged: number;
  readonly devices: number;
  readonly seconds: number;
  readonly soakHours: number;
  readonly long: boolean;
  readonly seed: number;
  readonly json: boolean;
}

interface DeviceArguments {
  readonly board: readonly string[];
  readonly seconds: number;
  readonly json: boolean;
}

interface RecorderOptions {
  readonly kills: number;
  readonly seed: number;
  readonly json: boolean;
}

interface PageOptions {
  readonly seconds: number;
  readonly hours: number;
  readonly long: boolean;
  readonly json: boolean;
}

type ExplainArguments = Omit<ExplainOptions, 'leads'> & {
  readonly leads: '12' | '8';
  readonly json: boolean;
};

const program = new Command('bench').description(
  'measured tables; every figure in prose comes from one of these',
);

program
  .command('spine')
  .description(
    'default network on the emulated Cortex-M4: cost, memory, time to first result, bit-exactness',
  )
  .option('--json', 'print JSON', false)
  .action(async (options: { readonly json: boolean }) => {
    const { benchSpine, spineText } = await import('./spine.js');
    const report = await benchSpine();
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : spineText(report));
    // A measurement that finds the C differing from its reference is a failure, whatever its speed.
    if (report.bitExact.differing > 0) process.exitCode = 1;
  });

program
  .command('models')
  .description(
    'models on every target: bit-exact, error against an independent runtime, macro AUC, memory, compile time; ' +
      'exit code 1 when one cannot be built, 4 when a target differs',
  )
  .option('--file <model>', 'an ONNX or TFLite file; without it every model there is')
  .option('--io <file>', 'its inputs, and outputs of a reference, in JSON (docs/cli.md)')
  .option('--json', 'print JSON', false)
  .action(
    async (options: { readonly file?: string; readonly io?: string; readonly json: boolean }) => {
      const { benchModels } = await import('./models.js');
      const { modelsText } = await import('./models/table.js');
      const reports = await benchModels(options);
      process.stdout.write(
        options.json ? `${JSON.stringify(reports, null, 2)}\n` : modelsText(reports),
      );
      const differs = reports.some(({ measured }) =>
        measured?.targets.some(({ bitExact, tooLarge }) => !bitExact && tooLarge === undefined),
      );
      if (differs) process.exitCode = EXIT_CHECK_FAILED;
      else if (reports.some(({ failed }) => failed !== undefined)) process.exitCode = EXIT_FAILED;
    },
  );

program
  .command('kernels')
  .description(
    'each layer on one core: multiply-accumulates, instructions, scratch, code; bit-exact',
  )
  .option('--net <net>', 'std, ds or a model file', 'std')
  .addOption(
    new Option('--core <core>', 'what to run on')
      .choices(['m4', 'm7', 'm55', 'a57', 'aarch64', 'host'])
      .default('m4'),
  )
  .addOption(new Option('--backend <name>', "instead of the core's own").choices(BACKENDS))
  .addOption(
    new Option('--explain <what>', 'none: the answer alone')
      .choices(['gradient', 'none'])
      .default('gradient'),
  )
  .addOption(new Option('--optimize <what>', 'what to spend').choices(OPTIMIZE).default('balanced'))
  .option('--json', 'print JSON', false)
  .action(async ({ json, ...options }: KernelsOptions & { readonly json: boolean }) => {
    const { benchKernels, kernelsText } = await import('./kernels.js');
    const report = await benchKernels(options);
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : kernelsText(report));
    if (!report.bitExact) process.exitCode = 1;
  });

program
  .command('host')
  .description('the C on this machine against onnxruntime and tfjs-tflite, one thread each')
  .option('--json', 'print JSON', false)
  .action(async (options: { readonly json: boolean }) => {
    const { benchHost, hostText } = await import('./host.js');
    const reports = await benchHost();
    process.stdout.write(
      options.json ? `${JSON.stringify(reports, null, 2)}\n` : hostText(reports),
    );
    if (reports.some(({ bitExact }) => !bitExact)) process.exitCode = 1;
  });

program
  .command('signal')
  .description('the signal chain against what cardiologists drew: beats, also under noise')
  .option('--data <folder>', 'records with drawn waves, in the form of LUDB as decoded')
  .option('--quality <folder>', 'records labelled acceptable or not (PhysioNet/CinC 2011)')
  .option('--ptbxl <folder>', 'PTB-XL as decoded, for exchanged electrodes and pacemaker marks')
  .option('--json', 'print JSON', false)
  .action(async (options: SignalOptions) => {
    const { benchSignal, signalText } = await import('./signal.js');
    const report = await benchSignal(
      options.data ?? sharedPath('data', 'ludb'),
      options.quality ?? sharedPath('data', 'quality'),
      options.ptbxl ?? sharedPath('data', 'ptbxl'),
    );
    process.stdout.write(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : signalText(report),
    );
    const signals = [...report.rhythm, ...report.conditioner.conformance];
    if (signals.some(({ pass }) => !pass)) process.exitCode = EXIT_CHECK_FAILED;
  });

program
  .command('link')
  .description(
    'the link: faults against both decoders, decoding rate, many devices, age of samples, a soak; ' +
      'exit code 4 when a rule is broken or a sample is unaccounted for',
  )
  .option('--damaged <n>', 'frames to damage', wholeNumber, 100_000)
  .option('--devices <n>', 'emulated devices at once', wholeNumber, 64)
  .option('--seconds <n>', 'how long they are served', wholeNumber, 10)
  .option('--soak-hours <n>', 'hours of signal, in accelerated time', wholeNumber, 1)
  .option('--long', '10 million damaged frames, 60 s of devices, a day of soak', false)
  .option('--seed <n>', 'the same seed damages the same bytes', wholeNumber, 1972)
  .option('--json', 'print JSON', false)
  .action(async ({ damaged, devices, seconds, soakHours, long, seed, json }: LinkOptions) => {
    const { benchLink, linkText } = await import('./link.js');
    const report = await benchLink({
      damagedFrames: long ? 10_000_000 : damaged,
      seconds: long ? 60 : seconds,
      soakHours: long ? 24 : soakHours,
      devices,
      seed,
    });
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : linkText(report));
    if (!report.holds) process.exitCode = EXIT_CHECK_FAILED;
  });

program
  .command('device')
  .description(
    'the whole device on emulated boards: samples lost, worst loop and interrupt latency in instructions (Linux: microseconds), CPU, stack, RAM and flash by section; ' +
      'exit code 4 when a sample is lost',
  )
  .option('--board <name...>', 'which', [
    ...['mps2-an386', 'mps2-an500', 'mps2-an505', 'mps3-an547', 'netduinoplus2'],
  ])
  .option('--seconds <n>', "of signal, by the device's clock", wholeNumber, 600)
  .option('--json', 'print JSON', false)
  .action(async ({ board, seconds, json }: DeviceArguments) => {
    const { benchDevice, deviceText } = await import('./device.js');
    const reports = await benchDevice({ boards: board, seconds });
    process.stdout.write(json ? `${JSON.stringify(reports, null, 2)}\n` : deviceText(reports));
    if (reports.some(({ holds }) => !holds)) process.exitCode = EXIT_CHECK_FAILED;
  });

program
  .command('recorder')
  .description(
    'the recorder, killed with -9 at random moments; exit code 4 when a record does not open, an event or more than a second of signal is lost',
  )
  .option('--kills <n>', 'how often', wholeNumber, 20)
  .option('--seed <n>', 'the same seed kills after the same times', wholeNumber, 8)
  .option('--json', 'print JSON', false)
  .action(async ({ kills, seed, json }: RecorderOptions) => {
    const { benchRecorder, recorderText } = await import('./recorder.js');
    const trials = await benchRecorder(kills, seed);
    process.stdout.write(json ? `${JSON.stringify(trials, null, 2)}\n` : recorderText(trials));
    if (!trials.holds) process.exitCode = EXIT_CHECK_FAILED;
  });

program
  .command('page')
  .description(
    'the bedside page in Chromium: age of a sample on the screen, frames, first paint, size, heap over hours, accessibility',
  )
  .option('--seconds <n>', 'how long one device streams', wholeNumber, 20)
  .option('--hours <n>', 'of signal in accelerated time', wholeNumber, 1)
  .option('--long', 'a day of signal', false)
  .option('--json', 'print JSON', false)
  .action(async ({ seconds, hours, long, json }: PageOptions) => {
    const { benchPage, pageText } = await import('./page.js');
    const report = await benchPage({ seconds, hours: long ? 24 : hours });
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : pageText(report));
  });

program
  .command('heart')
  .description(
    'what carrying an attribution into the heart costs on the emulated M4 and M55: instructions, RAM, flash of the templates',
  )
  .option('--json', 'print JSON', false)
  .action(async ({ json }: { readonly json: boolean }) => {
    const { heartText, measureHeart } = await import('./explain/heart.js');
    const report = await measureHeart();
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : heartText(report));
  });

program
  .command('fidelity')
  .description("the device's explanations against the float network's own gradient, by method")
  .option('--model <file>', 'an ONNX network with its calibration beside it', DEFAULT_MODEL)
  .option('--data <folder>', 'PTB-XL as decoded', sharedPath('data', 'ptbxl'))
  .option('--fold <n>', 'which fold', wholeNumber, 9)
  .option('--records <n>', 'how many of its records; all without', wholeNumber)
  .option('--steps <n>', 'of integrated gradients', wholeNumber, 16)
  .option('--draws <n>', 'of SmoothGrad', wholeNumber, 16)
  .addOption(new Option('--precision <what>', 'as of build').choices(PRECISIONS))
  .option('--ram <bytes>', 'as of build', wholeNumber)
  .option('--json', 'print JSON', false)
  .action(async ({ json, ...options }: FidelityOptions & { readonly json: boolean }) => {
    const { benchFidelity, fidelityText } = await import('./fidelity.js');
    const report = await benchFidelity(options);
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : fidelityText(report));
  });

program
  .command('explain')
  .description(
    'instructions, RAM and code of each method of explaining, on the emulated M4 and M55',
  )
  .option('--model <file>', 'an ONNX network with its calibration beside it', DEFAULT_MODEL)
  .addOption(new Option('--leads <n>', 'as of build').choices(['12', '8']).default('12'))
  .option('--steps <n>', 'of integrated gradients', wholeNumber, 16)
  .option('--draws <n>', 'of SmoothGrad', wholeNumber, 16)
  .option('--json', 'print JSON', false)
  .action(async ({ json, leads, ...options }: ExplainArguments) => {
    const { benchExplain, explainText } = await import('./explain.js');
    const report = await benchExplain({ ...options, leads: leads === '8' ? 8 : 12 });
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : explainText(report));
    const exact = report.methods.every(({ cores }) =>
      Object.values(cores).every(({ bitExact }) => bitExact),
    );
    if (!exact) process.exitCode = EXIT_CHECK_FAILED;
  });

program
  .command('simulator')
  .description('synthetic beats of each conduction against the median beats of real records')
  .option('--ptbxl <folder>', 'PTB-XL as decoded; skipped where it is not')
  .option('--json', 'print JSON', false)
  .action(async (options: { readonly ptbxl?: string; readonly json: boolean }) => {
    const { benchSimulator, simulatorText } = await import('./simulator.js');
    const rows = await benchSimulator(options.ptbxl ?? sharedPath('data', 'ptbxl'));
    process.stdout.write(
      options.json
        ? `${JSON.stringify(rows ?? { skipped: true }, null, 2)}\n`
        : simulatorText(rows),
    );
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof IsochroneError)) throw error;
  process.stderr.write(`\n${error.describe()}\n`);
  process.exitCode = EXIT_FAILED;
}

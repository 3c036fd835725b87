/** `isochrone validate MODEL --board B`: interpreter, this machine and the target, layer by layer. */
import { join, resolve } from 'node:path';
import { PORTABLE, type Leads } from '../../codegen/compile.js';
import type { Optimize } from '../../codegen/emit/backend.js';
import type { BackendName } from '../../codegen/emit/backends.js';
import type { ChosenMethod } from '../../codegen/explain/methods.js';
import { IsochroneError } from '../../codegen/errors.js';
import type { Precision } from '../../codegen/quantize/precision.js';
import { validationHtml } from '../report/html.js';
import { validationText } from '../report/text.js';
import { openDecodedSet } from '../records/decoded-set.js';
import { deviceTarget } from '../validate/device-target.js';
import { allTargets, hostTarget, targetByName, type Target } from '../validate/targets.js';
import { validateNetwork } from '../validate/validate.js';
import { loadBoard, type Board } from '../toolchain/board.js';
import { writeWhole } from '../toolchain/write-network.js';
import {
  inputsOfFile,
  inputsOfRecords,
  takesRecords,
  type ValidationInputs,
} from '../validate/validation-inputs.js';
import { firstRecords, syntheticRecords } from '../validate/vectors-from-records.js';
import { EXIT_CHECK_FAILED } from './exit-codes.js';
import {
  explainOptions,
  generateNetwork,
  readModel,
  widthOptions,
  type GeneratedNetwork,
} from './network.js';
import { progress } from './progress.js';

export interface ValidateCommand {
  readonly board: readonly string[];
  /** Serial port of a device that is running, of the one board that is named. */
  readonly port?: string;
  readonly records?: string;
  readonly vectors?: string;
  readonly count: number;
  readonly explain: readonly ChosenMethod[];
  readonly leads: Leads;
  readonly precision?: Precision;
  readonly ram?: number;
  readonly optimize: Optimize;
  /** Instead of what each board's core asks for. */
  readonly backend?: BackendName;
  readonly json: boolean;
  readonly html?: string;
}

export async function runValidate(model: string, options: ValidateCommand): Promise<void> {
  const device = options.port === undefined ? undefined : await boardAtPort(options.board);
  const targets =
    device === undefined || options.port === undefined
      ? await chosenTargets(options.board, options.backend)
      : [hostTarget, deviceTarget(device, options.port, options.backend)];
  const network = generateNetwork(model, undefined, {
    ...explainOptions(options.explain),
    leads: options.leads,
    // As the firmware was built: within what the board has for a network.
    ...widthOptions(
      device === undefined ? options : { ...options, ram: options.ram ?? device.modelArenaBytes },
    ),
    target: { ...PORTABLE, optimize: options.optimize },
  });
  const inputs = await chosenInputs(network, options);
  const bar = progress('validate');
  const report = await validateNetwork({
    network: network.compiled,
    inputs,
    targets,
    buildDir: join(network.folder, 'validate'),
    onProgress: (phase, done, total) => {
      bar.update(done, total, phase);
    },
  });
  const failed = report.targets.filter((target) => !target.bitExact);
  bar.finish(
    failed.length === 0
      ? `bit-exact on ${report.targets.map(({ name }) => name).join(', ')}`
      : `${failed.map(({ name }) => name).join(', ')} differ`,
  );
  if (options.html !== undefined) writeWhole(resolve(options.html), validationHtml(report));
  process.stdout.write(
    options.json ? `${JSON.stringify(report, null, 2)}\n` : validationText(report),
  );
  if (failed.length > 0) process.exitCode = EXIT_CHECK_FAILED;
}

/** This machine always, and each board once; `all` is every target there is. */
async function chosenTargets(
  names: readonly string[],
  backend: BackendName | undefined,
): Promise<readonly Target[]> {
  if (names.includes('all')) return allTargets(backend);
  const others = [...new Set(names)].filter((name) => name !== hostTarget.name);
  return [hostTarget, ...(await Promise.all(others.map((name) => targetByName(name, backend))))];
}

/** @throws IsochroneError VALIDATE_PORT, BOARD_* */
function boardAtPort(names: readonly string[]): Promise<Board> {
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) {
    throw new IsochroneError('VALIDATE_PORT', 'one port is one board', {
      hint: 'Name the board that is on the port, and no other: --board NAME --port PATH.',
      where: { boards: names.length },
    });
  }
  return loadBoard(name);
}

async function chosenInputs(
  network: GeneratedNetwork,
  options: ValidateCommand,
): Promise<ValidationInputs> {
  const { compiled } = network;
  if (options.vectors !== undefined) {
    const model = { bytes: readModel(network.modelFile), file: network.modelFile };
    return inputsOfFile(compiled, options.vectors, model, options.count);
  }
  if (!takesRecords(compiled)) {
    throw new IsochroneError(
      'VALIDATE_NO_INPUTS',
      'the network does not take 12 leads of ten seconds at 100 Hz, so records are no input for it',
      {
        hint: 'Give inputs of its own with --vectors FILE (docs/cli.md tells the format).',
        where: { file: network.modelFile },
      },
    );
  }
  if (options.records === undefined) {
    return inputsOfRecords(compiled, syntheticRecords(options.count), 'synthetic patients');
  }
  const { recordCount } = await openDecodedSet(options.records);
  const count = Math.min(options.count, recordCount);
  return inputsOfRecords(compiled, await firstRecords(options.records, count), options.records);
}

/** Options that several commands have. */
import { InvalidArgumentError, Option } from 'commander';
import { OPTIMIZE } from '../../codegen/emit/backend.js';
import { BACKENDS } from '../../codegen/emit/backends.js';
import {
  DEFAULT_METHODS,
  METHODS,
  methodsText,
  parseMethods,
} from '../../codegen/explain/methods.js';
import { PRECISIONS } from '../../codegen/quantize/precision.js';
import { wholeNumber } from './arguments.js';

export function explainOption(): Option {
  return new Option(
    '--explain <what>',
    `methods, separated by commas: ${METHODS.join(', ')}; integrated-gradients:32 and smoothgrad:8 say how many steps; ` +
      'none where an operator cannot be differentiated or memory is short',
  )
    .argParser(parseMethods)
    .default(DEFAULT_METHODS, methodsText(DEFAULT_METHODS));
}

export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    "whose kernels to use, instead of those for the board's core",
  ).choices(BACKENDS);
}

export function optimizeOption(): Option {
  return new Option('--optimize <what>', 'what to spend flash and memory on')
    .choices(OPTIMIZE)
    .default('balanced');
}

const FOLDS = '8 folds a twelve-lead network into the equal one of the eight independent leads';

export function leadsOption(): Option {
  return leadsChoice(FOLDS).default(12);
}

/** Left out, the memory decides (leads-that-fit.ts). */
export function fittingLeadsOption(): Option {
  return leadsChoice(`${FOLDS}; left out, 12 where their memory is there, else 8`);
}

function leadsChoice(description: string): Option {
  return new Option('--leads <n>', description).choices(['12', '8']).argParser((text) => {
    if (text !== '12' && text !== '8') throw new InvalidArgumentError('12 or 8');
    return Number(text);
  });
}

export function precisionOption(): Option {
  return new Option(
    '--precision <what>',
    'width of the signals; mixed, the default where the calibration has sensitivities, makes int16 what is worth it',
  ).choices(PRECISIONS);
}

export function ramOption(): Option {
  return new Option('--ram <bytes>', 'most bytes of arena that mixed precision may take').argParser(
    wholeNumber,
  );
}

export function instructionsOption(): Option {
  return new Option(
    '--instructions <n>',
    'most instructions that mixed precision may take for an answer and its explanation, counted on the emulated board',
  ).argParser(wholeNumber);
}

export function preprocessOption(): Option {
  return new Option(
    '--preprocess <file>',
    'JSON with lead_mean and lead_std: band-passed z-scores as input instead of the device chain',
  );
}

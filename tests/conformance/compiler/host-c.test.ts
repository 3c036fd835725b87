import { describe, expect, it } from 'vitest';
import { emitFor, type CompiledNetwork } from '../../../codegen/compile.js';
import type { BackendName } from '../../../codegen/emit/backends.js';
import type { Precision } from '../../../codegen/quantize/precision.js';
import { integerTensor, type SignalArray } from '../../../codegen/integer/program.js';
import { inputCodes, signalCodes } from '../../../codegen/interpret/input-codes.js';
import { testNetworks, type TestNetwork } from '../../../codegen/testing/networks.js';
import { compileTrial, trialInputs } from '../../../codegen/testing/trial.js';
import { expectedBytes, runHostC, type Machine } from './host-c.js';

function inputsOf(
  { inputShape }: TestNetwork,
  { program }: CompiledNetwork,
  count: number,
): SignalArray[] {
  const inputs = trialInputs(inputShape, 9, count).map((x) => inputCodes(program, x));
  // Extremes too: every code at its limits.
  const tensor = integerTensor(program, program.input);
  const { length = 0 } = inputs[0] ?? {};
  for (const end of [-Infinity, Infinity]) inputs.push(signalCodes(tensor, length, () => end));
  return inputs;
}

interface Setting {
  readonly backend: BackendName;
  /** This one when left out. */
  readonly machine?: Machine;
  /** Besides the two extremes. */
  readonly inputs: number;
}

const PORTABLE: Setting = { backend: 'portable', inputs: 1 };

function expectSameBytes(network: TestNetwork, precision: Precision, setting = PORTABLE): void {
  const trial = compileTrial(network, { precision });
  const { backend, machine } = setting;
  const compiled = emitFor(trial, { backend, optimize: 'balanced' });
  const inputs = inputsOf(network, compiled, setting.inputs);
  const expected = expectedBytes(compiled, inputs);
  const actual = runHostC(`${network.name} ${precision} ${backend}`, compiled, inputs, machine);
  expect(actual.length).toBe(expected.length);
  expect(actual.findIndex((byte, i) => byte !== expected[i])).toBe(-1);
}

describe('emitted C on the host', () => {
  it.each(testNetworks())('equals the interpreter in every layer: $name', (network) => {
    expectSameBytes(network, 'int8');
  });

  // The others have them on a machine with vector instructions, below.
  const everyOther = testNetworks().filter((_, index) => index % 2 === 0);
  it.each(everyOther)('equals it with int16 signals: $name', (network) => {
    expectSameBytes(network, 'int16');
  });
});

const arm = (march: string, cpu: string): Machine => ({
  compiler: 'aarch64-linux-gnu-gcc',
  flags: ['-static', `-march=${march}`],
  run: ['qemu-aarch64', '-cpu', cpu],
});

const VECTORS: readonly (Setting & { readonly title: string })[] = [
  { title: 'x86-64', backend: 'x86-64', inputs: 1 },
  {
    title: 'Armv8.2-A',
    backend: 'armv8a-neon',
    machine: arm('armv8.2-a+dotprod', 'cortex-a76'),
    inputs: 1,
  },
  {
    title: 'Armv8-A',
    backend: 'armv8a-neon',
    machine: arm('armv8-a', 'cortex-a57'),
    inputs: 1,
  },
];

/** Kernels by themselves are the convolution table's to check: here each network goes to one machine, in turn. */
describe('emitted C with vector instructions', () => {
  const runs = testNetworks().flatMap((network, index) => {
    const setting = VECTORS[index % VECTORS.length];
    if (setting === undefined || (setting.backend === 'x86-64' && process.arch !== 'x64')) {
      return [];
    }
    const precision: Precision = index % 2 === 0 ? 'int8' : 'int16';
    return [[network.name, precision, setting.title, network, setting] as const];
  });
  it.each(runs)('equals it: %s, %s on %s', (_name, precision, _title, network, setting) => {
    expectSameBytes(network, precision, setting);
  });
});

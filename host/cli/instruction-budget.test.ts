import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  compileNetwork,
  frontEnd,
  modelSha256,
  type CompiledNetwork,
  type CompileOptions,
} from '../../codegen/compile.js';
import { calibrate } from '../../codegen/quantize/calibration.js';
import { networkNamed } from '../../codegen/testing/networks.js';
import { trialInputs } from '../../codegen/testing/trial.js';
import type { NetworkCost } from '../profile/network-cost.js';
import { loadBoard } from '../toolchain/board.js';
import { countOn, searchWithin } from './instruction-budget.js';

const scratch = mkdtempSync(join(tmpdir(), 'isochrone-budget-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const network = networkNamed('depthwise, pointwise and grouped');
const measured = calibrate(
  frontEnd(network.bytes, network.name),
  trialInputs(network.inputShape, 3, 4),
  { modelSha256: modelSha256(network.bytes), source: 'seeded noise' },
  { budgetMacs: 1e9 },
);
/** Every signal is worth int16, the later the less. */
const calibration = {
  ...measured,
  sensitivities: Object.fromEntries(
    Object.keys(measured.sensitivities ?? {}).map((name, i) => [name, { answer: 1 / (i + 1) }]),
  ),
};
const about = { file: network.name, board: 'test' };

function compile(options: CompileOptions): CompiledNetwork {
  return compileNetwork(
    { bytes: network.bytes, file: network.name },
    { text: JSON.stringify(calibration), file: 'c' },
    { target: { backend: 'armv7em-dsp', optimize: 'balanced' }, ...options },
  );
}

function wideSignals({ program }: CompiledNetwork): readonly string[] {
  return Object.keys(calibration.sensitivities).filter(
    (name) => program.tensors.get(name)?.type === 'int16',
  );
}

/** A machine on which every byte of a layer's output costs an instruction, and the whole pass `overhead` more. */
function count({ program }: CompiledNetwork, overhead = 0): Promise<NetworkCost> {
  const layers = program.operations.map(({ output }) => {
    const tensor = program.tensors.get(output);
    const elements = (tensor?.height ?? 0) * (tensor?.width ?? 0) * (tensor?.channels ?? 0);
    return elements * (tensor?.type === 'int16' ? 2 : 1);
  });
  const sum = (from: number, to: number, start: number): { readonly instructions: number } => ({
    instructions: layers.slice(from, to).reduce((a, b) => a + b, start),
  });
  return Promise.resolve({
    forward: sum(0, program.forwardOperations, overhead),
    explanation: sum(program.forwardOperations, layers.length, 0),
    layers: layers.map((instructions) => ({ instructions })),
  });
}

function total({ forward, explanation }: NetworkCost): number {
  return forward.instructions + explanation.instructions;
}

async function totalOf(compiled: CompiledNetwork): Promise<number> {
  return total(await count(compiled));
}

describe('budget of instructions', () => {
  it('leaves a network alone that keeps to it', async () => {
    expect(await searchWithin(await totalOf(compile({})), compile, count, about)).toEqual({});
  });

  it('spends on the most sensitive first, and never more than it has', async () => {
    const [most, least] = [
      await totalOf(compile({})),
      await totalOf(compile({ precision: 'int8' })),
    ];
    const all = wideSignals(compile({}));
    const sizes = [];
    for (const share of [0, 0.3, 0.6, 0.9]) {
      const budget = Math.floor(least + share * (most - least));
      const chosen = compile(await searchWithin(budget, compile, count, about));
      expect(await totalOf(chosen)).toBeLessThanOrEqual(budget);
      sizes.push(wideSignals(chosen).length);
    }
    expect(sizes[0]).toBe(0);
    expect(sizes.at(-1)).toBeGreaterThan(0);
    expect(sizes.at(-1)).toBeLessThan(all.length);
    expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
  });

  it('runs the choice again, and takes back what the prices did not say', async () => {
    const least = await totalOf(compile({ precision: 'int8' }));
    const most = await totalOf(compile({}));
    // Any int16 at all costs as much again as half of what there is to spend.
    const hidden = Math.floor((most - least) / 2);
    const slyly = (compiled: CompiledNetwork): Promise<NetworkCost> =>
      count(compiled, wideSignals(compiled).length > 0 ? hidden : 0);
    const found = await searchWithin(most, compile, slyly, about);
    expect(total(await slyly(compile(found)))).toBeLessThanOrEqual(most);
  });

  it('is an error where int8 takes more, with the costliest layers', async () => {
    const least = await totalOf(compile({ precision: 'int8' }));
    await expect(searchWithin(least - 1, compile, count, about)).rejects.toThrowError(
      expect.objectContaining({
        code: 'BUDGET_INSTRUCTIONS',
        message: expect.stringMatching(/most in: \S+ \d+/) as string,
      }),
    );
    await expect(
      searchWithin(1, compile, count, { ...about, precision: 'int16' }),
    ).rejects.toThrowError(expect.objectContaining({ code: 'BUDGET_INSTRUCTIONS' }));
  });

  it('holds on the emulated Cortex-M4', { timeout: 240_000 }, async () => {
    const board = await loadBoard('mps2-an386');
    const measure = (compiled: CompiledNetwork): Promise<NetworkCost> =>
      countOn(board, compiled, scratch);
    const sum = async (options: CompileOptions): Promise<number> =>
      total(await measure(compile(options)));
    const [least, most] = [await sum({ precision: 'int8' }), await sum({})];
    expect(most).toBeGreaterThan(least);
    const budget = Math.round((least + most) / 2);
    const found = await searchWithin(budget, compile, measure, about);
    const chosen = compile(found);
    expect(await sum(found)).toBeLessThanOrEqual(budget);
    expect(wideSignals(chosen).length).toBeGreaterThan(0);
    expect(wideSignals(chosen).length).toBeLessThan(wideSignals(compile({})).length);
  });
});

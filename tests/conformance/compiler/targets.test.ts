import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Explain } from '../../../codegen/compile.js';
import { IsochroneError } from '../../../codegen/errors.js';
import { inputCodes } from '../../../codegen/interpret/input-codes.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { sequenceNetworks } from '../../../codegen/testing/sequence-networks.js';
import { compileTrial, trialInputs } from '../../../codegen/testing/trial.js';
import { compileModel, DEFAULT_MODEL } from '../../../host/cli/network.js';
import { validationHtml } from '../../../host/report/html.js';
import { validationText } from '../../../host/report/text.js';
import {
  allTargets,
  hostTarget,
  targetByName,
  type Target,
} from '../../../host/validate/targets.js';
import { validateNetwork, type ValidationReport } from '../../../host/validate/validate.js';
import { inputsOfRecords } from '../../../host/validate/validation-inputs.js';
import { syntheticRecords } from '../../../host/validate/vectors-from-records.js';

const build = join(packageRoot(), 'build/test/targets');

function validate(
  targets: readonly Target[],
  explain: Explain,
  records: number,
): Promise<ValidationReport> {
  const compiled = compileModel(DEFAULT_MODEL, { explain });
  return validateNetwork({
    network: compiled,
    inputs: inputsOfRecords(compiled, syntheticRecords(records), 'synthetic'),
    targets,
    buildDir: join(build, explain, 'images'),
  });
}

describe('default network on every target', () => {
  let report: ValidationReport;
  beforeAll(async () => {
    report = await validate(await allTargets(), 'gradient', 2);
  }, 300_000);

  it('leaves the same bytes in every layer, answer and explanation', () => {
    expect(report.targets.filter(({ bitExact }) => !bitExact)).toEqual([]);
    expect(report.targets.map(({ name }) => name)).toEqual([
      'host',
      ...(process.arch === 'x64' ? ['x86-64'] : []),
      'aarch64',
      'aarch64-a57',
      'mps2-an385',
      'mps2-an385-m0',
      'mps2-an386',
      'mps2-an500',
      'mps2-an505',
      'mps3-an547',
    ]);
    expect(report.targets.every(({ fitsBoard }) => fitsBoard)).toBe(true);
  });

  it('counts instructions of each layer: they add up to the pass', () => {
    for (const { name, instructions } of report.targets) {
      if (instructions === undefined) continue;
      const sum = (pass: string): number =>
        report.layers
          .filter((layer) => layer.pass === pass)
          .reduce((total, layer) => total + (layer.instructions[name] ?? NaN), 0);
      // What the layers do not hold: copying the logits out and seeding the gradient.
      for (const [pass, whole] of [
        ['forward', instructions.forward],
        ['explanation', instructions.explanation],
      ] as const) {
        expect(Math.abs(sum(pass) / whole - 1), `${name} ${pass}`).toBeLessThan(0.002);
      }
    }
  });

  it('estimates cycles where the core has a model, and they too add up', () => {
    const estimated = report.targets.filter(({ cycles }) => cycles !== undefined);
    expect(estimated.map(({ name }) => name)).toEqual(['mps2-an386', 'mps2-an500', 'mps3-an547']);
    for (const { name, cycles } of estimated) {
      const whole = (cycles?.forward ?? 0) + (cycles?.explanation ?? 0);
      const sum = report.layers.reduce((total, layer) => total + (layer.cycles[name] ?? NaN), 0);
      expect(Math.abs(sum / whole - 1), name).toBeLessThan(0.002);
    }
  });

  it('reports the error against float of each layer that has a float tensor', () => {
    const forward = report.layers.filter(({ kind }) => kind === 'conv');
    // Four convolutions and the dense layer.
    expect(forward.length).toBe(5);
    for (const { error } of forward) {
      expect(error?.cosine).toBeGreaterThan(0.8);
      expect(error?.rms).toBeLessThan(error?.maximum ?? 0);
    }
    expect(report.layers.filter(({ kind }) => kind === 'packSigns')[0]?.error).toBeUndefined();
  });

  it('is written as text and as HTML that loads nothing', () => {
    const text = validationText(report);
    expect(text).toMatch(/mps2-an385-m0 +yes/);
    const html = validationHtml({ ...report, network: '<script>alert(1)</script>' });
    expect(html).not.toMatch(/<script|<link|src=|http/);
    expect(html).toContain('&lt;script&gt;');
    expect(html.match(/<tr/g)?.length).toBeGreaterThan(report.layers.length);
  });
});

it.each(['lstm_bidir', 'gru_last_state'])(
  "recurrent layers by each family's own products: %s",
  async (name) => {
    const network = sequenceNetworks().find((one) => one.name === name);
    if (network === undefined) throw new Error(`no network ${name}`);
    const compiled = compileTrial(network);
    const families = await Promise.all(
      ['mps2-an386', 'mps3-an547', 'aarch64', ...(process.arch === 'x64' ? ['x86-64'] : [])].map(
        (target) => targetByName(target),
      ),
    );
    const report = await validateNetwork({
      network: compiled,
      inputs: {
        source: 'seeded noise',
        inputs: trialInputs(network.inputShape, 5, 2).map((float) => ({
          float,
          integer: inputCodes(compiled.program, float),
        })),
      },
      targets: families,
      buildDir: join(build, name),
    });
    expect(report.targets.map(({ first }) => first)).toEqual(families.map(() => undefined));
    expect(report.layers.some(({ kind }) => kind === 'lstm' || kind === 'gru')).toBe(true);
  },
  180_000,
);

it('without explanation it is the same answer, on the host and on the smallest core', async () => {
  const m0 = await targetByName('mps2-an385-m0');
  const report = await validate([hostTarget, m0], 'none', 2);
  expect(report.targets.map(({ bitExact }) => bitExact)).toEqual([true, true]);
  expect(report.layers.every(({ pass }) => pass === 'forward')).toBe(true);
  expect(report.targets[1]?.instructions?.explanation).toBeLessThan(100);
});

it('a target that the network does not fit in any way is a result, not a failure', async () => {
  const small: Target = {
    name: 'small',
    title: 'a board without memory',
    backend: 'portable',
    compiler: hostTarget.compiler,
    build: () =>
      Promise.reject(
        new IsochroneError('FIRMWARE_TOO_LARGE', 'region flash overflowed', { hint: 'Larger.' }),
      ),
  };
  const report = await validate([small, hostTarget], 'none', 1);
  expect(report.targets).toMatchObject([
    { name: 'small', bitExact: false, fitsBoard: false, tooLarge: 'region flash overflowed' },
    { name: 'host', bitExact: true },
  ]);
  expect(validationText(report)).toMatch(/small +too large/);
});

it('a target that computes one layer differently is named with that layer', async () => {
  const wrong: Target = {
    name: 'wrong',
    title: 'this machine with one layer spoiled',
    backend: 'portable',
    compiler: hostTarget.compiler,
    build: async (networkDir, outDir) => {
      const built = await hostTarget.build(networkDir, outDir);
      return {
        ...built,
        run: async (request) => {
          const found = await built.run(request);
          const results = found.results.map((result, index) => ({
            ...result,
            layerCrcs: result.layerCrcs.map((crc, layer) =>
              index === 1 && layer >= 3 ? crc ^ 1 : crc,
            ),
          }));
          return { ...found, results };
        },
      };
    },
  };
  const report = await validate([hostTarget, wrong], 'none', 2);
  expect(report.targets[0]?.bitExact).toBe(true);
  expect(report.targets[1]).toMatchObject({ bitExact: false, differing: 1 });
  expect(report.targets[1]?.first).toMatch(/^input 1: layer 3 \(conv .*Conv/);
  expect(validationHtml(report)).toContain('class="bad"');
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import {
  buildSignalHarness,
  SignalScript,
} from '../../firmware-templates/core/test-harness/signal.js';
import { syntheticEcg } from '../../firmware-templates/core/test-harness/synthetic-ecg.js';
import { buildNativeChain, WINDOW_LEADS, WINDOW_SAMPLES } from './native-chain.js';

const ecg = syntheticEcg({ seconds: 10, noiseMicrovolt: 400 });
/** The application's end_record holds the last sample for as long as the chain delays. */
const CHAIN_DELAY_SAMPLES = 525;

describe('what a network is trained and calibrated on', () => {
  it('is what the chain of the device gives, bit for bit', () => {
    const [window] = buildNativeChain().windows([Int16Array.from(ecg.flat())]);
    const device = buildSignalHarness('native-chain')(
      new SignalScript().record(ecg, 0, CHAIN_DELAY_SAMPLES),
    );
    expect(device.chain).toHaveLength(WINDOW_SAMPLES);
    const twelve = device.chain.flatMap(({ microvolt }) => {
      const [one = 0, two = 0, ...chest] = microvolt;
      // Rounded downwards, as iso_leads.h says.
      const derived = [two - one, (-one - two) >> 1, (2 * one - two) >> 1, (2 * two - one) >> 1];
      return [one, two, ...derived, ...chest];
    });
    expect(twelve).toHaveLength(WINDOW_SAMPLES * WINDOW_LEADS);
    expect(Array.from(window ?? [])).toEqual(twelve);
  });

  it('comes from the same sources in the recipe of the training', () => {
    const recipe = readFileSync(join(packageRoot(), 'models/chain.py'), 'utf8');
    const named = /^SOURCES = \[(.*)\]$/m.exec(recipe)?.[1]?.match(/\w+/g) ?? [];
    expect(named).toEqual(
      expect.arrayContaining(['iso_leads', 'iso_decimate', 'iso_baseline', 'iso_chain']),
    );
    // All that the chain needs: it links with nothing left open.
    const core = join(packageRoot(), 'firmware-templates/core');
    const files = [...named.map((name) => join(core, `${name}.c`)), 'models/chain_record.c'];
    execFileSync(
      'gcc',
      [
        '-std=c99',
        '-shared',
        '-fPIC',
        '-Wl,--no-undefined',
        `-I${core}`,
        '-o',
        '/dev/null',
        ...files,
      ],
      { cwd: packageRoot() },
    );
  });
});

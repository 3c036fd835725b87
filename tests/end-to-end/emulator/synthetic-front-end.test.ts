/** The front end that carries its own patient: built by the command line, booted, answered and explained with nobody feeding it. */
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { DEFAULT_METHODS } from '../../../codegen/explain/methods.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { runBuild } from '../../../host/cli/build.js';
import { loadBoard } from '../../../host/toolchain/board.js';
import { connect, type ConnectedDevice } from './emulated-device.js';

vi.setConfig({ testTimeout: 120_000 });
const OUT = join(packageRoot(), 'build', 'test', 'emulator', 'synthetic');
const MODEL = join(packageRoot(), 'models', 'tiny', 'tiny.onnx');
const BEAT_SAMPLES = 400;

let device: ConnectedDevice | undefined;
afterEach(async () => {
  await device?.stop();
  device = undefined;
  vi.restoreAllMocks();
});

it('`build --front-end synthetic` makes firmware that shows an explained patient by itself', async () => {
  let printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  await runBuild(MODEL, {
    out: OUT,
    json: true,
    explain: DEFAULT_METHODS,
    leads: 8,
    optimize: 'balanced',
    board: 'mps2-an386',
    frontEnd: 'synthetic',
  });
  vi.restoreAllMocks();
  const report = JSON.parse(printed) as { board: { elfPath: string; frontEnd: string } };
  expect(report.board.frontEnd).toBe('synthetic');

  const connected = await connect({
    board: await loadBoard('mps2-an386'),
    elfPath: report.board.elfPath,
    // The device's time runs as fast as this machine can, so ten seconds of signal take less.
    icount: { shift: 6 },
  });
  device = connected;
  const explained = await connected.waitFor('explanation', 60_000);
  expect(explained.kind).toBe('explanation');
  // By their index: this machine may be too slow a reader for a device whose time runs that fast.
  const samples = new Map<number, number[]>();
  for (const event of connected.events) {
    if (event.kind !== 'samples') continue;
    const count = event.microvolt[0]?.length ?? 0;
    for (let i = 0; i < count; i += 1) {
      samples.set(
        event.firstSampleIndex + i,
        event.microvolt.map((lead) => lead[i] ?? Number.NaN),
      );
    }
  }
  const pairs = [...samples].flatMap(([index, sample]) => {
    const next = samples.get(index + BEAT_SAMPLES);
    return next === undefined ? [] : [[sample, next] as const];
  });
  expect(pairs.length).toBeGreaterThan(5 * BEAT_SAMPLES);
  for (const [sample, next] of pairs) expect(next).toEqual(sample);
});

/** `isochrone explain` without a device says what the device says of the same window. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { emitFor, type CompiledNetwork } from '../../../codegen/compile.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { parseMethods } from '../../../codegen/explain/methods.js';
import { buildNetwork } from '../../../codegen/testing/build-network.js';
import { compileTrial } from '../../../codegen/testing/trial.js';
import { explainRecord } from '../../../host/explain/explain-record.js';
import { bullsEyeSvg } from '../../../host/explain/bulls-eye-svg.js';
import { explanationHtml } from '../../../host/explain/report-html.js';
import {
  semihostRecordArguments,
  writeSemihostRecord,
} from '../../../host/flash/semihost-record.js';
import { toAcquisition } from '../../../host/records/acquisition.js';
import type { EcgRecord } from '../../../host/records/record.js';
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { loadBoard } from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import { writeNetwork } from '../../../host/toolchain/write-network.js';
import { compareExplanations } from '../../support/explanations.js';
import { connect, type ConnectedDevice } from './emulated-device.js';

vi.setConfig({ testTimeout: 180_000 });
const WAIT_MS = 90_000;

let network: CompiledNetwork;
let record: EcgRecord;
let connected: ConnectedDevice | undefined;
let folder = '';

/** Weights of a seed; what counts is that both sides explain the same thing. */
function lesionNetwork(methods: string): CompiledNetwork {
  const trial = compileTrial(
    buildNetwork('lesions of a seed', [1, 12, 1000], 5, (b) => {
      const c1 = b.node('Relu', [
        b.conv(b.input, { from: 12, to: 8 }, [7], { strides: [4], pads: [3, 3] }),
      ]);
      const pooled = b.node('GlobalAveragePool', [c1]);
      return b.gemm(b.node('Flatten', [pooled]), 8, 3);
    }),
    { methods: parseMethods(methods) },
  );
  const metadata = { ...trial.program.metadata, 'isochrone.classes': 'MI,HYP,STTC' };
  return { ...trial, program: { ...trial.program, metadata } };
}

beforeAll(() => {
  network = lesionNetwork('gradient-x-input');
  record = synthesizePatient({ ...DEFAULT_PATIENT, durationS: 14 }).record;
});

afterEach(async () => {
  await connected?.stop();
  connected = undefined;
  await rm(folder, { recursive: true, force: true });
});

describe('explaining a record', () => {
  it.each([
    ['gradient-x-input', 'gradient_x_input'],
    // The chain rule then reads the path's mean gradient.
    ['integrated-gradients:2', 'integrated_gradients'],
  ])('on the host says what the device says, window by window: %s', async (methods, method) => {
    const asked = lesionNetwork(methods);
    const board = await loadBoard('mps2-an386');
    const outDir = join(packageRoot(), 'build', 'test', 'emulator', 'explain');
    const networkDir = join(outDir, 'network');
    writeNetwork(emitFor(asked, { backend: 'armv7em-dsp', optimize: 'balanced' }), networkDir);
    const built = await buildFirmware({
      board,
      networkDir,
      image: 'app',
      frontEnd: 'semihost',
      outDir,
    });
    folder = await mkdtemp(join(tmpdir(), 'isochrone-explain-'));
    const file = join(folder, 'record.i16');
    await writeSemihostRecord(file, toAcquisition(record).microvolt);
    const args = semihostRecordArguments(file, Number.POSITIVE_INFINITY);
    connected = await connect({ board, elfPath: built.elfPath, semihosting: { args } });
    await connected.waitFor('end', WAIT_MS);
    const { explanations } = compareExplanations(connected.events, record, asked);
    expect(explanations.length).toBeGreaterThan(1);
    expect(explanations.map((explanation) => explanation.method)).toContain(method);
    expect(explanations.map(({ mapping }) => mapping)).toContain('chain_rule');
  });

  it('writes a page and a picture that need nothing else and say what they are', () => {
    const report = explainRecord({ record, network, className: 'mi' });
    const html = explanationHtml(report);
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)|<link/u);
    for (const text of [
      'not a medical device',
      'matched filter (no network)',
      'MI',
      '21 RV outflow',
    ]) {
      expect(html).toContain(text);
    }
    expect(html.match(/<svg/gu)).toHaveLength(4);
    const svg = bullsEyeSvg(report.explanation);
    expect(svg.match(/<path/gu)).toHaveLength(22);
    expect(svg).toContain('not a medical device');
    expect(JSON.stringify(report)).not.toContain('undefined');
  });

  it.each([
    [{ className: 'PVC' }, 'EXPLAIN_CLASS_UNKNOWN'],
    [{ window: 99 }, 'EXPLAIN_WINDOW_UNKNOWN'],
    [{ className: 'HYP', mapping: 'chain_rule' as const }, 'EXPLAIN_MAPPING'],
  ])('refuses %j with %s', (request, code) => {
    expect(() => explainRecord({ record, network, ...request })).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  });
});

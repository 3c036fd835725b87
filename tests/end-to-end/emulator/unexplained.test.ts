import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../codegen/compile.js';
import { quantizeMicrovolt } from '../../../codegen/emit/input-factor.js';
import { PADDING, POOL_OPTIONS, TYPE } from '../../../codegen/import/tflite-schema.js';
import { IntegerInterpreter } from '../../../codegen/interpret/integer.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { TfliteWriter } from '../../../codegen/testing/tflite-builder.js';
import {
  semihostRecordArguments,
  writeSemihostRecord,
} from '../../../host/flash/semihost-record.js';
import { toAcquisition } from '../../../host/records/acquisition.js';
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { loadBoard } from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import { buildNativeChain } from '../../../host/toolchain/native-chain.js';
import { writeNetwork } from '../../../host/toolchain/write-network.js';
import { connect, type ConnectedDevice } from './emulated-device.js';

const WAIT_MS = 90_000;
/** 0 mV is far from code 0, so that a device that forgets it answers otherwise. */
const INPUT = { scales: [0.02], zeroPoint: -101 };

/** An int8 TFLite network on an ECG window: mean of each lead, dense layer, softmax. */
function int8EcgNetwork(): Uint8Array {
  const writer = new TfliteWriter();
  const type = TYPE.int8;
  const x = writer.tensor({ name: 'ecg', shape: [1, 1000, 1, 12], type, ...INPUT });
  const mean = writer.tensor({ name: 'mean', shape: [1, 1, 1, 12], type, ...INPUT });
  writer.operator('AVERAGE_POOL_2D', [x], mean, 5, [
    [POOL_OPTIONS.padding, 'int8', PADDING.valid],
    [POOL_OPTIONS.strideWidth, 'int32', 1],
    [POOL_OPTIONS.strideHeight, 'int32', 1],
    [POOL_OPTIONS.filterWidth, 'int32', 1],
    [POOL_OPTIONS.filterHeight, 'int32', 1000],
  ]);
  const weights = writer.tensor({
    name: 'weights',
    shape: [3, 12],
    type,
    bytes: Uint8Array.from({ length: 36 }, (_, i) => (i * 23) % 128),
    scales: [0.01],
  });
  const bias = writer.tensor({
    name: 'bias',
    shape: [3],
    type: TYPE.int32,
    bytes: new Uint8Array(Int32Array.of(400, 2500, -900).buffer),
    scales: [0.0002],
  });
  const logits = writer.tensor({ name: 'logits', shape: [1, 3], type, scales: [0.05] });
  writer.operator('FULLY_CONNECTED', [mean, weights, bias], logits, 8);
  const answer = writer.tensor({
    name: 'answer',
    shape: [1, 3],
    type,
    scales: [1 / 256],
    zeroPoint: -128,
  });
  writer.operator('SOFTMAX', [logits], answer, 9, [[0, 'float32', 1]]);
  return writer.bytes(x, answer);
}

let connected: ConnectedDevice | undefined;
let folder = '';
afterEach(async () => {
  await connected?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a network without an explanation in the application', () => {
  it('gives its own probabilities for its own input codes, and says why there is no map', async () => {
    const model = { bytes: int8EcgNetwork(), file: 'ecg.tflite' };
    const network = compileNetwork(model, undefined, { explain: 'none' });
    const outDir = join(packageRoot(), 'build', 'test', 'emulator', 'unexplained');
    const networkDir = join(outDir, 'network');
    writeNetwork(network, networkDir);
    const board = await loadBoard('mps2-an386');
    const built = await buildFirmware({
      board,
      networkDir,
      image: 'app',
      frontEnd: 'semihost',
      outDir,
    });
    folder = await mkdtemp(join(tmpdir(), 'isochrone-unexplained-'));
    const file = join(folder, 'record.i16');
    const { record } = synthesizePatient({ ...DEFAULT_PATIENT, durationS: 16 });
    const { microvolt } = toAcquisition(record);
    await writeSemihostRecord(file, microvolt);
    const args = semihostRecordArguments(file, Number.POSITIVE_INFINITY);
    connected = await connect({ board, elfPath: built.elfPath, semihosting: { args } });
    const result = await connected.waitFor('result', WAIT_MS);
    const [window = new Int16Array()] = buildNativeChain().windows([microvolt]);
    const interpreter = new IntegerInterpreter(network.program);
    const steps = interpreter.forward(quantizeMicrovolt(network.program, window));
    expect(result.probabilities).toEqual(Array.from(steps, (value) => value / 256));
    expect(new Set(result.probabilities).size).toBe(3);
    const withheld = await connected.waitFor('withheld', WAIT_MS);
    expect(withheld).toMatchObject({ resultId: result.resultId, reason: 'not_compiled' });
    expect(connected.events.some(({ kind }) => kind === 'explanation')).toBe(false);
  }, 200_000);
});

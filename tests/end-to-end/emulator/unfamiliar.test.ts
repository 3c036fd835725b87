/** A device whose network knows its training data: it answers for what is like them and says of the rest that it does not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { compileModel } from '../../../host/cli/network.js';
import { describeWindow } from '../../../host/familiarity/describe.js';
import { unfamiliarity } from '../../../host/familiarity/unfamiliarity.js';
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
import { independentWindow } from '../../../host/validate/windows.js';
import { connect, type ConnectedDevice } from './emulated-device.js';

const WAIT_MS = 90_000;
const LEADS = 8;
/** From here on each lead is another electrode's. */
const MIXED_FROM = 12 * 500;

let connected: ConnectedDevice | undefined;
let folder = '';
afterEach(async () => {
  await connected?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('answers for a patient, and not for the same with leads in another order', async () => {
  const network = compileModel(join(packageRoot(), 'models/tiny/tiny.onnx'), {
    explain: 'none',
    precision: 'int8',
  });
  const { familiarity } = network;
  if (familiarity === undefined) throw new Error('the calibration knows the training data');
  const outDir = join(packageRoot(), 'build', 'test', 'emulator', 'unfamiliar');
  writeNetwork(network, join(outDir, 'network'));
  const board = await loadBoard('mps2-an386');
  const { elfPath } = await buildFirmware({
    board,
    networkDir: join(outDir, 'network'),
    image: 'app',
    frontEnd: 'semihost',
    outDir,
  });
  const { record } = synthesizePatient({ ...DEFAULT_PATIENT, durationS: 26 });
  const { microvolt } = toAcquisition(record);
  const mixed = microvolt.map((value, i) => {
    const [t, lead] = [Math.floor(i / LEADS), i % LEADS];
    return t < MIXED_FROM ? value : (microvolt[t * LEADS + ((3 * lead + 2) % LEADS)] ?? 0);
  });
  folder = await mkdtemp(join(tmpdir(), 'isochrone-unfamiliar-'));
  const file = join(folder, 'record.i16');
  await writeSemihostRecord(file, mixed);
  const args = semihostRecordArguments(file, Number.POSITIVE_INFINITY);
  connected = await connect({ board, elfPath, semihosting: { args } });
  await connected.waitFor('end', WAIT_MS);

  const [window = new Int16Array()] = buildNativeChain().windows([mixed]);
  const first = await connected.waitFor('result', WAIT_MS);
  expect(first.windowFirstSampleIndex).toBeLessThan(5);
  // What C on the core says is what the golden model says.
  const known = unfamiliarity(familiarity, describeWindow(independentWindow(window)));
  expect(first.unfamiliarity).toBe(known);
  expect(known).toBeLessThan(1);
  expect(first.operatingPoints?.length).toBe(first.classNames.length);
  const last = connected.events.filter((event) => event.kind === 'withheld').at(-1);
  expect(last).toMatchObject({ reason: 'unfamiliar' });
  expect(last?.unanswered?.windowFirstSampleIndex).toBeGreaterThan(MIXED_FROM);
  expect(last?.unanswered?.unfamiliarity).toBeGreaterThan(1);
}, 200_000);

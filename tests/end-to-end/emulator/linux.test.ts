/** Linux boards: the application as a process under qemu-aarch64, on pseudo-terminals, started again as systemd would. */
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { emitFor, type CompiledNetwork } from '../../../codegen/compile.js';
import { integerTensor } from '../../../codegen/integer/program.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../../../host/cli/network.js';
import { explainRecord } from '../../../host/explain/explain-record.js';
import { toAcquisition } from '../../../host/records/acquisition.js';
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { DeviceTests } from '../../../host/serial/device-tests.js';
import { backendOf, loadBoard, type Board } from '../../../host/toolchain/board.js';
import { buildFirmware, type FrontEnd } from '../../../host/toolchain/build-firmware.js';
import { writeNetwork } from '../../../host/toolchain/write-network.js';
import { compareExplanations } from '../../support/explanations.js';
import { connect, inject, returnedSamples, type ConnectedDevice } from './emulated-device.js';

vi.setConfig({ testTimeout: 60_000 });
const WAIT_MS = 20_000;
const OUT = join(packageRoot(), 'build', 'test', 'emulator', 'linux');
/** As fast as a busy machine carries it. */
const SPEED = 8;

let connected: ConnectedDevice | undefined;
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
});

async function build(
  board: Board,
  name: string,
  networkDir: string,
  frontEnd: FrontEnd = 'uart',
): Promise<string> {
  const outDir = join(OUT, board.name, name);
  const { elfPath } = await buildFirmware({
    board,
    networkDir,
    image: 'app',
    frontEnd,
    outDir,
  });
  return elfPath;
}

function networkFor(board: Board): { compiled: CompiledNetwork; networkDir: string } {
  const networkDir = join(OUT, board.name, 'network');
  const { compiled } = generateNetwork(DEFAULT_MODEL, networkDir, {
    ramBytes: board.modelArenaBytes,
    target: { backend: backendOf(board), optimize: 'balanced' },
  });
  writeNetwork(emitFor(compiled, compiled.target), networkDir);
  return { compiled, networkDir };
}

it.each(['linux-aarch64', 'jetson-orin-nano'])(
  '%s tests itself, returns a record sample for sample, and answers and explains as the golden model does',
  async (name) => {
    const board = await loadBoard(name);
    const { compiled, networkDir } = networkFor(board);
    const device = await connect({ board, elfPath: await build(board, 'uart', networkDir) });
    connected = device;
    const hello = await device.waitFor('hello', WAIT_MS, ({ startState }) => {
      return startState !== 'testing';
    });
    expect(hello).toMatchObject({ boardName: name, startState: 'passed', startFaults: [] });

    const { record } = synthesizePatient({ ...DEFAULT_PATIENT, durationS: 14 });
    const { microvolt } = toAcquisition(record);
    await inject(device, microvolt, SPEED);
    await device.waitFor('end', WAIT_MS);
    expect(returnedSamples(device.events)).toEqual(microvolt);
    const { explanations } = compareExplanations(device.events, record, compiled);
    expect(explanations.length).toBeGreaterThan(1);
    const results = device.events.filter((event) => event.kind === 'result');
    // On the wire a logit is a float; the integers behind it are the interpreter's.
    const { scale } = integerTensor(compiled.program, compiled.program.logits);
    const codes = (logits: readonly number[]): number[] =>
      logits.map((logit) => Math.round(logit / scale));
    results.forEach(({ logits }, window) => {
      const { result } = explainRecord({ record, network: compiled, window });
      expect(codes(logits)).toEqual(codes(result.logits));
    });
    const status = device.events.filter((event) => event.kind === 'status').at(-1);
    expect(status).toMatchObject({ samplesDropped: 0, framesDropped: 0, receiveErrors: 0 });
    expect(status?.stackHighWaterBytes).toBeLessThan(board.stackBytes / 2);
    expect(await new DeviceTests(device.link).selfTest()).toBe('passed');
  },
);

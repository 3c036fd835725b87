/** A device that is running already, on a serial port: the network that it holds, compared as on any other target. */
import { IsochroneError } from '../../codegen/errors.js';
import type { BackendName } from '../../codegen/emit/backends.js';
import { SEGMENT_NAMES } from '../cineecg/geometry.js';
import { deviceAt } from '../serial/device-address.js';
import { DeviceTests, type TestTiming } from '../serial/device-tests.js';
import { openLink } from '../serial/link.js';
import type { Transport } from '../serial/transport.js';
import { backendOf, type Board } from '../toolchain/board.js';
import type { VectorResult, VectorsRequest, VectorsResults } from '../toolchain/vectors.js';
import type { RunOptions, Target } from './targets.js';

/**
 * A core at 25 MHz is a few seconds in one layer, and says nothing meanwhile: a link that is lost by then is not.
 */
const TIMING = { staleAfterMs: 20_000, lostAfterStaleMs: 20_000 };

/** Instead of the port and its patience, for tests. */
export interface DeviceAccess {
  readonly transport?: () => Transport;
  readonly timing?: TestTiming;
}

/** @param path of a serial port, or `auto`, `serial:NUMBER`, `tcp://host:port` */
export function deviceTarget(
  board: Board,
  path: string,
  backend: BackendName = backendOf(board),
  { transport, timing }: DeviceAccess = {},
): Target {
  const open =
    transport ?? deviceAt(path, { boards: () => Promise.resolve([board]), board: board.name });
  const name = `${board.name} at ${path}`;
  return {
    name,
    title: `${board.title}, running`,
    backend,
    compiler: board.compiler,
    build: () =>
      Promise.resolve({
        name,
        fitsBoard: true,
        countsInstructions: false,
        run: async (request, options = {}) => runOnDevice(await open(), timing, request, options),
      }),
  };
}

/** @throws IsochroneError VALIDATE_OTHER_NETWORK, DEVICE_*, LINK_* */
async function runOnDevice(
  transport: Transport,
  timing: TestTiming | undefined,
  { vectors }: VectorsRequest,
  { expected, onVector }: RunOptions,
): Promise<VectorsResults> {
  const link = openLink({ transport, segmentNames: SEGMENT_NAMES, timing: TIMING });
  let stackHighWaterBytes = 0;
  link.on((event) => {
    if (event.kind === 'status') ({ stackHighWaterBytes } = event);
  });
  try {
    const { modelHash, modelName } = await link.hello();
    if (expected !== undefined && expected.hash !== modelHash) throw otherNetwork(modelName);
    const tests = new DeviceTests(link, timing);
    const selfTest = await tests.selfTest();
    const results: VectorResult[] = [];
    try {
      for (const { input, classIndex } of vectors) {
        const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
        const run = await tests.run(bytes, classIndex, expected?.layers ?? 0);
        results.push({ ...run, forwardTicks: 0, explainTicks: 0 });
        onVector?.(results.length);
      }
    } finally {
      await tests.start().catch(() => undefined);
    }
    return { ticksPerSecond: 0, networkHash: modelHash, stackHighWaterBytes, selfTest, results };
  } finally {
    await link.close();
  }
}

function otherNetwork(modelName: string): IsochroneError {
  return new IsochroneError(
    'VALIDATE_OTHER_NETWORK',
    'the device runs another network than the one that is validated',
    {
      hint: 'Give the options that its firmware was built with (--board, --explain, --leads, --precision, --ram, --optimize), or flash it again.',
      where: { model: modelName },
    },
  );
}

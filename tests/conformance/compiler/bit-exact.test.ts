import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emitFor } from '../../../codegen/compile.js';
import { packageRoot } from '../../../codegen/package-root.js';
import {
  DEFAULT_MODEL,
  generateNetwork,
  type GeneratedNetwork,
} from '../../../host/cli/network.js';
import { backendOf, loadBoard } from '../../../host/toolchain/board.js';
import { buildFirmware, buildNative } from '../../../host/toolchain/build-firmware.js';
import { runVectorsNatively, runVectorsOnBoard } from '../../../host/toolchain/run-vectors.js';
import { writeNetwork } from '../../../host/toolchain/write-network.js';
import type { VectorsRequest, VectorsResults } from '../../../host/toolchain/vectors.js';
import { differences, expectedResults } from '../../../host/validate/bit-exact.js';
import {
  firstRecords,
  syntheticRecords,
  vectorsOf,
} from '../../../host/validate/vectors-from-records.js';
import { hasShared, NEEDS_SHARED, sharedPath } from '../../../host/records/shared-data.js';

const FOLD = ['data', 'ptbxl', 'fold09.d16.gz'] as const;
const REAL_RECORDS = 100;
const SYNTHETIC_RECORDS = 3;
const build = join(packageRoot(), 'build/test/bit-exact');

describe('default network: interpreter = host C = emulated Cortex-M4, every layer and the attribution', () => {
  let network: GeneratedNetwork;
  let m4Hash: number;
  let onHost: (request: VectorsRequest) => Promise<VectorsResults>;
  let onM4: (request: VectorsRequest) => Promise<VectorsResults>;

  beforeAll(async () => {
    network = generateNetwork(DEFAULT_MODEL, join(build, 'network'));
    const board = await loadBoard('mps2-an386');
    const native = await buildNative({ networkDir: network.folder, outDir: join(build, 'host') });
    const forM4 = emitFor(network.compiled, { backend: backendOf(board), optimize: 'balanced' });
    m4Hash = forM4.emitted.hash;
    writeNetwork(forM4, join(build, 'm4-network'));
    const image = await buildFirmware({
      board,
      networkDir: join(build, 'm4-network'),
      image: 'vectors',
      frontEnd: 'semihost',
      outDir: join(build, 'm4'),
    });
    onHost = (request) => runVectorsNatively({ programPath: native.programPath, request });
    onM4 = (request) =>
      runVectorsOnBoard({ board, elfPath: image.elfPath, request, timeoutMs: 400_000 });
  });

  async function check(vectors: ReturnType<typeof vectorsOf>): Promise<void> {
    const request = { vectors, observeLayers: true, fullGradients: 1 };
    const expected = expectedResults(network.compiled, vectors);
    const [host, m4] = await Promise.all([onHost(request), onM4(request)]);
    expect(differences(network.compiled, expected, host.results)).toEqual([]);
    expect(differences(network.compiled, expected, m4.results)).toEqual([]);
    expect(m4.results[0]?.gradient).toEqual(expected[0]?.gradient);
    // The records differ, so must their answers: a stuck output would agree with itself.
    const answers = new Set(expected.map((vector) => vector.gradientCrc));
    expect(answers.size).toBe(vectors.length);
    expect(m4.networkHash).toBe(m4Hash);
  }

  it(`on ${SYNTHETIC_RECORDS} synthetic records`, async () => {
    await check(vectorsOf(network.compiled, syntheticRecords(SYNTHETIC_RECORDS)));
  });

  it.skipIf(!hasShared(...FOLD))(
    `on ${REAL_RECORDS} real records (${NEEDS_SHARED})`,
    async () => {
      const records = await firstRecords(sharedPath(...FOLD), REAL_RECORDS);
      expect(records.length).toBe(REAL_RECORDS);
      await check(vectorsOf(network.compiled, records));
    },
    600_000,
  );

  it('names the first layer that differs', async () => {
    const vectors = vectorsOf(network.compiled, syntheticRecords(1));
    const expected = expectedResults(network.compiled, vectors);
    const { results } = await onHost({ vectors, observeLayers: true, fullGradients: 0 });
    const [result] = results;
    if (result === undefined) throw new Error('no result');
    const layerCrcs = result.layerCrcs.map((crc, layer) => (layer === 2 ? crc ^ 1 : crc));
    const [difference] = differences(network.compiled, expected, [{ ...result, layerCrcs }]);
    expect(difference?.what).toMatch(/^layer 2 \(/);
  });
});

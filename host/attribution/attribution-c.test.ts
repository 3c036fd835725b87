/** The attribution methods in C, on this machine and on an emulated Cortex-M4, against their golden models: bit for bit. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emitFor, type CompiledNetwork } from '../../codegen/compile.js';
import { parseMethods } from '../../codegen/explain/methods.js';
import { elementsOf, integerTensor, type SignalArray } from '../../codegen/integer/program.js';
import { packageRoot } from '../../codegen/package-root.js';
import { networkNamed } from '../../codegen/testing/networks.js';
import { seededRandom } from '../../codegen/testing/random.js';
import { compileTrial } from '../../codegen/testing/trial.js';
import { runAttribution, type AttributionRequest } from '../toolchain/attribution-run.js';
import { backendOf, loadBoard } from '../toolchain/board.js';
import { buildFirmware, buildNative } from '../toolchain/build-firmware.js';
import { writeNetwork } from '../toolchain/write-network.js';
import { goldenAttribution, type GoldenAttribution } from './golden.js';
import { inputCodes, interpretedNetwork } from './network.js';

const out = (name: string): string => join(packageRoot(), 'build/test/attribution', name);

const BOARD = 'mps2-an386';
const WIDTHS = ['int8', 'int16'] as const;

/** Every method at its boundaries: one step, odd and even steps, full-range codes, no noise and much, empty parts. */
function requests(network: CompiledNetwork): readonly AttributionRequest[] {
  const tensor = integerTensor(network.program, network.program.input);
  const length = elementsOf(tensor);
  const width = tensor.type === 'int16' ? 'int16' : 'int8';
  const random = seededRandom(11);
  const most = width === 'int16' ? 32_767 : 127;
  const noise = (): SignalArray =>
    inputCodes({ width }, length, () => Math.round((2 * random() - 1) * (most + 1)));
  const rail = (sign: number): SignalArray =>
    inputCodes({ width }, length, () => sign * (most + 1));
  const samples = length / tensor.channels;
  const input = noise();
  const ranges = [
    { begin: 0, end: 3, part: 0 },
    { begin: samples - 1, end: samples, part: 0 },
    { begin: 4, end: 4, part: 1 },
    { begin: 2, end: samples, part: 2 },
  ];
  const beatSamples = 9;
  const beat = noise().subarray(0, beatSamples * tensor.channels);
  // Over both borders, overlapping, and twice at one place.
  const tiled = { beat, beatSamples, beatR: 3, rIndex: [1, 20, 24, 40, 40, samples - 2] };
  const noisy = { method: 'smoothgrad', input, seed: 0xdeadbeef } as const;
  return [
    { method: 'gradient', input },
    { method: 'grad-cam', input },
    { method: 'grad-cam', input: rail(1), classIndex: 2 },
    ...[1, 2, 7, 16].map((steps) => ({ method: 'integrated', input, steps }) as const),
    { method: 'integrated', input, steps: 3, baseline: noise(), classIndex: 1 },
    { method: 'integrated', input, steps: 2, baseline: tiled },
    { method: 'integrated', input, steps: 2, baseline: { ...tiled, rIndex: [] } },
    { method: 'integrated', input: rail(1), steps: 5, baseline: rail(-1) },
    { method: 'integrated', input: rail(-1), steps: 4, baseline: rail(1) },
    { ...noisy, draws: 1, noise256ths: 0 },
    { ...noisy, draws: 3, noise256ths: 40 * most },
    { ...noisy, draws: 2, noise256ths: 256 * most },
    { method: 'occlusion', input, ranges, parts: 3, byLead: false },
    {
      method: 'occlusion',
      input,
      ranges,
      parts: 3,
      byLead: true,
      baseline: noise(),
      classIndex: 0,
    },
  ];
}

/** Everything but the times. */
const answers = (results: readonly GoldenAttribution[]): unknown =>
  results.map(({ explainedClass, saturations, values }) => ({
    explainedClass,
    saturations,
    values,
  }));

describe.each(WIDTHS)('%s codes', (width) => {
  let network: CompiledNetwork;
  let asked: readonly AttributionRequest[];
  let golden: unknown;
  beforeAll(() => {
    network = compileTrial(networkNamed('plain with batch normalisation'), {
      precision: width,
      methods: parseMethods('gradient,integrated-gradients,smoothgrad,grad-cam,occlusion'),
    });
    asked = requests(network);
    const reference = interpretedNetwork(network.program);
    golden = answers(asked.map((request) => goldenAttribution(reference, request)));
  });

  it('on this machine', async () => {
    const networkDir = out(`${width}-native-network`);
    writeNetwork(network, networkDir);
    const outDir = out(`${width}-native`);
    const { programPath } = await buildNative({ networkDir, outDir, image: 'attribution' });
    const { results } = await runAttribution({ programPath }, asked);
    expect(answers(results)).toEqual(golden);
  });

  // The wider codes alone: the image takes its time to build.
  if (width !== 'int16') return;
  it('on an emulated Cortex-M4', async () => {
    const board = await loadBoard(BOARD);
    const networkDir = out(`${width}-m4-network`);
    writeNetwork(emitFor(network, { backend: backendOf(board), optimize: 'balanced' }), networkDir);
    const { elfPath } = await buildFirmware({
      board,
      networkDir,
      image: 'attribution',
      frontEnd: 'semihost',
      outDir: out(`${width}-m4`),
    });
    const { results } = await runAttribution({ board, elfPath, timeoutMs: 60_000 }, asked);
    expect(answers(results)).toEqual(golden);
    // A mean takes a forward and a backward pass for each input; occlusion a forward pass for each part and one more.
    expect(results.map(({ steps }) => steps)).toEqual(
      asked.map((request) => {
        if (request.method === 'gradient' || request.method === 'grad-cam') return 1;
        if (request.method === 'integrated') return 2 * request.steps;
        if (request.method === 'smoothgrad') return 2 * request.draws;
        const leads = integerTensor(network.program, network.program.input).channels;
        return 1 + request.parts * (request.byLead ? leads : 1);
      }),
    );
  });
});

import type { CompiledNetwork, CompileOptions } from '../compile.js';
import { compileNetwork, frontEnd, modelSha256 } from '../compile.js';
import { needsGradCam } from '../explain/methods.js';
import type { Shape } from '../graph/graph.js';
import { sizeOf } from '../graph/graph.js';
import { calibrate } from '../quantize/calibration.js';
import { randomValues, seededRandom } from './random.js';
import type { TestNetwork } from './networks.js';

/** Seeded inputs of a network, in ONNX order, values within ±1. */
export function trialInputs(shape: Shape, seed: number, count: number): readonly Float32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => randomValues(random, sizeOf(shape), 1));
}

/** Compiles a test network, calibrated on seeded inputs. */
export function compileTrial(network: TestNetwork, options: CompileOptions = {}): CompiledNetwork {
  const explain = network.explain ?? 'gradient';
  const gradCam = needsGradCam(options.methods ?? []);
  const explained = frontEnd(network.bytes, network.name, explain, 12, gradCam);
  const calibration = calibrate(explained, trialInputs(network.inputShape, 77, 8), {
    modelSha256: modelSha256(network.bytes),
    source: 'seeded noise',
  });
  return compileNetwork(
    { bytes: network.bytes, file: network.name },
    { text: JSON.stringify(calibration), file: `${network.name}.calibration.json` },
    { ...options, explain },
  );
}

/** Channels-last values back in ONNX order. */
export function channelsFirst(values: ArrayLike<number>, channels: number): Float64Array {
  const positions = values.length / channels;
  return Float64Array.from(
    { length: values.length },
    (_, i) => values[(i % positions) * channels + Math.floor(i / positions)] ?? 0,
  );
}

/** Cosine of the angle between two vectors. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i += 1) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

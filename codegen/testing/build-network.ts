import type { Explain } from '../compile.js';
import { OnnxBuilder } from './onnx-builder.js';
import { seededRandom } from './random.js';

/** A small network for tests: its file and the shape of its input. */
export interface TestNetwork {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly bytes: Uint8Array;
  /** `none` where an operator has no gradient. */
  readonly explain?: Explain;
  /** Least cosine to the float gradient on noise, where it is not the usual one: a maximum of near-equals flips. */
  readonly leastCosine?: number;
  /** Gradient values that may saturate on inputs beyond the calibration; none where left out. */
  readonly mostSaturations?: number;
}

/** Writes a network with the weights of a seed. */
export function buildNetwork(
  name: string,
  inputShape: readonly number[],
  seed: number,
  body: (builder: OnnxBuilder) => string,
): TestNetwork {
  const builder = new OnnxBuilder(seededRandom(seed), inputShape);
  return { name, inputShape, bytes: builder.bytes(body(builder)) };
}

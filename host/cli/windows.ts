import { WINDOW_LEADS, WINDOW_SAMPLES } from '../toolchain/native-chain.js';

/** A window of chain output, int16 microvolt [1000][12] → the float network's input, millivolt [12][1000]. */
export function chainInput(window: Int16Array): Float32Array {
  return Float32Array.from(
    { length: window.length },
    (_, i) =>
      (window[(i % WINDOW_SAMPLES) * WINDOW_LEADS + Math.floor(i / WINDOW_SAMPLES)] ?? 0) / 1000,
  );
}

import { INDEPENDENT_IN_TWELVE } from '../cineecg/matrices.js';
import { WINDOW_LEADS, WINDOW_SAMPLES } from '../toolchain/native-chain.js';

/** A window of chain output, int16 microvolt [1000][leads] → the float network's input, millivolt [leads][1000]. */
export function chainInput(window: Int16Array, leads = WINDOW_LEADS): Float32Array {
  return Float32Array.from(
    { length: window.length },
    (_, i) => (window[(i % WINDOW_SAMPLES) * leads + Math.floor(i / WINDOW_SAMPLES)] ?? 0) / 1000,
  );
}

/** The eight independent leads of a window: [1000][12] → [1000][8]. */
export function independentWindow(window: Int16Array): Int16Array {
  const leads = INDEPENDENT_IN_TWELVE.length;
  return Int16Array.from(
    { length: WINDOW_SAMPLES * leads },
    (_, i) =>
      window[Math.floor(i / leads) * WINDOW_LEADS + (INDEPENDENT_IN_TWELVE[i % leads] ?? 0)] ?? 0,
  );
}

/** Golden model of iso_attribution_tile: one beat laid along a window, the baseline of integrated gradients. */
import type { SignalArray } from '../../codegen/integer/program.js';
import { inputCodes, type AttributionNetwork } from './network.js';

export interface TiledBeat {
  /** [beat samples][leads], input codes. */
  readonly beat: SignalArray;
  readonly beatSamples: number;
  /** Index of the R mark inside the beat. */
  readonly beatR: number;
  /** R positions in the window, ascending. */
  readonly rIndex: readonly number[];
}

/** The beat at each R mark, 0 V elsewhere; where two overlap the later one holds. [samples][leads]. */
export function tileBeat(
  network: Pick<AttributionNetwork, 'width' | 'leads' | 'zeroPoint'>,
  samples: number,
  { beat, beatR, beatSamples, rIndex }: TiledBeat,
): SignalArray {
  const { leads } = network;
  return inputCodes(network, samples * leads, (i) => {
    const t = Math.floor(i / leads);
    const begun = rIndex.filter((r) => r - beatR <= t);
    const inside = t + beatR - (begun[begun.length - 1] ?? -Infinity);
    return inside < beatSamples
      ? (beat[inside * leads + (i % leads)] ?? network.zeroPoint)
      : network.zeroPoint;
  });
}

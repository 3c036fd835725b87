/** iso_reversal on PTB-XL: leads exchanged by computation, windows from the device's own chain. */
import {
  EXCHANGES,
  LIMB_EXCHANGES,
  buildReversal,
} from '../../firmware-templates/core/test-harness/reversal.js';
import { toAcquisition } from '../../host/records/acquisition.js';
import { decodedRecords, openDecodedSet } from '../../host/records/decoded-set.js';
import { textTable } from '../../host/report/text.js';
import {
  WINDOW_LEADS,
  WINDOW_SAMPLES,
  buildNativeChain,
} from '../../host/toolchain/native-chain.js';

const INDEPENDENT = [0, 1, 6, 7, 8, 9, 10, 11];

export interface ReversalFigures {
  readonly records: number;
  /** Records as they are for which a warning was given: limbs, chest, either. A few may truly be exchanged. */
  readonly warned: { readonly limb: number; readonly chest: number; readonly any: number };
  readonly exchanges: readonly {
    readonly name: string;
    /** A warning about the limbs (or the chest) was given. */
    readonly sensitivity: number;
    /** And it named this very exchange. */
    readonly named: number;
  }[];
}

/** @param path a set of decoded records (`….d16.gz`), 10 s each */
export async function measureReversal(path: string): Promise<ReversalFigures> {
  const acquired: Int16Array[] = [];
  for await (const record of decodedRecords(await openDecodedSet(path))) {
    acquired.push(toAcquisition(record).microvolt);
  }
  const windows = buildNativeChain()
    .windows(acquired)
    .map((window) =>
      Array.from({ length: WINDOW_SAMPLES }, (_, t) =>
        INDEPENDENT.map((lead) => window[t * WINDOW_LEADS + lead] ?? 0),
      ),
    );
  const { judge } = buildReversal();
  const asIs = judge(windows);
  const judged = windows.filter((_, i) => asIs[i]?.judged === true);
  const share = (count: number): number => count / judged.length;
  return {
    records: judged.length,
    warned: {
      limb: share(asIs.filter(({ limb }) => limb !== undefined).length),
      chest: share(asIs.filter(({ chest }) => chest !== undefined).length),
      any: share(asIs.filter(({ limb, chest }) => (limb ?? chest) !== undefined).length),
    },
    exchanges: EXCHANGES.map(({ name, apply }, index) => {
      const found = judge(judged.map((window) => window.map(apply))).map(({ limb, chest }) =>
        index < LIMB_EXCHANGES ? limb : chest,
      );
      return {
        name,
        sensitivity: share(found.filter((warning) => warning !== undefined).length),
        named: share(found.filter((warning) => warning === name).length),
      };
    }),
  };
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

export function reversalText({ records, warned, exchanges }: ReversalFigures): string {
  return `exchanged electrodes, ${records} records: warned as they are ${percent(warned.limb)} (limbs), ${percent(warned.chest)} (chest)\n${textTable(
    ['exchanged', 'warned', 'named'],
    exchanges.map(({ name, sensitivity, named }) => [name, percent(sensitivity), percent(named)]),
  )}`;
}

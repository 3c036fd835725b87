/** What a network for ECGs was not trained on, made of ECGs and of nothing: how much of it a device would withhold. */
import type { Familiarity } from '../../codegen/quantize/familiarity.js';
import { seededRandom } from '../records/synthetic/random.js';
import { buildNativeChain } from '../toolchain/native-chain.js';
import { independentWindow } from '../validate/windows.js';
import { describeWindow } from './describe.js';
import { unfamiliarity } from './unfamiliarity.js';

const LEADS = 8;
const RATE_HZ = 500;

export interface StrangerReport {
  readonly kind: string;
  readonly records: number;
  readonly withheld: number;
  /** What the network answers for the first of them when nobody withholds it. */
  readonly answer: StrangerAnswer;
}

export interface StrangerAnswer {
  readonly className: string;
  readonly probability: number;
}

type Random = ReturnType<typeof seededRandom>;
/** Microvolt of one sample and lead, from the record's own and a stream of random numbers that is the record's. */
type Maker = (record: Int16Array, random: Random) => (t: number, lead: number) => number;

const own = (record: Int16Array, t: number, lead: number): number => record[t * LEADS + lead] ?? 0;
const scaled =
  (factor: number): Maker =>
  (record) =>
  (t, lead) =>
    factor * own(record, t, lead);
const order =
  (leads: readonly number[]): Maker =>
  (record) =>
  (t, lead) =>
    own(record, t, leads[lead] ?? lead);
/** Each lead by itself, so that nothing of a heart is left in how they go together. */
const sines =
  (hz: number, microvolt: number): Maker =>
  (_record, random) => {
    const phases = Array.from({ length: LEADS }, () => 2 * Math.PI * random.uniform());
    return (t, lead) =>
      microvolt * Math.sin((2 * Math.PI * hz * t) / RATE_HZ + (phases[lead] ?? 0));
  };
const added =
  (microvolt: number): Maker =>
  (record, random) =>
  (t, lead) =>
    own(record, t, lead) + microvolt * random.normal();

export const STRANGERS: Readonly<Record<string, Maker>> = {
  'the records as they are': scaled(1),
  'ten times the amplitude': scaled(10),
  'four times the amplitude': scaled(4),
  'a quarter of the amplitude': scaled(1 / 4),
  'a tenth of the amplitude': scaled(1 / 10),
  '250 Hz read as 500 Hz': (record) => (t, lead) =>
    own(record, (2 * t) % (record.length / LEADS), lead),
  '1000 Hz read as 500 Hz': (record) => (t, lead) =>
    (own(record, Math.floor(t / 2), lead) + own(record, Math.ceil(t / 2), lead)) / 2,
  'chest leads V6 to V1': order([0, 1, 7, 6, 5, 4, 3, 2]),
  'leads in another order': order([3, 6, 0, 5, 1, 7, 4, 2]),
  'arms exchanged': (record) => (t, lead) => {
    if (lead === 0) return -own(record, t, 0);
    return own(record, t, lead) - (lead === 1 ? own(record, t, 0) : 0);
  },
  'lead II on every lead': order(Array<number>(LEADS).fill(1)),
  'half of the leads at 0 V': (record) => (t, lead) => (lead < 4 ? own(record, t, lead) : 0),
  'upside down': scaled(-1),
  backwards: (record) => (t, lead) => own(record, record.length / LEADS - 1 - t, lead),
  'with white noise of 0.2 mV': added(200),
  'with white noise of 0.5 mV': added(500),
  'white noise of 0.3 mV': (_record, random) => () => 300 * random.normal(),
  'random walk': (_record, random) => {
    const at = new Float64Array(LEADS);
    return (_t, lead) => (at[lead] = 0.998 * (at[lead] ?? 0) + 30 * random.normal());
  },
  'hum of 16.7 Hz, 0.5 mV': sines(16.7, 500),
  'hum of 50 Hz, 2 mV': sines(50, 2000),
  'sine of 1 Hz, 1 mV': sines(1, 1000),
  'square waves of 1 mV': (_record, random) => {
    const halfPeriods = Array.from(
      { length: LEADS },
      () => 80 + Math.floor(300 * random.uniform()),
    );
    return (t, lead) => (Math.floor(t / (halfPeriods[lead] ?? 1)) % 2 === 0 ? 1000 : 0);
  },
};

/**
 * @param records int16 microvolt, sample-major, eight leads, 500 Hz, ten seconds
 * @param answer of the network for a window, `[1000][12]` int16 microvolt
 * @throws IsochroneError TOOLCHAIN_MISSING
 */
export function strangerReports(
  trained: Familiarity,
  records: readonly Int16Array[],
  answer: (window: Int16Array) => StrangerAnswer,
  kinds: readonly string[] = Object.keys(STRANGERS),
): readonly StrangerReport[] {
  const chain = buildNativeChain();
  const wanted = Object.entries(STRANGERS).filter(([kind]) => kinds.includes(kind));
  return wanted.map(([kind, make]) => {
    const changed = records.map((record, index) =>
      changedRecord(record, make(record, seededRandom(index + 1, kind))),
    );
    const windows = chain.windows(changed);
    const withheld = windows.filter(
      (window) => unfamiliarity(trained, describeWindow(independentWindow(window))) > 1,
    );
    const [first = new Int16Array()] = windows;
    return {
      kind,
      records: records.length,
      withheld: withheld.length,
      answer: answer(first),
    };
  });
}

function changedRecord(record: Int16Array, at: (t: number, lead: number) => number): Int16Array {
  return Int16Array.from(record, (_, i) =>
    Math.max(-32_768, Math.min(32_767, Math.round(at(Math.floor(i / LEADS), i % LEADS)))),
  );
}

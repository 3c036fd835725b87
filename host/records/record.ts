/**
 * One recording in memory, whatever file it came from: calibrated, lead by lead, gaps marked.
 */
import { IsochroneError } from '../../codegen/errors.js';
import type { StreamEvent } from '../stream/events.js';

/** Order of the independent leads everywhere in the project. */
export const INDEPENDENT_LEAD_NAMES = ['I', 'II', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;
/** Order of the twelve leads everywhere in the project. */
export const TWELVE_LEAD_NAMES = [
  ...(['I', 'II', 'III', 'aVR', 'aVL', 'aVF'] as const),
  ...(['V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const),
] as const;

export interface EcgLead {
  /** As the file spells it. */
  readonly name: string;
  /** One value a sample; NaN where the file says that there is none (a gap, never a zero). */
  readonly microvolt: Float64Array;
}

export interface RecordAnnotation {
  /** On the record's own sample axis. */
  readonly sampleIndex: number;
  readonly label: string;
  readonly leadName?: string;
}

/** What a recorder kept of an event, and when it came. */
export interface RecordedEvent {
  /** Samples of the record that had come before it. */
  readonly sample: number;
  /** Its sample indices are on the axis of the stream, where this record begins at `firstSampleIndex`. */
  readonly event: StreamEvent;
}

export interface EcgRecord {
  readonly name: string;
  readonly sampleRateHz: number;
  /** All of one length. */
  readonly leads: readonly EcgLead[];
  /** Where it came from, for people: a path, `path#index`, or `synthetic`. */
  readonly source: string;
  /** What a reader of results should know: assumed gain, leads left out … */
  readonly remarks: readonly string[];
  readonly annotations?: readonly RecordAnnotation[];
  /** Of a record that this project recorded: everything but the samples, in the order in which it came. */
  readonly events?: readonly RecordedEvent[];
  /** On the axis of the stream that was recorded; 0 unless given. */
  readonly firstSampleIndex?: number;
}

/** Each limb lead as (multiple of I, multiple of II): Einthoven and Goldberger. */
const LIMB_LEADS: readonly { readonly name: string; readonly row: readonly [number, number] }[] = [
  { name: 'i', row: [1, 0] },
  { name: 'ii', row: [0, 1] },
  { name: 'iii', row: [-1, 1] },
  { name: 'avf', row: [-0.5, 1] },
  { name: 'avl', row: [1, -0.5] },
  { name: 'avr', row: [-0.5, -0.5] },
];

export interface IndependentLeads {
  readonly sampleRateHz: number;
  readonly sampleCount: number;
  /** I II V1…V6, eight arrays of one length; NaN marks a gap. Not copies where the file had the lead. */
  readonly microvolt: readonly Float64Array[];
  /** Leads that the file had not and that were computed, for instance `I from III and aVF`. */
  readonly derived: readonly string[];
}

/** `Lead aVR`, `ECG avr`, ` AVR ` are one lead; `MLII` (a modified lead) is not `II`. */
export function normalizeLeadName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^(?:lead|ecg|ekg)[\s_:-]+/u, '');
}

/**
 * The eight independent leads, found by name in any case and order; I and II are computed from two other limb leads
 * where the file has not got them.
 *
 * @throws {IsochroneError} RECORD_LEADS_MISSING, RECORD_LEADS_AMBIGUOUS, RECORD_EMPTY
 */
export function independentLeads(record: EcgRecord): IndependentLeads {
  const byName = new Map<string, Float64Array>();
  for (const lead of record.leads) {
    const key = normalizeLeadName(lead.name);
    const wanted =
      LIMB_LEADS.some((limb) => limb.name === key) ||
      INDEPENDENT_LEAD_NAMES.some((independent) => independent.toLowerCase() === key);
    if (wanted && byName.has(key)) {
      throw new IsochroneError(
        'RECORD_LEADS_AMBIGUOUS',
        `record ${record.name} has more than one lead ${lead.name}`,
        {
          hint: 'Keep one of the two signals of that name in the header.',
          where: { record: record.source },
        },
      );
    }
    byName.set(key, lead.microvolt);
  }

  const derived: string[] = [];
  const missing: string[] = [];
  const microvolt: Float64Array[] = [];
  for (const [index, name] of INDEPENDENT_LEAD_NAMES.entries()) {
    const direct = byName.get(name.toLowerCase());
    if (direct !== undefined) {
      microvolt.push(direct);
      continue;
    }
    const computed = index < 2 ? deriveLimbLead(byName, index === 0 ? 0 : 1) : undefined;
    if (computed === undefined) {
      missing.push(name);
      continue;
    }
    microvolt.push(computed.microvolt);
    derived.push(`${name} from ${computed.from}`);
  }
  if (missing.length > 0) {
    const found = record.leads.map((lead) => lead.name).join(' ');
    throw new IsochroneError(
      'RECORD_LEADS_MISSING',
      `record ${record.name} lacks ${missing.join(' ')}; it has ${found === '' ? 'no lead' : found}`,
      {
        hint: 'A 12-lead record is needed: V1…V6 and any two of I II III aVR aVL aVF.',
        where: { record: record.source, missing: missing.join(' ') },
      },
    );
  }
  const sampleCount = microvolt[0]?.length ?? 0;
  if (sampleCount === 0) {
    throw new IsochroneError('RECORD_EMPTY', `record ${record.name} has no sample`, {
      hint: 'Choose a record that holds a signal.',
      where: { record: record.source },
    });
  }
  return { sampleRateHz: record.sampleRateHz, sampleCount, microvolt, derived };
}

/** Solves two limb-lead equations for I (0) or II (1); any two distinct limb leads determine both. */
function deriveLimbLead(
  byName: ReadonlyMap<string, Float64Array>,
  wanted: 0 | 1,
): { readonly microvolt: Float64Array; readonly from: string } | undefined {
  const present = LIMB_LEADS.flatMap((limb) => {
    const values = byName.get(limb.name);
    return values === undefined ? [] : [{ ...limb, values }];
  });
  const [first, second] = present;
  if (first === undefined || second === undefined) return undefined;
  const determinant = first.row[0] * second.row[1] - first.row[1] * second.row[0];
  const fromFirst = (wanted === 0 ? second.row[1] : -second.row[0]) / determinant;
  const fromSecond = (wanted === 0 ? -first.row[1] : first.row[0]) / determinant;
  const secondValues = second.values;
  const microvolt = first.values.map(
    (value, t) => value * fromFirst + (secondValues[t] ?? Number.NaN) * fromSecond,
  );
  return { microvolt, from: `${first.name} and ${second.name}` };
}

/**
 * Ten seconds of twelve leads as an HL7 FHIR R4 Observation with sampled data. Codes: ISO/IEEE 11073-10101, electric potentials of ECG leads
 * (MDC_ECG_ELEC_POTL_x), not the leads themselves (MDC_ECG_LEAD_x).
 */
import type { Coding, Observation, ObservationComponent } from 'fhir/r4.js';
import { callsWords } from '../stream/calls.js';
import { TWELVE_LEADS, type ResultEvent, type StreamEvent } from '../stream/events.js';
import type { Sink } from './sink.js';

const MDC = 'urn:iso:std:iso:11073:10101';
const UCUM = 'http://unitsofmeasure.org';
const POTENTIAL = 131_328;
/** By lead, in the order of TWELVE_LEADS. */
const LEAD_CODES = [
  131_329, 131_330, 131_389, 131_390, 131_391, 131_392, 131_331, 131_332, 131_333, 131_334, 131_335,
  131_336,
];
/** What no lead of the wire exceeds. */
const LIMIT_MICROVOLT = 32_767;
/** FHIR's sign for a value that could not be measured. */
const MISSING = 'E';

export interface ObservationInput {
  /** Eight independent leads, microvolt, NaN where missing. */
  readonly microvolt: readonly Float64Array[];
  readonly sampleRateHz: number;
  /** Moment of the first sample. */
  readonly effective: Date;
  readonly device: string;
  /** A reference such as `Patient/123`; left out where nobody is named. */
  readonly subject?: string;
  readonly result?: ResultEvent;
}

const coding = (code: number, display: string): Coding => ({
  system: MDC,
  code: String(code),
  display,
});

/** III and the augmented leads follow from I and II (Einthoven, Goldberger); rounded to whole microvolts as on the device. */
function twelveLeads(independent: readonly Float64Array[]): readonly Float64Array[] {
  const [one = new Float64Array(), two = new Float64Array(), ...chest] = independent;
  const of = (rule: (i: number, ii: number) => number): Float64Array =>
    one.map((value, t) => Math.floor(rule(value, two[t] ?? NaN)));
  return [
    one,
    two,
    of((i, ii) => ii - i),
    of((i, ii) => -(i + ii) / 2),
    of((i, ii) => i - ii / 2),
    of((i, ii) => ii - i / 2),
    ...chest,
  ];
}

export function toObservation(input: ObservationInput): Observation {
  const { sampleRateHz, effective, result } = input;
  const leads = twelveLeads(input.microvolt);
  const count = leads[0]?.length ?? 0;
  const component = leads.map((microvolt, index): ObservationComponent => ({
    code: {
      coding: [
        coding(
          LEAD_CODES[index] ?? POTENTIAL,
          `MDC_ECG_ELEC_POTL_${(TWELVE_LEADS[index] ?? '').toUpperCase()}`,
        ),
      ],
    },
    valueSampledData: {
      origin: { value: 0, unit: 'uV', system: UCUM, code: 'uV' },
      period: 1000 / sampleRateHz,
      factor: 1,
      // A derived lead may reach twice what one of the wire can.
      lowerLimit: -2 * LIMIT_MICROVOLT,
      upperLimit: 2 * LIMIT_MICROVOLT,
      dimensions: 1,
      data: Array.from(microvolt, (value) =>
        Number.isNaN(value) ? MISSING : String(Math.round(value)),
      ).join(' '),
    },
  }));
  const answer =
    result === undefined
      ? []
      : [
          {
            text: result.classNames
              .map((name, i) => `${name} ${(result.probabilities[i] ?? NaN).toFixed(3)}`)
              .join(', '),
          },
          ...[callsWords(result)].filter((words) => words !== '').map((text) => ({ text })),
        ];
  return {
    resourceType: 'Observation',
    // A program's answer that nobody has looked at.
    status: 'preliminary',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: 'procedure',
          },
        ],
      },
    ],
    code: { coding: [coding(POTENTIAL, 'MDC_ECG_ELEC_POTL')] },
    ...(input.subject === undefined ? {} : { subject: { reference: input.subject } }),
    effectivePeriod: {
      start: effective.toISOString(),
      end: new Date(effective.getTime() + (1000 * count) / sampleRateHz).toISOString(),
    },
    device: { display: input.device },
    note: [{ text: 'Isochrone, a research tool: not a medical device.' }, ...answer],
    component,
  };
}

export interface FhirSinkOptions {
  /** Takes an Observation to where it belongs: a server, a file. */
  readonly deliver: (observation: Observation) => Promise<void>;
  readonly onTrouble: (error: unknown) => void;
  readonly subject?: string;
  readonly now?: () => Date;
}

const WINDOW_SAMPLES = 5000;

/** One Observation a result: the window that it answers for. What cannot be delivered is told and left out. */
export function fhirSink(options: FhirSinkOptions): Sink {
  const now = options.now ?? ((): Date => new Date());
  const window = Array.from({ length: 8 }, () => new Float64Array(2 * WINDOW_SAMPLES).fill(NaN));
  let end: number | undefined;
  let rateHz = 500;
  let device = 'unknown';
  const pending = new Set<Promise<void>>();

  const keep = (first: number, microvolt: readonly (readonly number[])[]): void => {
    const count = microvolt[0]?.length ?? 0;
    const hole = end === undefined ? 0 : (first - end) | 0;
    const size = 2 * WINDOW_SAMPLES;
    for (const [lead, ring] of window.entries()) {
      if (hole < 0 || hole >= size) ring.fill(NaN);
      else for (let k = 0; k < hole; k += 1) ring[(first - 1 - k + 2 ** 32) % size] = NaN;
      for (let t = 0; t < count; t += 1) ring[(first + t) % size] = microvolt[lead]?.[t] ?? NaN;
    }
    end = first + count;
  };

  const tell = (result: ResultEvent): void => {
    const { windowFirstSampleIndex: first, windowSampleCount: count } = result;
    if (end === undefined || count > WINDOW_SAMPLES || end - first > 2 * WINDOW_SAMPLES) return;
    const size = 2 * WINDOW_SAMPLES;
    const microvolt = window.map((ring) =>
      Float64Array.from({ length: count }, (_, t) => ring[(first + t) % size] ?? NaN),
    );
    const ageMs = ((end - first) * 1000) / rateHz;
    const observation = toObservation({
      microvolt,
      sampleRateHz: rateHz,
      effective: new Date(now().getTime() - ageMs),
      device,
      result,
      ...(options.subject === undefined ? {} : { subject: options.subject }),
    });
    const sent = options.deliver(observation).catch(options.onTrouble);
    pending.add(sent);
    void sent.then(() => pending.delete(sent));
  };

  return {
    name: 'FHIR',
    publish(event: StreamEvent) {
      if (event.kind === 'samples') keep(event.firstSampleIndex, event.microvolt);
      else if (event.kind === 'result') tell(event);
      else if (event.kind === 'hello') {
        device = `${event.boardName}, model ${event.modelName}`;
        rateHz = event.sampleRateHz;
        for (const ring of window) ring.fill(NaN);
        end = undefined;
      }
    },
    async close() {
      await Promise.all(pending);
    },
  };
}

import type { Observation } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import type { ResultEvent } from '../stream/events.js';
import { fhirSink, toObservation } from './fhir.js';

const input = {
  microvolt: Array.from({ length: 8 }, (_, lead) => Float64Array.of(100 + lead, NaN, -7 - lead)),
  sampleRateHz: 500,
  effective: new Date('2026-01-02T03:04:05.000Z'),
  device: 'bench',
};

describe('an Observation', () => {
  const observation = toObservation(input);

  it('has the MDC codes of the twelve potentials, in the order of the leads', () => {
    expect(observation.component?.map(({ code }) => code.coding?.[0])).toEqual(
      [
        ...[
          ['131329', 'I'],
          ['131330', 'II'],
          ['131389', 'III'],
          ['131390', 'AVR'],
          ['131391', 'AVL'],
        ],
        ...[
          ['131392', 'AVF'],
          ['131331', 'V1'],
          ['131332', 'V2'],
          ['131333', 'V3'],
          ['131334', 'V4'],
        ],
        ...[
          ['131335', 'V5'],
          ['131336', 'V6'],
        ],
      ].map(([code, lead]) => ({
        system: 'urn:iso:std:iso:11073:10101',
        code,
        display: `MDC_ECG_ELEC_POTL_${lead}`,
      })),
    );
  });

  it('has the samples in microvolt, derived leads as Einthoven has them, E where one is missing', () => {
    const data = observation.component?.map(({ valueSampledData }) => valueSampledData?.data);
    expect(data?.slice(0, 6)).toEqual([
      '100 E -7',
      '101 E -8',
      '1 E -1',
      '-101 E 7',
      '49 E -3',
      '51 E -5',
    ]);
    expect(observation.component?.[0]?.valueSampledData).toMatchObject({
      origin: { value: 0, code: 'uV', system: 'http://unitsofmeasure.org' },
      period: 2,
      factor: 1,
      dimensions: 1,
    });
    expect(observation.effectivePeriod?.end).toBe('2026-01-02T03:04:05.006Z');
    expect(observation.status).toBe('preliminary');
    expect(JSON.stringify(observation)).not.toContain('"subject"');
  });
});

describe('the FHIR sink', () => {
  const result: ResultEvent = {
    ...{ kind: 'result', resultId: 1, windowFirstSampleIndex: 20, windowSampleCount: 30 },
    ...{ classNames: ['NORM'], probabilities: [0.5], logits: [0], winner: 0 },
    ...{ networkMicroseconds: 1, explainMicroseconds: 1 },
  };
  const samples = (first: number): void => {
    sink.publish({
      kind: 'samples',
      firstSampleIndex: first,
      microvolt: Array.from({ length: 8 }, () => Array.from({ length: 10 }, (_, t) => first + t)),
    });
  };
  const got: Observation[] = [];
  const troubles: unknown[] = [];
  let refuse = false;
  const sink = fhirSink({
    deliver: (observation) => {
      got.push(observation);
      return refuse ? Promise.reject(new Error('503')) : Promise.resolve();
    },
    onTrouble: (error) => troubles.push(error),
  });

  it('gives the window of each result, holes and all, and tells what was not delivered', async () => {
    for (const first of [0, 10, 20, 40]) samples(first);
    sink.publish(result);
    const lead = got[0]?.component?.[0]?.valueSampledData?.data?.split(' ') ?? [];
    expect(lead).toHaveLength(30);
    expect(lead.slice(8, 22)).toEqual(['28', '29', ...new Array<string>(10).fill('E'), '40', '41']);
    refuse = true;
    sink.publish(result);
    await sink.close();
    expect(troubles.map(String)).toEqual(['Error: 503']);
  });
});

import { describe, expect, it } from 'vitest';
import { parseEdf } from '../records/edf.js';
import { decodeAnnotations } from '../records/wfdb-annotations.js';
import { exportFiles } from './page-requests.js';
import type { ExportFormat, ExportRequest } from './messages.js';
import { synthetic } from './synthetic-events.js';

const COUNT = 1500;
const NOW = new Date('2026-03-01T12:00:00Z');

/** Lead l at sample i is 100 l + i % 50 µV; samples 500 to 509 are missing. */
function request(format: ExportFormat): ExportRequest {
  const bytes = Buffer.alloc(COUNT * 16);
  for (let i = 0; i < COUNT; i += 1) {
    for (let lead = 0; lead < 8; lead += 1) {
      const missing = i >= 500 && i < 510;
      bytes.writeInt16LE(missing ? -32_768 : 100 * lead + (i % 50), 16 * i + 2 * lead);
    }
  }
  return {
    format,
    firstSampleIndex: 7000,
    microvoltBase64: bytes.toString('base64'),
    beats: [7100, 7500],
    marks: [{ sampleIndex: 7200, text: 'coughs' }],
    device: 'mps2-an386',
    result: synthetic.result(1),
  };
}

const filesOf = (body: unknown): Map<string, Buffer> =>
  new Map(
    exportFiles(body, NOW).files.map(({ name, base64 }) => [name, Buffer.from(base64, 'base64')]),
  );

describe('export of what a page shows', () => {
  it('EDF+ keeps samples, holes, beats and marks', () => {
    const file = filesOf(request('edf')).get('isochrone.edf') ?? Buffer.alloc(0);
    const record = parseEdf(file, 'isochrone.edf');
    const lead = record.leads[3]?.microvolt ?? new Float64Array();
    expect([lead[0], lead[499], lead[500], lead[510], lead.length]).toEqual([
      300,
      349,
      Number.NaN,
      310,
      COUNT,
    ]);
    expect(record.annotations).toEqual([
      expect.objectContaining({ sampleIndex: 100, label: 'beat' }),
      expect.objectContaining({ sampleIndex: 200, label: 'coughs' }),
      expect.objectContaining({ sampleIndex: 500, label: 'beat' }),
    ]);
  });

  it('WFDB has header, data and annotations', () => {
    const files = filesOf(request('wfdb'));
    expect([...files.keys()]).toEqual(['isochrone.hea', 'isochrone.dat', 'isochrone.atr']);
    expect(files.get('isochrone.hea')?.toString()).toContain(`isochrone 8 500 ${COUNT}\n`);
    expect(files.get('isochrone.hea')?.toString()).toContain('not a medical device');
    expect(files.get('isochrone.dat')?.readInt16LE(16 * 20 + 2 * 7)).toBe(720);
    const notes = decodeAnnotations(files.get('isochrone.atr') ?? Buffer.alloc(0));
    expect(notes.map(({ sampleIndex, mnemonic, aux }) => [sampleIndex, mnemonic, aux])).toEqual([
      [100, 'N', ''],
      [200, '"', 'coughs'],
      [500, 'N', ''],
    ]);
  });

  it('FHIR is one Observation of the last ten seconds', () => {
    const text = filesOf(request('fhir')).get('isochrone.json')?.toString() ?? '';
    const observation = JSON.parse(text) as {
      resourceType: string;
      effectivePeriod: { end: string };
      component: { valueSampledData: { data: string } }[];
    };
    expect(observation.resourceType).toBe('Observation');
    expect(observation.effectivePeriod.end).toBe(NOW.toISOString());
    expect(observation.component.length).toBe(12);
    expect(observation.component[0]?.valueSampledData.data.split(' ')[505]).toBe('E');
  });

  it('refuses what is no request, and says what is missing', () => {
    for (const [body, word] of [
      [null, 'a body'],
      [{ ...request('edf'), format: 'exe' }, 'a format'],
      [{ ...request('edf'), microvoltBase64: '' }, 'samples'],
      [{ ...request('edf'), beats: ['x'] }, 'beats'],
      [{ ...request('edf'), marks: [{ sampleIndex: 1 }] }, 'marks'],
    ] as const) {
      expect(() => exportFiles(body, NOW)).toThrow(word);
    }
  });
});

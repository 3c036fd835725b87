/** The device's verdict on ten-second records against the people who labelled them (PhysioNet/CinC 2011 challenge). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rows, buildDriver } from '../../firmware-templates/core/test-harness/rows.js';
import { IsochroneError } from '../../codegen/errors.js';
import { decodedRecords, openDecodedSet } from '../../host/records/decoded-set.js';
import { eightLeadRows } from '../../host/records/marked-set.js';

export interface QualityFigures {
  readonly records: number;
  readonly copiesLeftOut: number;
  /** Of the unacceptable records, those rejected. */
  readonly sensitivity: number;
  /** Of the acceptable records, those accepted. */
  readonly specificity: number;
  readonly accuracy: number;
  readonly stateBytes: number;
}

interface Label {
  readonly index: number;
  readonly quality: string;
  readonly copyOf: string;
}

/** Leads that fail before the record is rejected: the challenge asked whether all of it can be read. */
const BAD_LEADS = 1;

/**
 * @param folder `quality.d16.gz`, its manifest, and `labels.csv`: index, record, quality, exact_duplicate_of
 * @throws {IsochroneError} RECORD_SET_INVALID, RECORD_NOT_FOUND …
 */
export async function measureQuality(folder: string): Promise<QualityFigures> {
  const labels = readLabels(join(folder, 'labels.csv'));
  const run = buildDriver('quality', ['iso_quality']);
  const count = { rejected: 0, unacceptable: 0, accepted: 0, acceptable: 0, copies: 0 };
  let stateBytes = 0;
  let index = 0;
  for await (const record of decodedRecords(await openDecodedSet(join(folder, 'quality.d16.gz')))) {
    const label = labels.find((row) => row.index === index);
    index += 1;
    if (label === undefined || label.quality === 'indeterminate') continue;
    if (label.copyOf !== '') {
      count.copies += 1;
      continue;
    }
    const rows = new Rows();
    eightLeadRows(record).forEach((row, t) => rows.push(0, t, row));
    const [verdict] = run(rows.push(2, 0));
    if (verdict?.kind !== 1) throw invalid(folder, `record ${index - 1} is shorter than 10 s`);
    stateBytes = verdict.first;
    const reject = verdict.values.filter((reasons) => reasons !== 0).length >= BAD_LEADS;
    if (label.quality === 'acceptable') {
      count.acceptable += 1;
      count.accepted += reject ? 0 : 1;
    } else {
      count.unacceptable += 1;
      count.rejected += reject ? 1 : 0;
    }
  }
  const records = count.acceptable + count.unacceptable;
  return {
    records,
    copiesLeftOut: count.copies,
    sensitivity: count.rejected / count.unacceptable,
    specificity: count.accepted / count.acceptable,
    accuracy: (count.rejected + count.accepted) / records,
    stateBytes,
  };
}

function readLabels(path: string): readonly Label[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split(/\r?\n/u)
    .slice(1)
    .map((line) => {
      const [index = '', , quality = '', copyOf = ''] = line.split(',');
      return { index: Number(index), quality, copyOf };
    });
}

function invalid(path: string, what: string): IsochroneError {
  return new IsochroneError('RECORD_SET_INVALID', `${path}: ${what}`, {
    hint: 'The form is that of the challenge of 2011 as decoded: copy the whole folder.',
    where: { file: path },
  });
}

export function qualityText(figures: QualityFigures): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `quality: ${figures.records} records, ${figures.copiesLeftOut} exact copies left out`,
    `  unacceptable rejected  ${percent(figures.sensitivity)}`,
    `  acceptable accepted    ${percent(figures.specificity)}`,
    `  right                  ${percent(figures.accuracy)}`,
    `  state                  ${figures.stateBytes} B`,
  ].join('\n');
}

/** Diagnostic superclass labels beside decoded sets: `labels.csv`, a row for each record of each fold, in order. */
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { readRecordFile } from './files.js';

const MAX_LABEL_BYTES = 1 << 26;

/** `sup`: a superclass given with any likelihood (the usual rule of the benchmark); `sup50`: with 50 % at least. */
export const LABEL_RULES = ['sup', 'sup50'] as const;
export type LabelRule = (typeof LABEL_RULES)[number];

/** For each rule and class, whether each record of the fold has it. */
export type FoldLabels = Readonly<Record<LabelRule, ReadonlyMap<string, readonly boolean[]>>>;

/**
 * @param classes names of the network's classes: NORM, MI …
 * @throws IsochroneError LABELS_INVALID, RECORD_NOT_FOUND
 */
export async function readFoldLabels(
  folder: string,
  fold: number,
  classes: readonly string[],
): Promise<FoldLabels> {
  const { path, header, ofFold } = await readFold(folder, fold);
  const column = (rule: LabelRule, name: string): readonly boolean[] => {
    const index = header.indexOf(`${rule}_${name}`);
    if (index < 0) throw invalid(path, `has no column ${rule}_${name}`);
    return ofFold.map((row) => row[index] === '1');
  };
  const byClass = (rule: LabelRule): ReadonlyMap<string, readonly boolean[]> =>
    new Map(classes.map((name) => [name, column(rule, name)]));
  return { sup: byClass('sup'), sup50: byClass('sup50') };
}

/**
 * Diagnostic statements of each record of a fold with their likelihood in percent (0: none was given), from the column scp_codes.
 * @throws IsochroneError LABELS_INVALID, RECORD_NOT_FOUND
 */
export async function readFoldStatements(
  folder: string,
  fold: number,
): Promise<readonly ReadonlyMap<string, number>[]> {
  const { path, header, ofFold } = await readFold(folder, fold);
  const column = header.indexOf('scp_codes');
  if (column < 0) throw invalid(path, 'has no column scp_codes');
  return ofFold.map((row, index) => {
    try {
      return new Map(Object.entries(JSON.parse(row[column] ?? '') as Record<string, number>));
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw invalid(path, `has no list of statements for record ${index} of fold ${fold}`);
    }
  });
}

async function readFold(
  folder: string,
  fold: number,
): Promise<{
  readonly path: string;
  readonly header: readonly string[];
  readonly ofFold: readonly (readonly string[])[];
}> {
  const path = join(folder, 'labels.csv');
  const text = (await readRecordFile(path, MAX_LABEL_BYTES)).toString('utf8');
  const [header = [], ...rows] = parseCsv(text);
  const ofFold = rows.filter(([first]) => first === String(fold));
  if (ofFold.length === 0) throw invalid(path, `has no record of fold ${fold}`);
  return { path, header, ofFold };
}

/** RFC 4180: fields in double quotes may hold commas, line ends and doubled quotes. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] ?? '';
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') {
        field += '"';
        i += 1;
      } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      row.push(field);
      field = '';
      if (c === '\n') {
        rows.push(row);
        row = [];
      }
    } else if (c !== '\r') field += c;
  }
  if (field !== '' || row.length > 0) rows.push([...row, field]);
  return rows;
}

function invalid(path: string, what: string): IsochroneError {
  return new IsochroneError('LABELS_INVALID', `${path} ${what}`, {
    hint: 'Name a folder that holds labels.csv with strat_fold and a column sup_CLASS for each class.',
    where: { file: path },
  });
}

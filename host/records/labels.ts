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

/** What `labels.csv` tells of one record besides its classes; what is empty there is absent here. */
export interface RecordAbout {
  readonly id: string;
  /** Over 89 is 300 in PTB-XL, which hides ages; here as there. */
  readonly ageYears?: number;
  readonly sex?: 'male' | 'female';
  readonly device?: string;
  /** Subclasses (LAFB/LPFB) and statements (ASMI, CLBBB, 1AVB) with any likelihood. */
  readonly findings: readonly string[];
  /** Of infarcts, with any likelihood: A, AS, AL, I, IL, IP, IPL, L, P. A reading of the ECG, not an image. */
  readonly infarctWalls: readonly string[];
}

export interface FoldTable {
  readonly path: string;
  readonly about: readonly RecordAbout[];
  /** Whether each record has the class; undefined where the table has no column of it. */
  superclass(rule: LabelRule, name: string): readonly boolean[] | undefined;
}

/**
 * One fold of `labels.csv`, by column name: a column that is missing leaves its field absent.
 * @throws IsochroneError LABELS_INVALID, RECORD_NOT_FOUND
 */
export async function readFoldTable(folder: string, fold: number): Promise<FoldTable> {
  const { path, header, ofFold } = await readFold(folder, fold);
  const columns = new Map(header.map((name, at) => [name, at]));
  const cell = (row: readonly string[], name: string): string =>
    row[columns.get(name) ?? -1]?.trim() ?? '';
  const statements = columns.has('scp_codes') ? statementsOf({ path, header, ofFold }) : undefined;
  return {
    path,
    about: ofFold.map((row, at) => {
      const [age = '', sex = '', device = ''] = ['age', 'sex', 'device'].map((name) =>
        cell(row, name),
      );
      return {
        id: cell(row, 'ecg_id') || String(at),
        ...(age === '' ? {} : { ageYears: Number(age) }),
        ...(sex === '0' || sex === '1' ? { sex: sex === '0' ? 'male' : 'female' } : {}),
        ...(device === '' ? {} : { device }),
        findings: [
          ...new Set([...words(cell(row, 'subclasses')), ...(statements?.[at]?.keys() ?? [])]),
        ],
        infarctWalls: words(cell(row, 'mi_location')).map((wall) => wall.split(':')[0] ?? wall),
      };
    }),
    superclass: (rule, name) => {
      const column = columns.get(`${rule}_${name}`);
      return column === undefined ? undefined : ofFold.map((row) => row[column] === '1');
    },
  };
}

function words(text: string): readonly string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}

/**
 * @param classes names of the network's classes: NORM, MI …
 * @throws IsochroneError LABELS_INVALID, RECORD_NOT_FOUND
 */
export async function readFoldLabels(
  folder: string,
  fold: number,
  classes: readonly string[],
): Promise<FoldLabels> {
  return superclassLabels(await readFoldTable(folder, fold), classes);
}

/** @throws IsochroneError LABELS_INVALID where the table has no column of a class */
export function superclassLabels(table: FoldTable, classes: readonly string[]): FoldLabels {
  const byClass = (rule: LabelRule): ReadonlyMap<string, readonly boolean[]> =>
    new Map(
      classes.map((name) => {
        const labels = table.superclass(rule, name);
        if (labels === undefined) throw invalid(table.path, `has no column ${rule}_${name}`);
        return [name, labels];
      }),
    );
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
  return statementsOf(await readFold(folder, fold));
}

function statementsOf({ path, header, ofFold }: Fold): readonly ReadonlyMap<string, number>[] {
  const column = header.indexOf('scp_codes');
  if (column < 0) throw invalid(path, 'has no column scp_codes');
  return ofFold.map((row, index) => {
    try {
      return new Map(Object.entries(JSON.parse(row[column] ?? '') as Record<string, number>));
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw invalid(path, `has no list of statements for record ${index} of the fold`);
    }
  });
}

interface Fold {
  readonly path: string;
  readonly header: readonly string[];
  readonly ofFold: readonly (readonly string[])[];
}

async function readFold(folder: string, fold: number): Promise<Fold> {
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

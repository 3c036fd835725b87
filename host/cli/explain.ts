/** `isochrone explain`: a record's explanation without a device, as a page, a picture or JSON. */
import { extname } from 'node:path';
import type { Leads } from '../../codegen/compile.js';
import type { ChosenMethod } from '../../codegen/explain/methods.js';
import { IsochroneError } from '../../codegen/errors.js';
import type { Precision } from '../../codegen/quantize/precision.js';
import type { VcgTransform } from '../cineecg/matrices.js';
import { bullsEyeSvg } from '../explain/bulls-eye-svg.js';
import { explainRecord, type Mapping, type RecordExplanation } from '../explain/explain-record.js';
import { explanationHtml } from '../explain/report-html.js';
import { openRecord } from '../records/open-record.js';
import { DEFAULT_PATIENT } from '../records/synthetic/files.js';
import { synthesizePatient } from '../records/synthetic/patient.js';
import { writeAtomically } from '../records/files.js';
import { compileModel, explainOptions, widthOptions } from './network.js';
import { explainedBlock } from './terminal/format.js';

export interface ExplainCommandOptions {
  readonly record?: string;
  readonly network: string;
  readonly class?: string;
  readonly mapping?: Mapping;
  readonly transform?: VcgTransform;
  readonly window?: number;
  readonly out?: string;
  readonly explain: readonly ChosenMethod[];
  readonly leads: Leads;
  readonly precision?: Precision;
  readonly ram?: number;
  readonly json: boolean;
}

const WRITERS: Readonly<Record<string, (report: RecordExplanation) => string>> = {
  '.html': explanationHtml,
  '.svg': (report) => bullsEyeSvg(report.explanation),
  '.json': (report) => `${JSON.stringify(report, null, 1)}\n`,
};

export async function runExplain(options: ExplainCommandOptions): Promise<void> {
  const writer = options.out === undefined ? undefined : writerOf(options.out);
  const report = await explain(options);
  if (writer !== undefined && options.out !== undefined) {
    await writeAtomically(options.out, writer(report));
  }
  if (options.json) process.stdout.write(WRITERS['.json']?.(report) ?? '');
  else {
    const remarks = report.record.remarks.map((remark) => `  remark: ${remark}`);
    const lines = [...explainedBlock(report.result, report.explanation), ...remarks];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}

export async function explain(
  options: Omit<ExplainCommandOptions, 'out' | 'json'>,
): Promise<RecordExplanation> {
  const record =
    options.record === undefined
      ? synthesizePatient(DEFAULT_PATIENT).record
      : await openRecord(options.record);
  const network = compileModel(options.network, {
    ...explainOptions(options.explain),
    leads: options.leads,
    ...widthOptions(options),
  });
  return explainRecord({
    record,
    network,
    ...(options.class === undefined ? {} : { className: options.class }),
    ...(options.mapping === undefined ? {} : { mapping: options.mapping }),
    ...(options.transform === undefined ? {} : { transform: options.transform }),
    ...(options.window === undefined ? {} : { window: options.window }),
  });
}

function writerOf(out: string): (report: RecordExplanation) => string {
  const writer = WRITERS[extname(out).toLowerCase()];
  if (writer !== undefined) return writer;
  throw new IsochroneError('EXPLAIN_OUTPUT', `${out}: what to write is told by the ending`, {
    hint: 'End it in .html, .svg or .json.',
    where: { file: out },
  });
}

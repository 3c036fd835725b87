/** The models bench as tables for a terminal. */
import { basename } from 'node:path';
import { errorText, exactText, TARGET_HEAD, targetRow, textTable } from '../../host/report/text.js';
import type { MeasuredModel, ModelReport } from '../models.js';
import type { ReferenceReport } from './references.js';

type Measured = readonly (readonly [string, MeasuredModel])[];

export function modelsText(reports: readonly ModelReport[]): string {
  const measured: Measured = reports.flatMap(({ model, measured }) =>
    measured === undefined ? [] : [[basename(model), measured] as const],
  );
  const rest = reports.flatMap(({ model, skipped, failed }) => {
    if (skipped !== undefined) return [`${basename(model)}: skipped, ${skipped}`];
    return failed === undefined ? [] : [`${basename(model)}: ${failed.code}: ${failed.message}`];
  });
  const details = measured.length === 1 ? [detailTable(measured)] : [];
  return [exactTable(measured), errorTable(measured), costTable(measured), ...details]
    .concat(rest.length === 0 ? [] : [`${rest.join('\n')}\n`])
    .join('\n');
}

function exactTable(measured: Measured): string {
  const targets = measured[0]?.[1].targets.map(({ name }) => name) ?? [];
  return textTable(
    ['bit-exact on', ...targets],
    measured.map(([name, { targets: found }]) => [name, ...found.map(exactText)]),
  );
}

function errorTable(measured: Measured): string {
  return textTable(
    [
      ...['model', 'inputs', 'against', 'error max', 'rms', 'of largest', 'same winner'],
      ...['codes differ', 'LSB most', 'AUC float', 'int8'],
    ],
    measured.flatMap(([name, model]) =>
      model.references.map((reference, index) => [
        index === 0 ? name : '',
        index === 0 ? inputsText(model) : '',
        reference.reference,
        ...errorCells(reference, model.inputs.count),
        ...(index === 0 ? areaCells(model) : ['', '']),
      ]),
    ),
  );
}

function inputsText({ inputs, calibratedOnInputs }: MeasuredModel): string {
  return `${inputs.count}${calibratedOnInputs ? ', calibrated on them' : ''}`;
}

function errorCells({ failed, error, steps }: ReferenceReport, inputs: number): string[] {
  if (error === undefined) return [failed ?? '', '', '', '', '', ''];
  return [
    errorText(error.maximum),
    errorText(error.rms),
    `${(100 * error.ofLargest).toFixed(2)} %`,
    `${error.sameWinner} of ${inputs}`,
    steps === undefined ? '' : `${steps.differing} of ${steps.compared}`,
    steps === undefined ? '' : String(steps.most),
  ];
}

/** Superclasses with a likelihood of 50 % at least: the stricter of the two rules; `--json` has both. */
function areaCells({ areas }: MeasuredModel): string[] {
  if (areas === undefined) return ['', ''];
  const { float, integer } = areas.rules.sup50;
  return [float.toFixed(4), integer.toFixed(4)];
}

function costTable(measured: Measured): string {
  return textTable(
    [
      ...['on M4', 'explained', 'arena B', 'constants B', 'flash B', 'fits'],
      ...['calibrate s', 'compile s'],
    ],
    measured.map(([name, model]) => {
      const m4 = model.targets.find((target) => target.name === 'mps2-an386');
      return [
        name,
        model.explained ? 'yes' : 'no',
        String(m4?.arenaBytes ?? ''),
        String(m4?.constantBytes ?? ''),
        String(m4?.flashBytes ?? ''),
        m4?.fitsBoard === true ? 'yes' : 'no',
        model.calibrateSeconds.toFixed(2),
        model.compileSeconds.toFixed(2),
      ];
    }),
  );
}

function detailTable(measured: Measured): string {
  return textTable(
    TARGET_HEAD,
    measured.flatMap(([, { targets }]) => targets.map(targetRow)),
  );
}

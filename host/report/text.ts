/** Reports for a terminal. */
import type { ModelAnalysis } from '../../codegen/report/analyze.js';
import type { SignalReport } from '../../codegen/report/signals.js';
import type { TargetReport, ValidationReport } from '../validate/validate.js';

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Columns as wide as their widest cell; numbers to the right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, (row[column] ?? '').length), title.length),
  );
  const numeric = head.map((_, column) =>
    rows.every((row) => /^[-+0-9.e]*$/i.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numeric[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [
    line(head),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows.map(line),
    '',
  ].join('\n');
}

/** Four digits say all that an error estimate has to say. */
export function errorText(value: number): string {
  return value === 0 ? '0' : value.toPrecision(4);
}

/** Nodes of an analysed model. */
export function operatorTable({ nodes }: ModelAnalysis): Table {
  return {
    head: ['#', 'operator', 'output', 'parameters', 'name'],
    rows: nodes.map((node, index) => [
      String(index),
      node.operator,
      node.shapes.map((shape) => `[${shape.join(', ')}]`).join(' '),
      String(node.parameters),
      node.name,
    ]),
  };
}

/** How the signals of a network are held, and what int8 costs each. */
export function signalTable(signals: readonly SignalReport[]): Table {
  return {
    head: ['signal', 'type', 'low', 'high', 'rule', 'answer dB', '1 - cosine'],
    rows: signals.map(({ tensor, type, low, high, rule, answerDb, explanation }) => [
      tensor,
      type,
      low.toPrecision(4),
      high.toPrecision(4),
      rule,
      answerDb?.toFixed(1) ?? '',
      explanation?.toPrecision(3) ?? '',
    ]),
  };
}

/** Which layers the calibration has equalised. */
export function equalisedText(tensors: readonly string[]): string {
  return `channels brought to like ranges: ${tensors.join(', ')}`;
}

/** Bit-exact or not, and why not. */
export function exactText(target: TargetReport): string {
  if (target.tooLarge !== undefined) return 'too large';
  if (target.bitExact) return 'yes';
  const { first, selfTest = 'passed' } = target;
  return first ?? (selfTest === 'passed' ? 'other network' : `self-test: ${selfTest}`);
}

export function targetRow(target: TargetReport): readonly string[] {
  return [
    target.name,
    exactText(target),
    target.backend,
    String(target.arenaBytes),
    String(target.constantBytes),
    target.flashBytes === undefined ? '' : String(target.flashBytes),
    target.ramBytes === undefined ? '' : String(target.ramBytes),
    target.fitsBoard ? 'yes' : 'no',
    target.instructions === undefined ? '' : String(target.instructions.forward),
    target.instructions === undefined ? '' : String(target.instructions.explanation),
    target.cycles === undefined ? '' : String(target.cycles.forward),
    target.cycles === undefined ? '' : String(target.cycles.explanation),
  ];
}

export const TARGET_HEAD = [
  'target',
  'bit-exact',
  'backend',
  'arena B',
  'constants B',
  'flash B',
  'RAM B',
  'fits',
  'instructions',
  'to explain',
  'cycles',
  'cycles to explain',
] as const;

/** The layer table, with columns for each target that counted instructions and for each that estimated cycles. */
export function layerTable({ layers, targets }: ValidationReport): {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const counting = targets.filter(({ instructions }) => instructions !== undefined);
  const estimating = targets.filter(({ cycles }) => cycles !== undefined);
  return {
    head: [
      '#',
      'pass',
      'kind',
      'MAC',
      'output B',
      'error max',
      'error rms',
      'cosine',
      'dB',
      'type',
      ...counting.map(({ name }) => `instr ${name}`),
      ...estimating.map(({ name }) => `cycles ${name}`),
      'name',
    ],
    rows: layers.map((layer) => [
      String(layer.index),
      layer.pass,
      layer.kind,
      String(layer.multiplyAccumulates),
      String(layer.outputBytes),
      layer.error === undefined ? '' : errorText(layer.error.maximum),
      layer.error === undefined ? '' : errorText(layer.error.rms),
      layer.error === undefined ? '' : layer.error.cosine.toFixed(5),
      layer.error?.signalToNoiseDb?.toFixed(1) ?? '',
      layer.type,
      ...counting.map(({ name }) => String(layer.instructions[name] ?? '')),
      ...estimating.map(({ name }) => String(layer.cycles[name] ?? '')),
      layer.name,
    ]),
  };
}

export function attributionLines({ attribution }: ValidationReport): readonly string[] {
  if (attribution === undefined) return [];
  const { medianCosine, leastCosine } = attribution;
  return [
    `gradient × input against float: cosine ${medianCosine.toFixed(4)} median, ${leastCosine.toFixed(4)} least`,
    '',
  ];
}

/** How the known-answer test of devices that are running went. */
export function selfTestLines({ targets }: ValidationReport): readonly string[] {
  return targets.flatMap(({ name, selfTest }) =>
    selfTest === undefined ? [] : [`self-test on ${name}: ${selfTest}`, ''],
  );
}

export function validationText(report: ValidationReport): string {
  const { head, rows } = layerTable(report);
  return [
    `${report.network}: ${report.inputs} inputs (${report.source})`,
    '',
    textTable(TARGET_HEAD, report.targets.map(targetRow)),
    textTable(head, rows),
    ...selfTestLines(report),
    ...attributionLines(report),
  ].join('\n');
}

/** The profile for a terminal. */
import { textTable, type Table } from '../report/text.js';
import type { HotCode } from './hot-code.js';
import type { CostReport, ProfileReport } from './profile.js';

const inPercent = (share: number): string => (100 * share).toFixed(1);

/** The cells of one cost; those of cycles only where there are any. */
function costCells(cost: CostReport, cycles: boolean): readonly string[] {
  return [
    String(cost.multiplyAccumulates),
    String(cost.instructions),
    cost.instructionsPerMac?.toFixed(3) ?? '',
    ...(cycles
      ? [
          String(cost.cycles ?? ''),
          cost.cyclesPerMac?.toFixed(3) ?? '',
          cost.milliseconds?.toFixed(3) ?? '',
        ]
      : []),
  ];
}

export function profileTable(report: ProfileReport): Table {
  const { layers, forward, explanation } = report;
  const cycles = report.basis !== undefined;
  const pass = (name: string, cost: CostReport): readonly string[] => {
    const share = layers
      .filter((layer) => (layer.pass === 'forward') === (name === 'answer'))
      .reduce((sum, layer) => sum + layer.share, 0);
    return ['', name, ...costCells(cost, cycles), inPercent(share), '', ''];
  };
  return {
    head: [
      '#',
      'kind',
      'MAC',
      'instructions',
      'per MAC',
      ...(cycles ? ['cycles', 'cyc/MAC', 'ms'] : []),
      'share %',
      'kernel',
      'name',
    ],
    rows: [
      ...layers.map((layer) => [
        String(layer.index),
        layer.kind,
        ...costCells(layer, cycles),
        inPercent(layer.share),
        layer.kernel.replace(/^codegen\/emit\//, ''),
        layer.name,
      ]),
      pass('answer', forward),
      ...(explanation.instructions === 0 ? [] : [pass('explanation', explanation)]),
    ],
  };
}

/** What the cycles are, in one sentence. */
export function basisText({ basis, core, clockHz, waitStates }: ProfileReport): string {
  return basis === undefined
    ? `${core} has no cycle model: instructions are exact, cycles are not estimated`
    : `instructions are exact; cycles are estimated (${basis}; flash wait states: ${waitStates}), milliseconds at ${clockHz / 1e6} MHz`;
}

export function hotTitle(piece: HotCode): string {
  return `${inPercent(piece.share)} % in ${piece.function}, layers ${piece.layers.join(', ')}`;
}

export function hotTable({ lines }: HotCode): Table {
  const cycles = lines.some((line) => line.cycles !== undefined);
  return {
    head: ['address', 'executed', ...(cycles ? ['cycles'] : []), 'instruction'],
    rows: lines.map((line) => [
      `0x${line.address}`,
      String(line.instructions),
      ...(cycles ? [String(line.cycles ?? '')] : []),
      line.text,
    ]),
  };
}

export function profileText(report: ProfileReport): string {
  const layers = profileTable(report);
  return [
    `${report.network} on ${report.board} (${report.core}), backend ${report.backend}`,
    basisText(report),
    '',
    textTable(layers.head, layers.rows),
    ...report.hot.flatMap((piece) => {
      const { head, rows } = hotTable(piece);
      return [hotTitle(piece), '', textTable(head, rows)];
    }),
  ].join('\n');
}

/** The link: faults, throughput. Each measurement is one file of bench/link/. */
import { progress } from '../host/cli/progress.js';
import { textTable } from '../host/report/text.js';
import {
  booksBalance,
  faultHolds,
  faultMatrixText,
  runFaultMatrix,
  type FaultMatrix,
} from './link/fault-matrix.js';
import { buildCLine } from './link/line-decoders.js';
import { measureThroughput, type Throughput } from './link/throughput.js';

export interface LinkReport {
  readonly throughput: readonly Throughput[];
  readonly faults: FaultMatrix;
  /** samples sent = delivered + reported missing, in every fault. */
  readonly booksBalance: boolean;
  readonly holds: boolean;
}

export interface LinkBenchOptions {
  readonly damagedFrames: number;
  readonly seed: number;
}

/** @throws IsochroneError TOOLCHAIN_MISSING without gcc */
export async function benchLink({ damagedFrames, seed }: LinkBenchOptions): Promise<LinkReport> {
  const throughput = await measureThroughput();
  const bar = progress('faults');
  const faults = runFaultMatrix(await buildCLine(), {
    damagedFrames,
    seed,
    onProgress: (damaged) => {
      bar.update(Math.min(damaged, damagedFrames), damagedFrames);
    },
  });
  bar.finish(`${faults.framesDamaged} damaged frames`);
  return {
    throughput,
    faults,
    booksBalance: faults.faults.every(booksBalance),
    holds: faults.faults.every(faultHolds),
  };
}

export function linkText(report: LinkReport): string {
  const number = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
  return [
    textTable(
      ['decoding', 'MB per CPU second', 'MB per second'],
      report.throughput.map((row) => [
        row.name,
        number(row.megabytesPerCpuSecond),
        number(row.megabytesPerSecond),
      ]),
    ),
    faultMatrixText(report.faults),
    '',
  ].join('\n\n');
}

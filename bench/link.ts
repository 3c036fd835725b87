/** The link: faults, decoding rate, many devices and the age of samples, a soak. Each measurement is one file of bench/link/. */
import { progress } from '../host/cli/progress.js';
import { textTable } from '../host/report/text.js';
import { faultMatrixText, runFaultMatrix, type FaultMatrix } from './link/fault-matrix.js';
import { goalsText, linkGoals, type Goal } from './link/goals.js';
import { buildCLine } from './link/line-decoders.js';
import { measureManyDevices, type ManyDevices } from './link/many-devices.js';
import { soak, type SoakFigures } from './link/soak.js';
import { measureThroughput, type Throughput } from './link/throughput.js';

export interface LinkReport {
  readonly throughput: readonly Throughput[];
  readonly manyDevices: ManyDevices;
  readonly soak: SoakFigures;
  readonly faults: FaultMatrix;
  readonly goals: readonly Goal[];
  /** Every goal but those that a busy machine misses. */
  readonly holds: boolean;
}

export interface LinkBenchOptions {
  readonly damagedFrames: number;
  readonly seed: number;
  readonly devices: number;
  /** How long many devices are served. */
  readonly seconds: number;
  readonly soakHours: number;
}

/** Pages that read the watched device while the others load the host. */
const PAGES = 4;

/** @throws IsochroneError TOOLCHAIN_MISSING without gcc */
export async function benchLink(options: LinkBenchOptions): Promise<LinkReport> {
  const { damagedFrames, seed, devices, seconds, soakHours } = options;
  const throughput = await measureThroughput();
  const manyDevices = await measureManyDevices({ devices, seconds, pages: PAGES });
  const soakBar = progress('soak');
  const soaked = await soak({
    hours: soakHours,
    seed,
    onProgress: (hour) => {
      soakBar.update(Math.floor(hour), soakHours, 'hour');
    },
  });
  soakBar.finish(`${soakHours} h`);
  const bar = progress('faults');
  const faults = runFaultMatrix(await buildCLine(), {
    damagedFrames,
    seed,
    onProgress: (damaged) => {
      bar.update(Math.min(damaged, damagedFrames), damagedFrames);
    },
  });
  bar.finish(`${faults.framesDamaged} damaged frames`);
  const measured = { throughput, manyDevices, soak: soaked, faults };
  const goals = linkGoals(measured);
  return { ...measured, goals, holds: goals.every(({ met, timed }) => met || timed) };
}

export function linkText(report: LinkReport): string {
  const number = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
  return [
    goalsText(report.goals),
    textTable(
      ['decoding', 'MB per CPU second', 'MB per second'],
      report.throughput.map((row) => [
        row.name,
        number(row.megabytesPerCpuSecond),
        number(row.megabytesPerSecond),
      ]),
    ),
    manyText(report.manyDevices),
    soakText(report.soak),
    faultMatrixText(report.faults),
    '',
  ].join('\n\n');
}

function manyText({ latencyMs, ...many }: ManyDevices): string {
  return [
    `${many.devices} devices in one process for ${many.seconds.toFixed(0)} s: ${many.samplesDelivered} samples (${(100 * many.shareOfFullRate).toFixed(1)} % of full rate), ${many.lostOnLink} lost, ${many.explanations} explained results; ${many.cpuPercent.toFixed(0)} % of a core, ${many.residentMegabytes.toFixed(0)} MB resident`,
    `sample to WebSocket message, ${PAGES} pages, ${latencyMs.count} samples: median ${latencyMs.median.toFixed(0)} ms, 99th percentile ${latencyMs.p99.toFixed(0)} ms, most ${latencyMs.most.toFixed(0)} ms`,
  ].join('\n');
}

function soakText({ heapMegabytes, ...run }: SoakFigures): string {
  const missing = `${run.reportedLostOnLink} reported lost + ${run.reportedDroppedByDevice} left out by the device + ${run.lostWithReset} lost with a reset`;
  return [
    `soak of ${run.hours} h at ${run.speed.toFixed(0)} times real time: ${run.unplugs} unplugged, ${run.resets} resets, ${run.leadOffs} leads off, ${run.damagedFrames} frames damaged, ${run.connections} connections`,
    `${run.samplesAcquired} samples acquired, ${run.samplesDelivered} delivered + ${missing}: ${run.balance ? 'all accounted for' : 'NOT ACCOUNTED FOR'}`,
    `heap ${heapMegabytes.start.toFixed(1)} MB at the start, ${heapMegabytes.middle.toFixed(1)} in the middle, ${heapMegabytes.end.toFixed(1)} at the end, most ${heapMegabytes.most.toFixed(1)}`,
  ].join('\n');
}

/** What the link is to reach, beside what was measured: the report's first table. */
import { textTable } from '../../host/report/text.js';
import { booksBalance, type FaultMatrix } from './fault-matrix.js';
import type { ManyDevices } from './many-devices.js';
import type { SoakFigures } from './soak.js';
import type { Throughput } from './throughput.js';

export interface Goal {
  readonly name: string;
  readonly measured: number;
  readonly unit: string;
  /** `most`: the measured is to be no more; `least`: no less. */
  readonly kind: 'most' | 'least';
  readonly goal: number;
  readonly met: boolean;
  /** What a busy machine changes: told, and never a failure. */
  readonly timed: boolean;
}

/** Heap at the end of a soak over that at its start: what a just-in-time compiler and its caches grow by, and no leak. */
const FLAT_HEAP = 1.5;

export function linkGoals(measured: {
  readonly throughput: readonly Throughput[];
  readonly manyDevices: ManyDevices;
  readonly soak: SoakFigures;
  readonly faults: FaultMatrix;
}): Goal[] {
  const { throughput, manyDevices, soak, faults } = measured;
  const rate = (start: string): number =>
    throughput.find(({ name }) => name.startsWith(start))?.megabytesPerCpuSecond ?? NaN;
  const worst = (of: (fault: FaultMatrix['faults'][number]) => number): number =>
    Math.max(...faults.faults.map(of));
  const goal = (
    kind: Goal['kind'],
    name: string,
    value: number,
    bound: number,
    unit = '',
    timed = false,
  ): Goal => {
    const met = kind === 'most' ? value <= bound : value >= bound;
    return { name, measured: value, unit, kind, goal: bound, met, timed };
  };
  const { start, middle, end } = soak.heapMegabytes;
  return [
    goal('most', 'corrupt frames delivered', faults.corruptDelivered, 0),
    goal(
      'most',
      'worst resync, delimiter lived',
      worst((f) => f.worstResync),
      1,
      'frames',
    ),
    goal(
      'most',
      'worst resync, delimiter died',
      worst((f) => f.worstResyncWithoutDelimiter),
      2,
      'frames',
    ),
    goal(
      'most',
      'faults whose samples do not balance',
      faults.faults.filter((f) => !booksBalance(f)).length,
      0,
    ),
    goal(
      'most',
      'faults over which the decoders disagree',
      faults.faults.filter((f) => !f.decodersAgree).length,
      0,
    ),
    goal('most', 'soak: samples not accounted for', unaccounted(soak), 0),
    goal('most', 'soak: heap in the middle over the start', middle / start, FLAT_HEAP, '×'),
    goal('most', 'soak: heap at the end over the start', end / start, FLAT_HEAP, '×'),
    goal('least', 'decoding frames', rate('frames'), 100, 'MB/s', true),
    goal(
      'least',
      "decoding frames over node-serialport's SLIP",
      rate('frames') / rate('node-serialport'),
      10,
      '×',
      true,
    ),
    goal(
      'least',
      `${manyDevices.devices} devices: share of full rate`,
      manyDevices.shareOfFullRate,
      0.99,
      '',
      true,
    ),
    goal('most', 'sample to WebSocket, median', manyDevices.latencyMs.median, 50, 'ms', true),
    goal(
      'most',
      'sample to WebSocket, 99th percentile',
      manyDevices.latencyMs.p99,
      150,
      'ms',
      true,
    ),
  ];
}

function unaccounted(soak: SoakFigures): number {
  const told = soak.samplesDelivered + soak.reportedLostOnLink + soak.reportedDroppedByDevice;
  return Math.abs(soak.samplesAcquired - told - soak.lostWithReset);
}

export function goalsText(goals: readonly Goal[]): string {
  const figure = (value: number): string =>
    Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 0);
  return textTable(
    ['', 'measured', 'goal', ''],
    goals.map(({ name, measured, unit, kind, goal, met, timed }) => [
      name,
      `${figure(measured)} ${unit}`.trim(),
      `${kind === 'most' ? '≤' : '≥'} ${goal} ${unit}`.trim(),
      met ? 'ok' : timed ? 'missed on this machine' : 'FAILS',
    ]),
  );
}

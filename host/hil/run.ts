/** A run of the suite on every device of a bench at once: a process for each, their records gathered. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { loadBoard } from '../toolchain/board.js';
import { EMULATED_BENCH, entryOf, loadBenchMap, type BenchEntry } from './bench-map.js';
import { summarize, type DeviceRecord, type RunSummary } from './record.js';
import { environmentOf } from './run-settings.js';

export interface RunOptions {
  /** `emulated`, or the path of a bench map. */
  readonly bench: string;
  /** Of the map; all where none is named. */
  readonly devices?: readonly string[];
  /** Ten minutes of acquisition, every duration of every fault. */
  readonly long: boolean;
  readonly mutant?: string;
  /** Tests whose name has one of these words; all where none is given. */
  readonly only?: readonly string[];
  /** A line of what goes on. */
  readonly onLine?: (device: string, line: string) => void;
  readonly signal?: AbortSignal;
}

export interface RunReport extends RunSummary {
  readonly format: 'isochrone-hil-1';
  readonly bench: string;
  readonly long: boolean;
  readonly totalMs: number;
  readonly devices: readonly DeviceRecord[];
}

/** @throws IsochroneError HIL_MAP, HIL_DEVICE_UNKNOWN, HIL_NO_SUITE, BOARD_* */
export async function runBench(options: RunOptions): Promise<RunReport> {
  const startedMs = performance.now();
  const map = await loadBenchMap(options.bench);
  const entries = options.devices?.map((name) => entryOf(map, name)) ?? map.devices;
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-hil-'));
  try {
    const suite = suiteOf();
    const devices = await Promise.all(
      entries.map((entry) => runDevice(suite, entry, options, join(folder, `${entry.name}.json`))),
    );
    return {
      format: 'isochrone-hil-1',
      bench: options.bench,
      long: options.long,
      totalMs: Math.round(performance.now() - startedMs),
      ...summarize(devices),
      devices,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Suite {
  readonly vitest: string;
  readonly config: string;
}

/** The suite is a part of the sources, and not of what is built of them. */
function suiteOf(): Suite {
  const root = packageRoot();
  const suite = {
    vitest: join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    config: join(root, 'tests', 'hil', 'vitest.config.ts'),
  };
  const missing = Object.values(suite).find((file) => !existsSync(file));
  if (missing === undefined) return suite;
  throw new IsochroneError('HIL_NO_SUITE', `the tests of the bench are not here: ${missing}`, {
    hint: 'Run it in a checkout of the sources, by `npm run hil`.',
    where: { file: missing },
  });
}

async function runDevice(
  suite: Suite,
  entry: BenchEntry,
  options: RunOptions,
  recordFile: string,
): Promise<DeviceRecord> {
  const { bench, long, mutant, only = [], signal } = options;
  const startedMs = performance.now();
  const settings = {
    bench: bench === EMULATED_BENCH ? bench : resolve(bench),
    device: entry.name,
    long,
    recordFile,
    ...(mutant === undefined ? {} : { mutant }),
  };
  const filter = only.length === 0 ? [] : ['-t', only.map(escapePattern).join('|')];
  const args = [suite.vitest, 'run', '--config', suite.config, '--reporter', 'verbose', ...filter];
  const child = spawn(process.execPath, args, {
    cwd: packageRoot(),
    env: { ...process.env, ...environmentOf(settings), NO_COLOR: '1', FORCE_COLOR: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() === '') return;
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      options.onLine?.(entry.name, line);
    });
  }
  const status = await new Promise<number | null>((settle) => {
    child.on('error', () => settle(null));
    child.on('close', settle);
  });
  const record = await readRecord(recordFile);
  const failed = record?.tests.some((test) => test.state === 'failed') ?? false;
  if (record !== undefined && (status === 0 || failed)) return record;
  const board = await loadBoard(entry.board);
  return {
    device: entry.name,
    board: board.name,
    kind: entry.kind,
    core: board.core.name,
    ...(mutant === undefined ? {} : { mutant }),
    ms: Math.round(performance.now() - startedMs),
    tests: [],
    ...record,
    failure: `the suite ended with status ${String(status)}: ${tail.join('\n')}`,
  };
}

/** Of a suite that did not begin, or did not end: its error and where it came from. */
const TAIL_LINES = 30;

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

async function readRecord(file: string): Promise<DeviceRecord | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as DeviceRecord);
}

/** `isochrone hil`: the bench of emulated and real boards (docs/hil.md). */
import { mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../codegen/package-root.js';
import { EMULATED_BENCH, fixturesOf, loadBenchMap, type BenchEntry } from '../hil/bench-map.js';
import { discoverBench } from '../hil/discover.js';
import { junitXml } from '../hil/junit.js';
import { MUTANTS } from '../hil/mutants.js';
import { hilHtml } from '../hil/report-html.js';
import { holderOf } from '../hil/reservation.js';
import { runBench, type RunOptions, type RunReport } from '../hil/run.js';
import { textTable } from '../report/text.js';
import { listPorts } from '../serial/ports.js';
import { interrupted } from '../session/session.js';
import { loadBoards } from '../toolchain/board.js';
import { EXIT_CHECK_FAILED, EXIT_INTERRUPTED } from './exit-codes.js';

export interface HilInitOptions {
  readonly out: string;
  readonly json: boolean;
}

/** Adds what is found to what the file says; nothing in it is taken away. */
export async function runHilInit({ out, json }: HilInitOptions): Promise<void> {
  const known = await readFile(out, 'utf8').then(
    async () => (await loadBenchMap(out)).devices,
    () => undefined as readonly BenchEntry[] | undefined,
  );
  const emulated = known ?? (await loadBenchMap(EMULATED_BENCH)).devices;
  const found = discoverBench(emulated, await listPorts(), await loadBoards());
  const devices = [...emulated, ...found];
  const schema = join(packageRoot(), 'host', 'hil', 'bench-map.schema.json');
  await writeFile(out, `${JSON.stringify({ $schema: schema, devices }, null, 2)}\n`);
  process.stdout.write(
    json
      ? `${JSON.stringify({ file: resolve(out), devices, added: found }, null, 2)}\n`
      : `${out}: ${devices.length} devices, ${found.length} found on ports now. Add what each is wired to: docs/hil.md\n`,
  );
}

export interface HilListOptions {
  readonly bench: string;
  readonly json: boolean;
}

export async function runHilList({ bench, json }: HilListOptions): Promise<void> {
  const map = await loadBenchMap(bench);
  const devices = await Promise.all(
    map.devices.map(async (entry) => {
      const holder = await holderOf(map, entry);
      return {
        ...entry,
        fixtures: [...fixturesOf(entry)],
        ...(holder === undefined ? {} : { reservedBy: holder }),
      };
    }),
  );
  if (json) {
    process.stdout.write(`${JSON.stringify(devices, null, 2)}\n`);
    return;
  }
  const rows = devices.map(({ name, kind, board, fixtures, reservedBy, ...entry }) => [
    name,
    kind,
    board,
    'port' in entry ? entry.port : '–',
    fixtures.join(' '),
    reservedBy === undefined ? 'free' : `reserved by process ${reservedBy}`,
  ]);
  process.stdout.write(
    `${textTable(['device', 'kind', 'board', 'port', 'fixtures', 'state'], rows)}\n`,
  );
}

export interface HilRunOptions {
  readonly bench: string;
  readonly device?: readonly string[];
  readonly long: boolean;
  readonly only?: readonly string[];
  readonly out: string;
  readonly json: boolean;
}

/** Exit code 4 where a test fails. */
export async function runHil(options: HilRunOptions): Promise<void> {
  const report = await interruptible({
    bench: options.bench,
    long: options.long,
    ...(options.device === undefined ? {} : { devices: options.device }),
    ...(options.only === undefined ? {} : { only: options.only }),
    onLine: progress,
  });
  if (report === undefined) return;
  const files = await writeReports(options.out, report);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : `${reportText(report)}\n${files.join(' ')}\n`,
  );
  if (report.tests.failed > 0) process.exitCode = EXIT_CHECK_FAILED;
}

/**
 * Whoever stops the run stops its processes; emulators end with theirs.
 * @returns undefined where it was stopped
 */
async function interruptible(options: RunOptions): Promise<RunReport | undefined> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  try {
    const report = await runBench({ ...options, signal: stop.signal });
    if (!stop.signal.aborted) return report;
    process.stderr.write(`\n${interrupted().message}\n`);
    process.exitCode = EXIT_INTERRUPTED;
    return undefined;
  } finally {
    process.removeListener('SIGINT', abort);
    process.removeListener('SIGTERM', abort);
  }
}

async function writeReports(folder: string, report: RunReport): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const files = {
    'junit.xml': junitXml(report),
    'report.html': hilHtml(report),
    'report.json': `${JSON.stringify(report, null, 2)}\n`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return Object.keys(files).map((name) => join(folder, name));
}

function progress(device: string, line: string): void {
  process.stderr.write(`${device}: ${line}\n`);
}

function reportText({ devices, tests, measurements, faults, samples, totalMs }: RunReport): string {
  const rows = devices.map((device) => {
    const count = (state: string): string =>
      String(device.tests.filter((test) => test.state === state).length);
    const injected = device.tests.flatMap((test) => test.faults);
    return [
      device.device,
      device.board,
      count('passed'),
      device.failure === undefined ? count('failed') : 'did not begin',
      count('not_applicable'),
      `${injected.filter(({ survived }) => survived).length} of ${injected.length}`,
      (device.ms / 1000).toFixed(0),
    ];
  });
  const head = ['device', 'board', 'passed', 'failed', 'not applicable', 'faults survived', 's'];
  const failures = devices.flatMap(({ device, tests: all }) =>
    all.flatMap(({ name, error }) =>
      error === undefined ? [] : [`${device}: ${name}\n  ${error}`],
    ),
  );
  return [
    textTable(head, rows),
    ...failures,
    `${tests.passed} passed, ${tests.failed} failed; ${measurements.held} of ${measurements.of} measurements within their limits; ${faults.survived} of ${faults.injected} faults survived`,
    `${samples.sent} samples sent, ${samples.unaccounted} unaccounted for, ${samples.altered} altered; ${(totalMs / 1000).toFixed(1)} s`,
  ].join('\n');
}

export interface HilMutantsOptions {
  readonly device: string;
  readonly whole: boolean;
  readonly json: boolean;
}

/** Exit code 4 where a broken firmware passes. */
export async function runHilMutants({ device, whole, json }: HilMutantsOptions): Promise<void> {
  const verdicts = [];
  for (const { name, what, caughtBy } of MUTANTS) {
    const report = await interruptible({
      bench: EMULATED_BENCH,
      devices: [device],
      long: false,
      mutant: name,
      ...(whole ? {} : { only: [caughtBy] }),
      onLine: progress,
    });
    if (report === undefined) return;
    const failing = report.devices.flatMap(({ tests }) =>
      tests.flatMap((test) => (test.state === 'failed' ? [test.name] : [])),
    );
    verdicts.push({ mutant: name, what, caught: failing.length > 0, by: failing });
  }
  process.stdout.write(
    json
      ? `${JSON.stringify(verdicts, null, 2)}\n`
      : `${textTable(
          ['broken firmware', 'caught by'],
          verdicts.map(({ what, by }) => [what, by.length === 0 ? 'NOTHING' : by.join('; ')]),
        )}\n`,
  );
  if (verdicts.some(({ caught }) => !caught)) process.exitCode = EXIT_CHECK_FAILED;
}

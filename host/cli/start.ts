/** `isochrone start`: from a network and a record to the explained result, live in the terminal and on a page. */
import { join } from 'node:path';
import type { Leads } from '../../codegen/compile.js';
import type { ChosenMethod } from '../../codegen/explain/methods.js';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import type { Precision } from '../../codegen/quantize/precision.js';
import { SEGMENT_NAMES } from '../cineecg/geometry.js';
import { runCommand } from '../monitor/page-command.js';
import { startMonitor, type Monitor } from '../monitor/server.js';
import { toAcquisition, type Acquisition } from '../records/acquisition.js';
import { openRecord } from '../records/open-record.js';
import { DEFAULT_PATIENT } from '../records/synthetic/files.js';
import { synthesizePatient } from '../records/synthetic/patient.js';
import {
  interrupted,
  startSession,
  type Session,
  type SessionSummary,
} from '../session/session.js';
import { backendOf, loadBoard, type Board } from '../toolchain/board.js';
import { buildFirmware, type BuiltImage, type FedFrontEnd } from '../toolchain/build-firmware.js';
import { requireArena } from './budget.js';
import { EXIT_INTERRUPTED } from './exit-codes.js';
import { withinInstructions } from './instruction-budget.js';
import { leadsOptions, withFittingLeads } from './leads-that-fit.js';
import { generateNetwork, explainOptions, widthOptions, type GeneratedNetwork } from './network.js';
import { progress } from './progress.js';
import { createTerminalView, type TerminalView } from './terminal/view.js';

export interface StartOptions {
  readonly record?: string;
  readonly board: string;
  readonly model: string;
  readonly explain: readonly ChosenMethod[];
  readonly speed: number;
  readonly frontEnd?: FedFrontEnd;
  readonly once: boolean;
  readonly port: number;
  readonly page: boolean;
  /** Left out, the memory decides. */
  readonly leads?: Leads;
  readonly precision?: Precision;
  readonly ram?: number;
  /** Most instructions of an answer and its explanation on the board. */
  readonly instructions?: number;
}

/** An emulated UART carries about twice real time; what is faster comes through the semihosting front end. */
const MOST_UART_SPEED = 2;

/** A service of Linux has no debugger, and its pseudo-terminals no rate. */
const frontEndFor = (board: Board, speed: number): FedFrontEnd =>
  board.system === undefined && speed > MOST_UART_SPEED ? 'semihost' : 'uart';

export async function runStart(options: StartOptions): Promise<void> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await start(options, abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    process.stderr.write(`\n${interrupted().message}\n`);
    process.exitCode = EXIT_INTERRUPTED;
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
}

async function start(options: StartOptions, signal: AbortSignal): Promise<void> {
  say('Isochrone — research use only, not a medical device.');
  const board = await loadBoard(options.board);
  const frontEnd = options.frontEnd ?? frontEndFor(board, options.speed);
  const acquisition = await acquire(options.record);
  const ram = options.ram ?? board.modelArenaBytes;
  const asked = withFittingLeads(
    options.model,
    {
      ...explainOptions(options.explain),
      ...leadsOptions(options),
      ...widthOptions({ ...options, ram }),
      target: { backend: backendOf(board), optimize: 'balanced' },
    },
    ram,
  );
  const kept =
    options.instructions === undefined
      ? asked
      : await withinInstructions(options.model, asked, board, options.instructions);
  const network = generateNetwork(options.model, undefined, kept);
  const image = await buildImage(board, network, frontEnd);
  signal.throwIfAborted();

  let monitor: Monitor | undefined;
  let view: TerminalView | undefined;
  let session: Session | undefined;
  try {
    if (options.page) {
      monitor = await startMonitor({
        port: options.port,
        onCommand: async (command) =>
          session === undefined ? undefined : await runCommand(session.commands, command),
      });
      say(`page     ${monitor.url}`);
    }
    const out = process.stdout;
    view = createTerminalView({
      stream: out,
      columns: out.columns ?? 100,
      isTTY: out.isTTY === true,
    });
    session = await startSession({
      board,
      elfPath: image.elfPath,
      frontEnd,
      microvolt: acquisition.microvolt,
      speed: options.speed,
      onEvent: (event) => {
        view?.publish(event);
        monitor?.publish(event);
      },
      signal,
    });
    const summary = await session.finished;
    view.close();
    say(summaryText(summary));
    const expected = options.explain.length === 0 ? summary.results : summary.explained;
    if (expected === 0) throw nothingExplained(acquisition);
    if (!options.once) {
      say(
        monitor === undefined
          ? 'Ctrl-C ends it.'
          : `The page stays at ${monitor.url}; Ctrl-C ends it.`,
      );
      await Promise.race([session.gone, aborted(signal)]);
    }
  } finally {
    view?.close();
    await session?.close();
    await monitor?.close();
  }
}

async function acquire(record: string | undefined): Promise<Acquisition> {
  if (record === undefined) {
    const patient = synthesizePatient(DEFAULT_PATIENT);
    const { kind, segments } = DEFAULT_PATIENT.lesion;
    const names = segments.map((segment) => SEGMENT_NAMES[segment - 1] ?? String(segment));
    say(`record   synthetic patient; its truth: ${kind} in ${names.join(', ')}`);
    return toAcquisition(patient.record);
  }
  const opened = await openRecord(record);
  const acquisition = toAcquisition(opened);
  say(
    `record   ${opened.source}, ${(acquisition.sampleCount / acquisition.sampleRateHz).toFixed(1)} s, from ${opened.sampleRateHz} Hz`,
  );
  for (const remark of acquisition.remarks) say(`         ${remark}`);
  return acquisition;
}

async function buildImage(
  board: Board,
  network: GeneratedNetwork,
  frontEnd: FedFrontEnd,
): Promise<BuiltImage> {
  const { compiled } = network;
  requireArena(board, network);
  say(
    `network  ${compiled.program.name}: arena ${compiled.plan.bytes} B of ${board.modelArenaBytes} B, constants ${compiled.emitted.constantBytes} B`,
  );
  const bar = progress('firmware');
  const image = await buildFirmware({
    board,
    networkDir: network.folder,
    image: 'app',
    frontEnd,
    outDir: join(packageRoot(), 'build', 'firmware', `${board.name}-${frontEnd}`),
    onProgress: ({ done, total }) => bar.update(done, total),
  });
  bar.finish(`${board.title}: flash ${image.flashBytes} B, RAM ${image.ramBytes} B`);
  return image;
}

function nothingExplained(acquisition: Acquisition): IsochroneError {
  const seconds = acquisition.sampleCount / acquisition.sampleRateHz;
  return new IsochroneError(
    'RESULT_NONE',
    `no explained result in ${seconds.toFixed(1)} s of record`,
    {
      hint: 'A result needs ten gapless seconds of signal with beats; see the log lines above.',
    },
  );
}

function summaryText(summary: SessionSummary): string {
  return [
    `${summary.results} results, ${summary.explained} explained;`,
    `samples sent ${summary.samplesSent} = returned ${summary.samplesDelivered} + missing ${summary.samplesMissing};`,
    `real speed ×${summary.realSpeed.toFixed(2)};`,
    `CRC errors ${summary.statistics.frames.crcErrors}`,
  ].join(' ');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** `isochrone build MODEL`: generated C and what it will cost; with a board, whether it fits. */
import { join, resolve } from 'node:path';
import type { Leads } from '../../codegen/compile.js';
import type { ChosenMethod } from '../../codegen/explain/methods.js';
import { integerTensor } from '../../codegen/integer/program.js';
import { IsochroneError } from '../../codegen/errors.js';
import type { Optimize } from '../../codegen/emit/backend.js';
import type { BackendName } from '../../codegen/emit/backends.js';
import type { Precision } from '../../codegen/quantize/precision.js';
import { methodReports, methodsLine, type MethodReport } from '../report/methods.js';
import { equalisedText, textTable } from '../report/text.js';
import { backendOf, loadBoard, type Board } from '../toolchain/board.js';
import { buildFirmware, type FrontEnd } from '../toolchain/build-firmware.js';
import { layerReports, type LayerReport } from '../validate/validate.js';
import { requireArena } from './budget.js';
import { buildSignedFirmware, type SignedFirmware } from './signed-firmware.js';
import { withinInstructions } from './instruction-budget.js';
import { leadsOptions, withFittingLeads } from './leads-that-fit.js';
import { generateNetwork, explainOptions, widthOptions, type GeneratedNetwork } from './network.js';

export interface BuildCommand {
  readonly out: string;
  readonly json: boolean;
  readonly explain: readonly ChosenMethod[];
  /** Left out, the memory decides. */
  readonly leads?: Leads;
  readonly precision?: Precision;
  readonly ram?: number;
  /** Most instructions of the answer and its explanation on the board. */
  readonly instructions?: number;
  readonly optimize: Optimize;
  /** Instead of what the board's core asks for; portable C where no board is named. */
  readonly backend?: BackendName;
  readonly board?: string;
  /** Build the board's firmware with it. */
  readonly frontEnd?: FrontEnd;
  /** Signs images for both slots of the board: PEM file of the private key. */
  readonly key?: string;
  /** 0.0.1 where nothing is said. */
  readonly firmwareVersion?: string;
  readonly oldestAllowed?: string;
}

export interface BuildReport {
  readonly model: string;
  readonly folder: string;
  readonly backend: BackendName;
  readonly optimize: Optimize;
  /** Of the input; 8 where the leads were folded. */
  readonly leads: number;
  readonly arenaBytes: number;
  readonly constantBytes: number;
  readonly multiplyAccumulates: number;
  /** Tensors whose channels were scaled to like ranges, as the calibration says. */
  readonly equalised: readonly string[];
  readonly methods: readonly MethodReport[];
  /** Tensors alive where most bytes are: what to shrink when the arena is too large. */
  readonly peak: {
    readonly layer: number;
    readonly bytes: number;
    readonly alive: readonly { readonly tensor: string; readonly bytes: number }[];
  };
  readonly layers: readonly Omit<LayerReport, 'error' | 'instructions' | 'cycles'>[];
  /** Of the firmware, or, where no front end was asked for, of the network and what runs it on files. */
  readonly board?: {
    readonly name: string;
    readonly arenaBudgetBytes: number;
    readonly frontEnd: FrontEnd | null;
    readonly elfPath: string;
    /** By which systemd runs it, on a Linux board. */
    readonly unitPath: string | null;
    readonly flashBytes: number;
    readonly ramBytes: number;
    readonly signed: SignedFirmware | null;
  };
}

/**
 * @throws IsochroneError BUDGET_ARENA, FIRMWARE_TOO_LARGE: it does not fit the board; FRONT_END_NEEDS_BOARD; BOARD_INVALID: it has
 *   no such front end
 */
export async function runBuild(model: string, options: BuildCommand): Promise<void> {
  if ((options.frontEnd ?? options.key) !== undefined && options.board === undefined) {
    throw new IsochroneError('FRONT_END_NEEDS_BOARD', 'firmware is built for a board', {
      hint: 'Name one with --board; `isochrone build` alone writes the network in C.',
    });
  }
  const board = options.board === undefined ? undefined : await loadBoard(options.board);
  const ram = options.ram ?? board?.modelArenaBytes;
  const asked = withFittingLeads(
    model,
    {
      ...explainOptions(options.explain),
      ...leadsOptions(options),
      ...widthOptions({ ...options, ...(ram === undefined ? {} : { ram }) }),
      target: {
        backend: options.backend ?? (board === undefined ? 'portable' : backendOf(board)),
        optimize: options.optimize,
      },
    },
    ram,
  );
  const kept =
    options.instructions === undefined
      ? asked
      : await withinInstructions(model, asked, requireBoard(board), options.instructions);
  const network = generateNetwork(model, resolve(options.out), kept);
  let report = buildReport(network);
  if (board !== undefined) {
    requireArena(board, network);
    // Of an operating system the program is the product; there are no debugger's files for another.
    const frontEnd = options.frontEnd ?? (board.system === 'linux' ? 'uart' : undefined);
    const image = await buildFirmware({
      board,
      networkDir: network.folder,
      image: frontEnd === undefined ? 'vectors' : 'app',
      frontEnd: frontEnd ?? 'semihost',
      outDir: join(network.folder, board.name),
    });
    report = {
      ...report,
      board: {
        name: board.name,
        arenaBudgetBytes: board.modelArenaBytes,
        frontEnd: frontEnd ?? null,
        elfPath: image.elfPath,
        unitPath: image.unitPath ?? null,
        flashBytes: image.flashBytes,
        ramBytes: image.ramBytes,
        signed: await signedFirmware(board, network, options),
      },
    };
  }
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : asText(report));
}

async function signedFirmware(
  board: Board,
  network: GeneratedNetwork,
  { key, frontEnd = 'uart', firmwareVersion = '0.0.1', oldestAllowed = '0.0.0' }: BuildCommand,
): Promise<SignedFirmware | null> {
  if (key === undefined) return null;
  return buildSignedFirmware({
    board,
    networkDir: network.folder,
    frontEnd,
    key,
    version: firmwareVersion,
    oldestAllowed,
    outDir: join(network.folder, board.name),
  });
}

/** @throws IsochroneError BUDGET_NEEDS_BOARD */
function requireBoard(board: Board | undefined): Board {
  if (board !== undefined) return board;
  throw new IsochroneError('BUDGET_NEEDS_BOARD', 'instructions are counted on a board', {
    hint: 'Name one with --board.',
  });
}

export function buildReport(network: GeneratedNetwork): BuildReport {
  const { plan, emitted, equalised, methods, program } = network.compiled;
  const layers = layerReports(network.compiled);
  return {
    model: network.modelFile,
    folder: network.folder,
    ...network.compiled.target,
    leads: integerTensor(program, program.input).channels,
    arenaBytes: plan.bytes,
    constantBytes: emitted.constantBytes,
    equalised,
    methods: methodReports(methods, program),
    multiplyAccumulates: layers.reduce((sum, layer) => sum + layer.multiplyAccumulates, 0),
    peak: {
      layer: plan.peak.operation,
      bytes: plan.peak.bytes,
      alive: plan.peak.alive.map(({ tensor, bytes }) => ({ tensor, bytes })),
    },
    layers,
  };
}

function asText(report: BuildReport): string {
  const { board, peak } = report;
  return [
    `${report.model} → ${report.folder} (${report.backend}, ${report.optimize})`,
    '',
    textTable(
      ['#', 'pass', 'kind', 'MAC', 'output B', 'name'],
      report.layers.map((layer) => [
        String(layer.index),
        layer.pass,
        layer.kind,
        String(layer.multiplyAccumulates),
        String(layer.outputBytes),
        layer.name,
      ]),
    ),
    `${report.leads} leads, ${report.multiplyAccumulates} MAC, arena ${report.arenaBytes} B, constants ${report.constantBytes} B`,
    `most is alive at layer ${peak.layer}, ${peak.bytes} B: ${peak.alive.map(({ tensor, bytes }) => `${tensor} ${bytes} B`).join(', ')}`,
    methodsLine(report.methods),
    ...(report.equalised.length === 0 ? [] : [equalisedText(report.equalised)]),
    ...(board === undefined
      ? []
      : [
          `${board.name}: arena budget ${board.arenaBudgetBytes} B, flash ${board.flashBytes} B, RAM ${board.ramBytes} B`,
          ...(board.frontEnd === null ? [] : [`firmware → ${board.elfPath}`]),
          ...(board.unitPath === null ? [] : [`unit → ${board.unitPath}`]),
          ...(board.signed === null
            ? []
            : [
                `signed ${board.signed.version} → ${board.signed.imageFile}`,
                `boot loader ${board.signed.bootFlashBytes} B → ${board.signed.bootFile}, first slot → ${board.signed.slotFile}`,
              ]),
        ]),
    '',
  ].join('\n');
}

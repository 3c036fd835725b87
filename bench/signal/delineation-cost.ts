/** Instructions that delineation takes on an emulated core, exact and the same on every machine. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../codegen/package-root.js';
import { runToExit } from '../../host/flash/qemu.js';
import { eightLeadRows, type MarkedRecord } from '../../host/records/marked-set.js';
import { loadBoard } from '../../host/toolchain/board.js';
import { buildFirmware } from '../../host/toolchain/build-firmware.js';
import { instructionsOf } from '../../host/toolchain/run-vectors.js';

const STAGES = ['sample, beat ring', 'beat, median beat', 'beat, delineation', 'beat, intervals'];
const COUNTED_RECORDS = 3;
const TIMEOUT_MS = 300_000;

export interface StageCost {
  readonly stage: string;
  readonly count: number;
  readonly meanInstructions: number;
  readonly mostInstructions: number;
}

export interface DelineationCost {
  readonly board: string;
  readonly stages: readonly StageCost[];
}

/** @throws {IsochroneError} TOOLCHAIN_MISSING, FIRMWARE_COMPILE, EMULATOR_DIED and others of the two */
export async function measureDelineationCost(
  records: readonly MarkedRecord[],
  boardName: string,
): Promise<DelineationCost> {
  const board = await loadBoard(boardName);
  const root = packageRoot();
  const { elfPath } = await buildFirmware({
    board,
    networkDir: '',
    image: {
      name: 'delineation-cost',
      sources: [
        join(root, 'bench/signal/delineation-cost.c'),
        join(root, 'firmware-templates/app/vectors/semihost/iso_vectors_files.c'),
      ],
    },
    frontEnd: 'semihost',
    outDir: join(root, 'build', 'bench', 'delineation-cost', boardName),
  });
  const samples = records.slice(0, COUNTED_RECORDS).flatMap(({ ecg }) => eightLeadRows(ecg).flat());
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-cost-'));
  try {
    const [input, output] = [join(folder, 'samples.bin'), join(folder, 'ticks.bin')];
    await writeFile(input, new Uint8Array(Int32Array.from(samples).buffer));
    const { status } = await runToExit({
      board,
      elfPath,
      semihosting: { args: [`vectors=${input}`, `results=${output}`] },
      icount: { shift: 6 },
      timeoutMs: TIMEOUT_MS,
    });
    if (status !== 0) throw new Error(`the cost image ended with status ${status}`);
    return { board: board.title, stages: stagesOf(await readFile(output)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function stagesOf(bytes: Buffer): readonly StageCost[] {
  const word = (at: number): number => bytes.readUInt32LE(4 * at);
  const instructions = (ticks: number): number => instructionsOf(ticks, word(0));
  return STAGES.map((stage, i) => ({
    stage,
    count: word(1 + 3 * i),
    meanInstructions: instructions(word(2 + 3 * i)) / word(1 + 3 * i),
    mostInstructions: instructions(word(3 + 3 * i)),
  }));
}

export function delineationCostText({ board, stages }: DelineationCost): string {
  const rows = [
    [`instructions on ${board}, for each`, 'counted', 'mean', 'most'],
    ...stages.map(({ stage, count, meanInstructions, mostInstructions }) => [
      stage,
      String(count),
      meanInstructions.toFixed(0),
      mostInstructions.toFixed(0),
    ]),
  ];
  return rows
    .map(([name = '', ...cells]) => name.padEnd(64) + cells.map((c) => c.padStart(12)).join(''))
    .join('\n');
}

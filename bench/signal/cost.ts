/** Instructions and memory of each stage of the 500 Hz signal, counted on emulated cores. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { runToExit } from '../../host/flash/qemu.js';
import { textTable } from '../../host/report/text.js';
import { loadBoard } from '../../host/toolchain/board.js';
import { buildFirmware } from '../../host/toolchain/build-firmware.js';
import { instructionsOf } from '../../host/toolchain/run-vectors.js';

const CORES = { m4: 'mps2-an386', m55: 'mps3-an547' } as const;
type Core = keyof typeof CORES;
/** In the order of cost_image.c; the first is what the measurement itself takes. */
const STAGES = [
  '',
  'iso_mains',
  'iso_pacer',
  'iso_highpass',
  'iso_highpass_linear',
  'iso_lowpass',
  'iso_conditioner, diagnostic',
  'iso_conditioner, monitor',
  'iso_lead_off',
  'iso_quality',
  'iso_watch: both',
  'iso_chain',
  'iso_qrs, each chain sample',
  'iso_measure without its steps',
  'iso_reversal, 10 s window',
] as const;
const LEADS = 8;
const TIMEOUT_MS = 300_000;

export interface StageCost {
  readonly stage: string;
  /** Of eight leads together; a lead's part is an eighth. */
  readonly stateBytes: number;
  /** Per sample of eight leads (iso_reversal: per window). */
  readonly instructions: Readonly<Record<Core, { readonly mean: number; readonly worst: number }>>;
}

export async function measureCost(): Promise<readonly StageCost[]> {
  const m4 = await measureOn('m4');
  const m55 = await measureOn('m55');
  return m4.map(({ stage, stateBytes, cost }, i) => ({
    stage,
    stateBytes,
    instructions: { m4: cost, m55: m55[i]?.cost ?? { mean: NaN, worst: NaN } },
  }));
}

interface Measured {
  readonly stage: string;
  readonly stateBytes: number;
  readonly cost: { readonly mean: number; readonly worst: number };
}

async function measureOn(core: Core): Promise<readonly Measured[]> {
  const board = await loadBoard(CORES[core]);
  const { elfPath } = await buildFirmware({
    board,
    networkDir: '',
    image: {
      name: 'signal-cost',
      sources: [join(packageRoot(), 'bench/signal/cost_image.c')],
    },
    frontEnd: 'semihost',
    outDir: join(packageRoot(), 'build/bench/signal-cost', core),
  });
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-cost-'));
  try {
    const results = join(folder, 'results.bin');
    const { status } = await runToExit({
      board,
      elfPath,
      semihosting: { args: [`results=${results}`] },
      icount: { shift: 6 },
      timeoutMs: TIMEOUT_MS,
    });
    if (status !== 0) {
      throw new IsochroneError(
        'EMULATOR_DIED',
        `the image of the signal's cost ended with ${status}`,
        {
          hint: 'Run the bench again; if it stays, the image cannot write its results.',
        },
      );
    }
    return readResults(await readFile(results));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readResults(bytes: Buffer): readonly Measured[] {
  const word = (at: number): number => bytes.readUInt32LE(4 * at);
  const ticksPerSecond = word(4 * STAGES.length);
  const instructions = (ticks: number): number => instructionsOf(ticks, ticksPerSecond);
  const own = instructions(word(2)) / word(1);
  return STAGES.map((stage, i) => ({
    stage,
    stateBytes: word(4 * i),
    cost: {
      mean: Math.round(instructions(word(4 * i + 2)) / word(4 * i + 1) - own),
      worst: Math.round(instructions(word(4 * i + 3)) - own),
    },
  })).slice(1);
}

export function costText(costs: readonly StageCost[]): string {
  return `instructions per sample of eight leads (qrs: per chain sample, a fifth of them; reversal: per window)\n${textTable(
    ['stage', 'M4', 'worst', 'M55', 'worst', 'bytes', 'a lead'],
    costs.map(({ stage, stateBytes, instructions: { m4, m55 } }) => [
      stage,
      ...[m4.mean, m4.worst, m55.mean, m55.worst, stateBytes, Math.round(stateBytes / LEADS)].map(
        String,
      ),
    ]),
  )}`;
}

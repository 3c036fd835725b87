/** What carrying an attribution into the heart costs on the emulated Cortex-M4 and M55: instructions, RAM, flash of the templates. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../codegen/package-root.js';
import { LESION_KINDS, type TemplateKind } from '../../host/cineecg/mapping/pull-back.js';
import type { SharedShapes } from '../../host/cineecg/mapping/template-file.js';
import { runToExit } from '../../host/flash/qemu.js';
import { toAcquisition } from '../../host/records/acquisition.js';
import { DEFAULT_PATIENT } from '../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../host/records/synthetic/patient.js';
import { seededRandom } from '../../codegen/testing/random.js';
import { textTable } from '../../host/report/text.js';
import { readStoredTemplates } from '../../host/templates/files.js';
import { loadBoard } from '../../host/toolchain/board.js';
import { buildFirmware } from '../../host/toolchain/build-firmware.js';
import { recordWindows } from '../../host/toolchain/record-windows.js';
import { instructionsOf } from '../../host/toolchain/run-vectors.js';

const CORES = { m4: 'mps2-an386', m55: 'mps3-an547' } as const;
type Core = keyof typeof CORES;
const MOST_BEATS = 64;
const TIMEOUT_MS = 120_000;

export interface HeartCost {
  /** Of beats, fiducials, path and the adjoint mapping. */
  readonly heartInstructions: number;
  /** On top, by kind of lesion. */
  readonly chainRuleInstructions: Readonly<Record<TemplateKind, number>>;
  readonly explanationBytes: number;
  readonly chainRuleWorkBytes: number;
  readonly stackBytes: number;
}

export interface HeartReport {
  readonly beats: number;
  readonly cores: Readonly<Record<Core, HeartCost>>;
  readonly templateFlashBytes: Readonly<Record<TemplateKind, number>>;
}

export async function measureHeart(): Promise<HeartReport> {
  const { input, beats } = inputOf();
  return {
    beats,
    cores: { m4: await measureOn('m4', input), m55: await measureOn('m55', input) },
    templateFlashBytes: byKind((kind) => {
      const { difference, filter, normalMicrovolt, places } = readStoredTemplates(kind);
      return (
        normalMicrovolt.byteLength + places.length + shapeBytes(difference) + shapeBytes(filter)
      );
    }),
  };
}

function byKind(
  value: (kind: TemplateKind, index: number) => number,
): Record<TemplateKind, number> {
  const [scar, ischaemia, ectopic] = LESION_KINDS.map(value);
  return { scar: scar ?? NaN, ischaemia: ischaemia ?? NaN, ectopic: ectopic ?? NaN };
}

const shapeBytes = ({ shapes, weights, scales }: SharedShapes): number =>
  [...shapes, ...weights].reduce((sum, { byteLength }) => sum + byteLength, 4 * scales.length);

/** The first window of the synthetic patient; codes and gradient of a seed: the cost does not depend on them. */
function inputOf(): { readonly input: Buffer; readonly beats: number } {
  const { record } = synthesizePatient({ ...DEFAULT_PATIENT, durationS: 12 });
  const [window] = recordWindows(toAcquisition(record).microvolt);
  if (window === undefined) throw new RangeError('the synthetic patient fills no window');
  const random = seededRandom(1);
  const values = (most: number): number => Math.round((2 * random() - 1) * most);
  const marks = Uint16Array.from({ length: 1 + MOST_BEATS }, (_, i) =>
    i === 0 ? window.rIndex.length : (window.rIndex[i - 1] ?? 0),
  );
  const bytes = (array: Uint16Array | Int16Array | Int8Array): Buffer =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const codes = Int8Array.from({ length: 12_000 }, () => values(127));
  const gradient = Int16Array.from({ length: 12_000 }, () => values(32_767));
  return {
    input: Buffer.concat([marks, window.microvolt, codes, gradient].map(bytes)),
    beats: window.rIndex.length,
  };
}

async function measureOn(core: Core, input: Buffer): Promise<HeartCost> {
  const board = await loadBoard(CORES[core]);
  const root = packageRoot();
  const { elfPath } = await buildFirmware({
    board,
    networkDir: '',
    image: {
      name: 'heart-cost',
      sources: [
        join(root, 'bench/explain/heart-cost.c'),
        join(root, 'firmware-templates/app/vectors/semihost/iso_vectors_files.c'),
      ],
    },
    frontEnd: 'semihost',
    outDir: join(root, 'build', 'bench', 'heart-cost', CORES[core]),
  });
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-heart-'));
  try {
    const [given, results] = [join(folder, 'window.bin'), join(folder, 'ticks.bin')];
    await writeFile(given, input);
    const { status } = await runToExit({
      board,
      elfPath,
      semihosting: { args: [`vectors=${given}`, `results=${results}`] },
      icount: { shift: 6 },
      timeoutMs: TIMEOUT_MS,
    });
    if (status !== 0) throw new Error(`the cost image ended with status ${status}`);
    const bytes = await readFile(results);
    const word = (at: number): number => bytes.readUInt32LE(4 * at);
    const instructions = (at: number): number => Math.round(instructionsOf(word(at), word(0)));
    return {
      heartInstructions: instructions(1),
      chainRuleInstructions: byKind((_, i) => instructions(2 + i)),
      explanationBytes: word(5),
      chainRuleWorkBytes: word(6),
      stackBytes: word(7),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function heartText({ beats, cores, templateFlashBytes }: HeartReport): string {
  const row = (name: string, value: (cost: HeartCost) => number): string[] => [
    name,
    String(value(cores.m4)),
    String(value(cores.m55)),
  ];
  return [
    `the heart, one window of ${beats} beats`,
    textTable(
      ['', 'Cortex-M4', 'Cortex-M55'],
      [
        row('beats, fiducials, path, adjoint: instructions', (cost) => cost.heartInstructions),
        ...LESION_KINDS.map((kind) =>
          row(`chain rule, ${kind}: instructions`, (cost) => cost.chainRuleInstructions[kind]),
        ),
        row('explanation: bytes', (cost) => cost.explanationBytes),
        row('chain rule: bytes of work', (cost) => cost.chainRuleWorkBytes),
        row('stack: bytes', (cost) => cost.stackBytes),
        ...LESION_KINDS.map((kind) =>
          row(`templates, ${kind}: bytes of flash`, () => templateFlashBytes[kind]),
        ),
      ],
    ),
    '',
  ].join('\n');
}

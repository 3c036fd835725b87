/** Both decoders of the wire behind one door: bytes of a line in, records of the frames that they give out. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../codegen/package-root.js';
import { FrameDecoder, type FrameStatistics } from '../../host/protocol/frame.js';
import { compile } from '../../host/toolchain/compile.js';
import { runProcess } from '../../host/toolchain/process.js';

/** Type u8, sequence u8, payload size u16, payload; one after the other. */
export interface LineFrames {
  readonly records: Buffer;
  readonly statistics: FrameStatistics;
}

export type LineDecoder = (line: Uint8Array) => LineFrames;

export const RECORD_HEAD_BYTES = 4;
const STATISTICS = [
  ...(['frames', 'crcErrors', 'cobsErrors', 'oversize', 'unknownTypes'] as const),
  ...(['resyncs', 'sequenceGaps'] as const),
];

/** The host's decoder, fed in pieces of `pieceBytes()`: where a serial port cuts must not matter. */
export function typeScriptLine(line: Uint8Array, pieceBytes: () => number): LineFrames {
  const decoder = new FrameDecoder();
  // A record is shorter than its frame on the line.
  const records = Buffer.allocUnsafe(line.length);
  let used = 0;
  for (let at = 0; at < line.length;) {
    const next = at + pieceBytes();
    decoder.push(line.subarray(at, next), ({ type, sequence, payload }) => {
      records[used] = type;
      records[used + 1] = sequence;
      records.writeUInt16LE(payload.length, used + 2);
      records.set(payload, used + RECORD_HEAD_BYTES);
      used += RECORD_HEAD_BYTES + payload.length;
    });
    at = next;
  }
  return { records: records.subarray(0, used), statistics: decoder.statistics };
}

/**
 * The device's decoder, compiled for this machine.
 * @param flags sanitizers, for tests
 * @throws IsochroneError TOOLCHAIN_MISSING without gcc
 */
export async function buildCLine(flags: readonly string[] = []): Promise<LineDecoder> {
  const root = packageRoot();
  const core = join(root, 'firmware-templates', 'core');
  const outDir = join(root, 'build', flags.length === 0 ? 'line' : 'line-sanitized');
  const sources = ['iso_wire', 'iso_frame', 'iso_cobs', 'iso_crc32c', 'test-harness/line_frames'];
  const { objects } = await compile({
    prefix: '',
    targetFlags: flags,
    sources: sources.map((name) => join(core, `${name}.c`)),
    includeFolders: [core],
    outDir,
  });
  const program = join(outDir, 'line-frames');
  await runProcess('gcc', [...flags, ...objects, '-o', program]);
  return (line) => {
    const { stdout, status, stderr } = spawnSync(program, {
      input: line,
      maxBuffer: line.length + 1024,
    });
    if (status !== 0) throw new Error(`line-frames ended with ${status}: ${stderr.toString()}`);
    const end = stdout.length - 4 * STATISTICS.length;
    const counts = STATISTICS.map((name, i) => [name, stdout.readUInt32LE(end + 4 * i)] as const);
    return {
      records: stdout.subarray(0, end),
      statistics: Object.fromEntries(counts) as unknown as FrameStatistics,
    };
  };
}

/** Bytes a second through the decoder of frames, beside node-serialport's SLIP parser on the same payloads in the same run. */
import { SlipDecoder } from 'serialport';
import { decodePayload } from '../../host/protocol/codec.js';
import { FrameDecoder } from '../../host/protocol/frame.js';
import { Random } from './random.js';
import { SampleLine } from './sample-line.js';

export interface Throughput {
  readonly name: string;
  /** Of a second of this process's own time: other programs on the machine do not show. Median over the turns. */
  readonly megabytesPerCpuSecond: number;
  readonly megabytesPerSecond: number;
}

const TURNS = 9;
const FRAMES = 20_000;
/** The reference is slower by far; it gets fewer frames, and the same time. */
const SLIP_FRAMES = 2000;
/** As a serial port gives them. */
const CHUNK_BYTES = 65_536;

const SLIP = { END: 0xc0, ESC: 0xdb, ESC_END: 0xdc, ESC_ESC: 0xdd };

function slipEncode(payloads: readonly Uint8Array[]): Buffer {
  const out: number[] = [];
  for (const payload of payloads) {
    for (const byte of payload) {
      if (byte === SLIP.END) out.push(SLIP.ESC, SLIP.ESC_END);
      else if (byte === SLIP.ESC) out.push(SLIP.ESC, SLIP.ESC_ESC);
      else out.push(byte);
    }
    out.push(SLIP.END);
  }
  return Buffer.from(out);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

function inChunks(line: Buffer): readonly Buffer[] {
  return Array.from({ length: Math.ceil(line.length / CHUNK_BYTES) }, (_, i) =>
    line.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES),
  );
}

export async function measureThroughput(): Promise<readonly Throughput[]> {
  const sent = new SampleLine(0, new Random(1)).frames(FRAMES);
  const line = Buffer.concat(sent.map((frame) => frame.line));
  const chunks = inChunks(line);
  const slip = slipEncode(sent.slice(0, SLIP_FRAMES).map(({ record }) => record));
  const frames = (onPayload: (type: number, payload: Uint8Array) => void): void => {
    const decoder = new FrameDecoder();
    for (const chunk of chunks) {
      decoder.push(chunk, ({ type, payload }) => {
        onPayload(type, payload);
      });
    }
    if (decoder.statistics.frames !== FRAMES) throw new Error('the decoder lost frames');
  };
  const runs: readonly { name: string; bytes: number; run: () => void | Promise<void> }[] = [
    {
      name: 'frames: COBS and CRC-32C checked',
      bytes: line.length,
      run: () => {
        frames(() => undefined);
      },
    },
    {
      name: 'messages: frames, and their fields as objects',
      bytes: line.length,
      run: () => {
        frames(decodePayload);
      },
    },
    { name: 'node-serialport SlipDecoder', bytes: slip.length, run: () => throughSlip(slip) },
  ];
  const turns = runs.map((): { cpu: number; wall: number }[] => []);
  // The first turn warms the just-in-time compiler.
  for (let turn = 0; turn <= TURNS; turn += 1) {
    for (const [i, { bytes, run }] of runs.entries()) {
      const before = process.cpuUsage();
      const start = performance.now();
      await run();
      const wall = bytes / 1e3 / (performance.now() - start);
      const { user, system } = process.cpuUsage(before);
      if (turn > 0) turns[i]?.push({ cpu: bytes / (user + system), wall });
    }
  }
  return runs.map(({ name }, i) => ({
    name,
    megabytesPerCpuSecond: median((turns[i] ?? []).map(({ cpu }) => cpu)),
    megabytesPerSecond: median((turns[i] ?? []).map(({ wall }) => wall)),
  }));
}

async function throughSlip(line: Buffer): Promise<void> {
  let frames = 0;
  const decoder = new SlipDecoder();
  decoder.on('data', () => {
    frames += 1;
  });
  const ended = new Promise((resolve) => decoder.once('end', resolve));
  for (const chunk of inChunks(line)) decoder.write(chunk);
  decoder.end();
  await ended;
  if (frames < SLIP_FRAMES) throw new Error('the SLIP parser lost frames');
}

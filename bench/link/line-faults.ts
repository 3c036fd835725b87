/** What can happen to a line, one function a fault: frames as they were sent in, pieces as they arrive out. */
import { MAX_FRAME_BYTES } from '../../host/protocol/frame.js';
import type { Random } from './random.js';

export interface Piece {
  readonly bytes: Uint8Array;
  /** Index of the frame that this piece still holds whole and alone; undefined when it was damaged. */
  readonly whole: number | undefined;
}

export type LineFault = (frames: readonly Uint8Array[], random: Random) => Piece[];

/** One frame in two is hit: damaged ones meet good ones, and one another. */
const HIT = 1 / 2;

function insertAt(bytes: Uint8Array, at: number, extra: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at)]);
}

/** Damages single frames, each by itself. */
function eachFrame(damage: (frame: Uint8Array, random: Random) => Uint8Array): LineFault {
  return (frames, random) =>
    frames.map((bytes, index) => {
      if (random.next() >= HIT) return { bytes, whole: index };
      const damaged = damage(bytes, random);
      const same = damaged.length === bytes.length && Buffer.compare(damaged, bytes) === 0;
      return { bytes: damaged, whole: same ? index : undefined };
    });
}

/** Every bit of the line flips with `rate`; the distance from one to the next is drawn, not each bit. */
export function bitErrors(rate: number): LineFault {
  return (frames, random) => {
    const scale = 1 / Math.log1p(-rate);
    const distance = (): number => 1 + Math.floor(Math.log(1 - random.next()) * scale);
    let next = distance() - 1;
    return frames.map((bytes, index) => {
      const bits = bytes.length * 8;
      if (next >= bits) {
        next -= bits;
        return { bytes, whole: index };
      }
      const damaged = Uint8Array.from(bytes);
      for (; next < bits; next += distance()) {
        const at = next >>> 3;
        damaged[at] = (damaged[at] ?? 0) ^ (1 << (next & 7));
      }
      next -= bits;
      return { bytes: damaged, whole: undefined };
    });
  };
}

/** A span of the line, from the middle of a frame to the middle of another, `least` to `most` frames later, never arrives. */
export function cutSpans(least: number, most: number, every: number): LineFault {
  return (frames, random) => {
    const pieces: Piece[] = [];
    for (let i = 0; i < frames.length; i += 1) {
      const bytes = frames[i] ?? new Uint8Array();
      if (random.next() >= 1 / every || i + most >= frames.length) {
        pieces.push({ bytes, whole: i });
        continue;
      }
      const last = i + least + random.below(most - least + 1);
      const tail = frames[last] ?? new Uint8Array();
      pieces.push({ bytes: bytes.subarray(0, random.below(bytes.length)), whole: undefined });
      if (last > i)
        pieces.push({ bytes: tail.subarray(random.below(tail.length)), whole: undefined });
      i = last;
    }
    return pieces;
  };
}

/** Whole frames vanish, `count` at a time: no byte of the line is damaged, only the numbers tell. */
export function loseFrames(count: number): LineFault {
  return (frames, random) => {
    const pieces: Piece[] = [];
    for (let i = 0; i < frames.length; i += 1) {
      if (random.next() < 1 / (4 * count) && i + count < frames.length) i += count;
      pieces.push({ bytes: frames[i] ?? new Uint8Array(), whole: i });
    }
    return pieces;
  };
}

/** A UART that samples at `ratio` times the sender's rate: 8 data bits, no parity, framing errors not looked at. */
function atAnotherRate(bytes: Uint8Array, ratio: number): Uint8Array {
  const bit = (n: number): number => {
    const inByte = n % 10;
    if (inByte === 0) return 0;
    if (inByte === 9) return 1;
    return ((bytes[Math.floor(n / 10)] ?? 0) >> (inByte - 1)) & 1;
  };
  const bits = bytes.length * 10;
  const out: number[] = [];
  for (let at = 0; at < bits;) {
    if (bit(Math.floor(at)) !== 0) {
      at += 1 / 4;
      continue;
    }
    let byte = 0;
    for (let k = 0; k < 8; k += 1) {
      const middle = Math.floor(at + (k + 1.5) / ratio);
      if (middle >= bits || bit(middle) === 1) byte |= 1 << k;
    }
    out.push(byte);
    at += 9.5 / ratio;
  }
  return Uint8Array.from(out);
}

const withoutZeros = (bytes: Uint8Array): Uint8Array => {
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] === 0) bytes[i] = 1;
  return bytes;
};

const overwrite = (frame: Uint8Array, random: Random, count: number): Uint8Array => {
  const damaged = Uint8Array.from(frame);
  const at = random.below(frame.length);
  damaged.set(random.bytes(count).subarray(0, frame.length - at), at);
  return damaged;
};

/** The matrix: name, fault. */
export const LINE_FAULTS: Readonly<Record<string, LineFault>> = {
  'bit errors 1e-6': bitErrors(1e-6),
  'bit errors 1e-5': bitErrors(1e-5),
  'bit errors 1e-4': bitErrors(1e-4),
  'bit errors 1e-3': bitErrors(1e-3),
  'bit errors 1e-2': bitErrors(1e-2),
  'bytes dropped': eachFrame((frame, random) => {
    const at = random.below(frame.length);
    return Buffer.concat([frame.subarray(0, at), frame.subarray(at + 1 + random.below(3))]);
  }),
  'bytes inserted': eachFrame((frame, random) =>
    insertAt(frame, random.below(frame.length), random.bytes(1 + random.below(3))),
  ),
  'bytes repeated': eachFrame((frame, random) => {
    const at = random.below(frame.length);
    return insertAt(frame, at, frame.subarray(at, at + 1 + random.below(16)));
  }),
  'bursts of 1 to 64 bytes': eachFrame((frame, random) =>
    overwrite(frame, random, 1 + random.below(64)),
  ),
  truncated: eachFrame((frame, random) => frame.subarray(0, random.below(frame.length))),
  'delimiter lost': eachFrame((frame) => frame.subarray(0, frame.length - 1)),
  'delimiter in the middle': eachFrame((frame, random) =>
    insertAt(frame, random.below(frame.length), Uint8Array.of(0)),
  ),
  'one byte too long': eachFrame((frame, random) =>
    insertAt(
      frame,
      random.below(frame.length),
      withoutZeros(random.bytes(MAX_FRAME_BYTES + 1 - Math.min(frame.length - 2, MAX_FRAME_BYTES))),
    ),
  ),
  'far too long': eachFrame((frame, random) =>
    insertAt(frame, random.below(frame.length), withoutZeros(random.bytes(1000))),
  ),
  'noise between frames': eachFrame((frame, random) =>
    Buffer.concat([random.bytes(1 + random.below(40)), frame]),
  ),
  'another baud rate': eachFrame((frame, random) =>
    atAnotherRate(frame, [0.5, 0.9, 1.1, 2][random.below(4)] ?? 2),
  ),
  'attached mid-frame': cutSpans(0, 2, 6),
  'unplugged for 1 to 300 frames': cutSpans(1, 300, 400),
  'lost 1 frame': loseFrames(1),
  'lost 10 frames': loseFrames(10),
  'lost 300 frames': loseFrames(300),
  'lost 256 frames, the sequence wraps': loseFrames(256),
};

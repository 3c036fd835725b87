import { describe, expect, it } from 'vitest';
import { FrameDecoder, FrameEncoder, type FrameStatistics } from '../../../host/protocol/frame.js';
import { WIRE_SCHEMA } from '../../../host/protocol/schema.js';
import { buildHarness } from './harness.js';
import { Random } from './random.js';

const harness = buildHarness(WIRE_SCHEMA, 'conformance-wire-faults');
const TYPES = WIRE_SCHEMA.messages.map(({ type }) => type);
const DAMAGED_FRAMES = 120_000;
const DAMAGES = [
  'flip one bit',
  'flip bits',
  'drop',
  'insert',
  'duplicate',
  'truncate',
  'merge',
  'burst',
  'too long',
] as const;

function insertAt(bytes: Uint8Array, at: number, extra: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at)]);
}

function damage(frame: Uint8Array, kind: (typeof DAMAGES)[number], random: Random): Uint8Array {
  const at = random.below(frame.length);
  const copy = Uint8Array.from(frame);
  const flip = (i: number): void => {
    copy[i] = (copy[i] ?? 0) ^ (1 << random.below(8));
  };
  switch (kind) {
    case 'flip one bit':
      flip(at);
      return copy;
    case 'flip bits':
      for (let n = 2 + random.below(30); n > 0; n -= 1) flip(random.below(frame.length));
      return copy;
    case 'drop': {
      const count = 1 + random.below(3);
      return Buffer.concat([frame.subarray(0, at), frame.subarray(at + count)]);
    }
    case 'insert':
      return insertAt(frame, at, random.bytes(1 + random.below(3)));
    case 'duplicate':
      return insertAt(frame, at, frame.subarray(at, at + 1 + random.below(16)));
    case 'truncate':
      return frame.subarray(0, at);
    case 'merge':
      return frame.subarray(0, frame.length - 1);
    case 'burst':
      copy.set(random.bytes(1 + random.below(64)).subarray(0, frame.length - at), at);
      return copy;
    case 'too long':
      return insertAt(
        frame,
        at,
        random.bytes(600).map((byte) => (byte === 0 ? 1 : byte)),
      );
  }
}

interface Delivery {
  readonly frames: readonly string[];
  readonly statistics: FrameStatistics;
}

const keyOf = (type: number, sequence: number, payload: Uint8Array): string =>
  `${type}/${sequence}/${Buffer.from(payload).toString('latin1')}`;

function throughTypeScript(line: Uint8Array, random: Random): Delivery {
  const decoder = new FrameDecoder();
  const frames: string[] = [];
  for (let at = 0; at < line.length;) {
    const next = at + 1 + random.below(5000);
    decoder.push(line.subarray(at, next), ({ type, sequence, payload }) => {
      frames.push(keyOf(type, sequence, payload));
    });
    at = next;
  }
  return { frames, statistics: decoder.statistics };
}

function throughC(line: Uint8Array): Delivery {
  const out = harness('frames', line);
  const frames: string[] = [];
  const end = out.length - 28;
  for (let at = 0; at < end;) {
    const count = out.readUInt16LE(at + 2);
    const payload = out.subarray(at + 4, at + 4 + count);
    frames.push(keyOf(out[at] ?? 0, out[at + 1] ?? 0, payload));
    at += 4 + count;
  }
  const statistic = (i: number): number => out.readUInt32LE(end + 4 * i);
  return {
    frames,
    statistics: {
      frames: statistic(0),
      crcErrors: statistic(1),
      cobsErrors: statistic(2),
      oversize: statistic(3),
      unknownTypes: statistic(4),
      resyncs: statistic(5),
      sequenceGaps: statistic(6),
    },
  };
}

describe(`${DAMAGED_FRAMES} damaged frames, each followed by two good ones`, () => {
  const random = new Random(1972);
  const encoder = new FrameEncoder();
  const sent = new Set<string>();
  /** Good frames that must arrive: the first after a damage that kept its delimiter, the second in any case. */
  const due: string[] = [];
  let serial = 0;

  /** No two payloads are alike, so that a frame delivered is one frame sent. */
  const makeFrame = (): { key: string; bytes: Uint8Array } => {
    const type = TYPES[random.below(TYPES.length)] ?? 0;
    const rest = random.below(50) === 0 ? 508 : random.below(40);
    const payload = random.bytes(4 + rest);
    new DataView(payload.buffer).setUint32(0, serial, true);
    serial += 1;
    const sequence = (serial - 1) & 0xff;
    const key = keyOf(type, sequence, payload);
    sent.add(key);
    return { key, bytes: encoder.encodeFrame(type, payload) };
  };

  const pieces: Uint8Array[] = [];
  let spared = 0;
  for (let i = 0; i < DAMAGED_FRAMES; i += 1) {
    const victim = makeFrame();
    const kind = DAMAGES[i % DAMAGES.length] ?? 'drop';
    const broken = damage(victim.bytes, kind, random);
    if (Buffer.from(broken).equals(victim.bytes)) spared += 1;
    const [first, second] = [makeFrame(), makeFrame()];
    pieces.push(broken, first.bytes, second.bytes);
    if (broken.length === 0 || broken.at(-1) === 0) due.push(first.key);
    due.push(second.key);
  }
  const line = Buffer.concat(pieces);
  const typeScript = throughTypeScript(line, random);
  const c = throughC(line);

  it('really damages', () => {
    expect(spared).toBeLessThan(DAMAGED_FRAMES / 100);
    expect(typeScript.statistics.crcErrors).toBeGreaterThan(DAMAGED_FRAMES / 4);
    expect(typeScript.statistics.cobsErrors).toBeGreaterThan(1000);
    expect(typeScript.statistics.oversize).toBeGreaterThan(1000);
  });

  it.each([
    ['TypeScript', typeScript],
    ['C', c],
  ])('%s delivers nothing that was not sent', (_name, { frames }) => {
    expect(frames.filter((frame) => !sent.has(frame))).toEqual([]);
  });

  it.each([
    ['TypeScript', typeScript],
    ['C', c],
  ])('%s is in step again within one good frame, two where the delimiter died', (_name, got) => {
    const delivered = new Set(got.frames);
    expect(due.filter((frame) => !delivered.has(frame))).toHaveLength(0);
  });

  it('C and TypeScript agree on every frame and every count', () => {
    expect(c.statistics).toEqual(typeScript.statistics);
    expect(c.frames.length).toBe(typeScript.frames.length);
    expect(c.frames.every((frame, i) => frame === typeScript.frames[i])).toBe(true);
  });
});

describe('attaching in the middle of a frame', () => {
  it('loses that frame alone, wherever it is cut', () => {
    const encoder = new FrameEncoder();
    const first = encoder.encodeFrame(0x03, new Random(3).bytes(200));
    const second = encoder.encodeFrame(0x0b, Uint8Array.of(1, 2));
    for (let cut = 1; cut < first.length; cut += 1) {
      const decoder = new FrameDecoder();
      const types: number[] = [];
      decoder.push(first.subarray(cut), ({ type }) => types.push(type));
      decoder.push(second, ({ type }) => types.push(type));
      expect(types).toEqual([0x0b]);
    }
  });
});

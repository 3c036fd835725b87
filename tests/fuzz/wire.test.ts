import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Random } from '../../bench/link/random.js';
import { decodePayload } from '../../host/protocol/codec.js';
import { FrameDecoder, FrameEncoder } from '../../host/protocol/frame.js';
import { WIRE_SCHEMA } from '../../host/protocol/schema.js';
import { IsochroneError } from '../../codegen/errors.js';
import { fuzzWire } from './wire.js';

const hasClang = spawnSync('clang', ['--version']).status === 0;

describe.skipIf(!hasClang)('libFuzzer on the C of the wire (needs Debian clang)', () => {
  it('finds nothing in its short form', () => {
    const { sound, said } = fuzzWire({ executions: 50_000, seed: 1, length: 600 });
    expect(sound, said.slice(-3000)).toBe(true);
    expect(said).toContain('Done 50000 runs');
  });
});

describe('properties of the TypeScript decoder', () => {
  const random = new Random(8);
  const types = WIRE_SCHEMA.messages.map(({ type }) => type);

  it('any payload of any type survives framing, however the line is cut', () => {
    const encoder = new FrameEncoder();
    const sent = Array.from({ length: 3000 }, () => ({
      type: types[random.below(types.length)] ?? 1,
      payload: random
        .bytes(random.below(10) === 0 ? random.below(513) : random.below(40))
        // Runs without zeros reach the longest blocks, runs of zeros the shortest.
        .map((byte, _i, all) =>
          all.length % 3 === 0 ? byte & 1 : all.length % 3 === 1 ? byte | 1 : byte,
        ),
    }));
    const line = Buffer.concat(sent.map(({ type, payload }) => encoder.encodeFrame(type, payload)));
    const decoder = new FrameDecoder();
    const got: string[] = [];
    for (let at = 0; at < line.length;) {
      const next = at + 1 + random.below(700);
      decoder.push(line.subarray(at, next), ({ type, payload }) => {
        got.push(`${type} ${Buffer.from(payload).toString('hex')}`);
      });
      at = next;
    }
    expect(got).toEqual(
      sent.map(({ type, payload }) => `${type} ${Buffer.from(payload).toString('hex')}`),
    );
  });

  it('noise gives no frame, and a frame after it arrives', () => {
    for (let turn = 0; turn < 300; turn += 1) {
      const decoder = new FrameDecoder();
      let frames = 0;
      decoder.push(random.bytes(random.below(3000)), () => (frames += 1));
      expect(frames).toBe(0);
      decoder.push(Uint8Array.of(0), () => (frames += 1));
      decoder.push(new FrameEncoder().encodeFrame(3, random.bytes(20)), () => (frames += 1));
      expect(frames).toBe(1);
    }
  });

  it('any payload is a message or a typed error', () => {
    let messages = 0;
    for (let turn = 0; turn < 30_000; turn += 1) {
      const type = types[turn % types.length] ?? 1;
      try {
        decodePayload(type, random.bytes(random.below(turn % 2 === 0 ? 12 : 513)));
        messages += 1;
      } catch (error) {
        if (!(error instanceof IsochroneError)) throw error;
        expect(error.code).toBe('WIRE_PAYLOAD_MALFORMED');
      }
    }
    expect(messages).toBeGreaterThan(10);
  });
});

import { describe, expect, it } from 'vitest';
import { faultHolds, runFaultMatrix } from '../../../bench/link/fault-matrix.js';
import { buildCLine } from '../../../bench/link/line-decoders.js';
import { Random } from '../../../bench/link/random.js';
import { FrameDecoder, FrameEncoder } from '../../../host/protocol/frame.js';

const DAMAGED_FRAMES = 100_000;

describe('the fault matrix, C under the sanitizers', async () => {
  const c = await buildCLine(['-fsanitize=address,undefined', '-fno-sanitize-recover=all']);
  const matrix = runFaultMatrix(c, { damagedFrames: DAMAGED_FRAMES, seed: 1972 });

  it(`damages ${DAMAGED_FRAMES} frames`, () => {
    expect(matrix.framesDamaged).toBeGreaterThanOrEqual(DAMAGED_FRAMES);
    expect(matrix.corruptDelivered).toBe(0);
  });

  it.each(matrix.faults.map((figures) => [figures.fault, figures] as const))(
    '%s: nothing corrupt, in step at once, no sample unaccounted for',
    (_name, figures) => {
      expect(figures, JSON.stringify(figures)).toSatisfy(faultHolds);
      // A fault that spares or kills everything would prove nothing.
      expect(figures.framesDelivered).toBeGreaterThan(0);
      expect(figures.samplesDelivered).toBeLessThan(figures.samplesSent);
    },
  );
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

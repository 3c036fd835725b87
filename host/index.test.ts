import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { connect } from './index.js';
import { FrameEncoder } from './protocol/frame.js';
import {
  explanationMessages,
  helloMessage,
  resultMessage,
  samplesMessage,
} from './serial/test-device.js';

it('gives a device as typed streams', async () => {
  const server = createServer((socket) => {
    const encoder = new FrameEncoder();
    socket.on('error', () => undefined);
    const say = [
      ...[helloMessage(), samplesMessage(0), samplesMessage(30)],
      { kind: 'BEAT' as const, sampleIndex: 4, rrMs: 0, noisePercent: 1 },
      ...[resultMessage(1), ...explanationMessages(1)],
    ];
    for (const message of say) socket.write(encoder.encode(message));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const device = connect(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const first = async <T>(stream: AsyncIterable<T>, count: number): Promise<T[]> => {
    const got: T[] = [];
    for await (const one of stream) {
      got.push(one);
      if (got.length === count) break;
    }
    return got;
  };
  const [samples, beats, results, explanations, states] = await Promise.all([
    first(device.samples(), 3),
    first(device.beats(), 1),
    first(device.results(), 1),
    first(device.explanations(), 1),
    first(device.states(), 3),
  ]);
  expect(samples.map(({ kind, firstSampleIndex }) => [kind, firstSampleIndex])).toEqual([
    ['samples', 0],
    ['gap', 10],
    ['samples', 30],
  ]);
  expect(beats[0]?.sampleIndex).toBe(4);
  expect(results[0]?.winner).toBe(1);
  expect(explanations[0]?.className).toBe('MI');
  expect(states.map(({ state }) => state)).toEqual(['opening', 'negotiating', 'streaming']);
  expect(device.hello?.boardName).toBe('bench');
  expect(device.statistics().samples).toMatchObject({ delivered: 20, lostOnLink: 20 });
  await device.close();
  server.close();
});

it.each(['', 'http://x:1', 'tcp://x'])('says what is no address: "%s"', (address) => {
  expect(() => connect(address)).toThrow(/no address of a device/);
});

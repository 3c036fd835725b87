import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IsochroneError } from '../../codegen/errors.js';
import { FrameEncoder, SCHEMA_HASH } from '../protocol/frame.js';
import type { DeviceMessage } from '../protocol/messages.js';
import type { StreamEvent } from '../stream/events.js';
import { connectDevice, type DeviceConnection } from './device-connection.js';
import { memoryTransport, type MemoryDevice } from './memory-transport.js';
import { helloMessage, samplesMessage, SEGMENT_NAMES } from './test-device.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Bench {
  readonly connection: DeviceConnection;
  readonly events: StreamEvent[];
  readonly tries: () => number;
  readonly line: () => MemoryDevice;
  readonly say: (...messages: DeviceMessage[]) => void;
}

/** Each try gives a new line; `failing` tries find no port. */
function bench(failing: readonly number[] = []): Bench {
  let tries = 0;
  let line: MemoryDevice | undefined;
  const connection = connectDevice({
    segmentNames: SEGMENT_NAMES,
    transport: () => {
      tries += 1;
      if (failing.includes(tries)) throw new Error('no such port');
      const made = memoryTransport(() => undefined);
      line = made.device;
      return made.transport;
    },
  });
  const events: StreamEvent[] = [];
  connection.on((event) => events.push(event));
  const encoder = new FrameEncoder();
  const current = (): MemoryDevice => {
    if (line === undefined) throw new Error('no line yet');
    return line;
  };
  return {
    connection,
    events,
    tries: () => tries,
    line: current,
    say: (...messages) => {
      for (const message of messages) current().send(encoder.encode(message));
    },
  };
}

const states = (events: readonly StreamEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'link' ? [event.state] : []));
const gaps = (events: readonly StreamEvent[]): unknown[] =>
  events.flatMap((event) =>
    event.kind === 'gap' ? [[event.firstSampleIndex, event.sampleCount, event.cause]] : [],
  );

describe('a port that goes and comes back', () => {
  it('is one stream: the samples sent meanwhile are a gap, and nothing is counted twice', async () => {
    const { connection, events, line, say } = bench();
    await vi.advanceTimersByTimeAsync(1);
    say(helloMessage(7), samplesMessage(0), samplesMessage(10));
    line().unplug('pulled out');
    await vi.advanceTimersByTimeAsync(300);
    // Before HELLO it could be another run, on another axis.
    say(samplesMessage(500));
    say(helloMessage(7), samplesMessage(510));
    expect(gaps(events)).toEqual([[20, 490, 'link']]);
    expect(connection.statistics()).toMatchObject({
      connections: 2,
      samples: { delivered: 30, lostOnLink: 490, repeated: 0 },
    });
    expect(states(events)).toEqual([
      ...['opening', 'negotiating', 'streaming', 'lost'],
      ...['opening', 'negotiating', 'streaming'],
    ]);
    await connection.close();
    expect(connection.state).toBe('closed');
  });

  it('is another axis when the device has started anew', async () => {
    const { connection, events, line, say } = bench();
    await vi.advanceTimersByTimeAsync(1);
    say(helloMessage(7), samplesMessage(4000));
    line().unplug('pulled out');
    await vi.advanceTimersByTimeAsync(300);
    say(helloMessage(8), samplesMessage(30));
    expect(gaps(events)).toEqual([[0, 30, 'link']]);
    expect(connection.hello?.bootId).toBe(8);
    await connection.close();
  });
});

describe('tries', () => {
  it('grow apart to the longest wait, and begin anew after a success', async () => {
    const { connection, events, tries, line, say } = bench([1, 2, 3, 4, 5, 6, 7, 8]);
    const at = async (ms: number): Promise<number> => {
      await vi.advanceTimersByTimeAsync(ms);
      return tries();
    };
    expect(await at(0)).toBe(1);
    expect(await at(250)).toBe(2);
    expect(await at(500)).toBe(3);
    expect(await at(1000)).toBe(4);
    expect(await at(2000)).toBe(5);
    expect(await at(4000)).toBe(6);
    expect(await at(5000)).toBe(7);
    expect(await at(10_000)).toBe(9);
    say(helloMessage());
    line().unplug('pulled out');
    expect(await at(251)).toBe(10);
    expect(states(events).filter((state) => state === 'lost')).toHaveLength(9);
    await connection.close();
  });

  it('end where no further one helps: another schema', async () => {
    const { connection, say } = bench();
    const reading = (async () => {
      for await (const event of connection.events()) void event;
    })();
    const failed = expect(reading).rejects.toThrow(/speaks wire schema/);
    await vi.advanceTimersByTimeAsync(1);
    say({ ...helloMessage(), schemaHash: (SCHEMA_HASH ^ 1) >>> 0 });
    await vi.advanceTimersByTimeAsync(10_000);
    await failed;
    await expect(connection.send({ kind: 'START', requestId: 1 })).rejects.toThrow(IsochroneError);
  });
});

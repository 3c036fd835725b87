import { connect, createServer, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePayload } from '../protocol/codec.js';
import { FrameDecoder } from '../protocol/frame.js';
import type { Message } from '../protocol/messages.js';
import { injectRecord, socketWriter } from './injector.js';
import { semihostRecordArguments } from './semihost-record.js';

function collector(): { write: (bytes: Uint8Array) => Promise<void>; messages: Message[] } {
  const decoder = new FrameDecoder();
  const messages: Message[] = [];
  return {
    messages,
    write: (bytes) => {
      decoder.push(bytes, (frame) => messages.push(decodePayload(frame.type, frame.payload)));
      return Promise.resolve();
    },
  };
}

const ramp = (samples: number): Int16Array =>
  Int16Array.from({ length: samples * 8 }, (_, index) => index * 37);

describe('injectRecord', () => {
  it.each([0, 1, 19, 20, 21, 40, 501])(
    'sends each of %i samples once and in order',
    async (count) => {
      const { write, messages } = collector();
      const microvolt = ramp(count);
      const done = await injectRecord({ write, microvolt, sampleCount: count, speed: Infinity });
      expect(done).toMatchObject({ samplesSent: count, complete: true });
      const last = messages.pop();
      expect(last).toEqual({ kind: 'END_OF_RECORD', sampleCount: count });
      const values: number[] = [];
      for (const message of messages) {
        if (message.kind !== 'INJECT') throw new Error(message.kind);
        expect(message.firstSampleIndex * 8).toBe(values.length);
        values.push(...message.microvolt);
      }
      expect(values).toEqual([...microvolt]);
    },
  );

  it('goes on counting after an earlier record', async () => {
    const { write, messages } = collector();
    const options = { write, microvolt: ramp(20), sampleCount: 20, speed: Infinity };
    await injectRecord({ ...options, firstSampleIndex: 7000 });
    expect(messages).toMatchObject([{ firstSampleIndex: 7000 }, { sampleCount: 7020 }]);
  });

  it('does not run ahead of the speed asked for', async () => {
    const { write } = collector();
    const done = await injectRecord({ write, microvolt: ramp(200), sampleCount: 200, speed: 2 });
    expect(done.elapsedMs).toBeGreaterThanOrEqual(199);
    expect(done.realSpeed).toBeLessThanOrEqual(2.01);
  });

  it('waits for a device that is behind, and reports its speed', async () => {
    const { write, messages } = collector();
    let returned = 0;
    const timer = setInterval(() => (returned += 250), 20);
    const microvolt = ramp(4000);
    const done = await injectRecord({
      write,
      microvolt,
      sampleCount: 4000,
      speed: Infinity,
      samplesReturned: () => {
        const sent = messages.length * 20;
        expect(sent - returned).toBeLessThanOrEqual(1020);
        return returned;
      },
    });
    clearInterval(timer);
    expect(done.complete).toBe(true);
    expect(done.elapsedMs).toBeGreaterThanOrEqual(200);
  });

  it('stops when told to, without END_OF_RECORD', async () => {
    const { write, messages } = collector();
    const abort = new AbortController();
    setTimeout(() => {
      abort.abort();
    }, 60);
    const options = { write, microvolt: ramp(5000), sampleCount: 5000, speed: 1 };
    const done = await injectRecord({ ...options, signal: abort.signal });
    expect(done.complete).toBe(false);
    expect(messages.every((message) => message.kind === 'INJECT')).toBe(true);
  });

  it.each([0, -1, Number.NaN])('refuses the speed %d', async (speed) => {
    const options = { ...collector(), microvolt: ramp(1), sampleCount: 1, speed };
    await expect(injectRecord(options)).rejects.toMatchObject({ code: 'INJECT_SPEED' });
  });

  it('refuses a record whose length does not fit its leads', async () => {
    const options = { ...collector(), microvolt: new Int16Array(15), sampleCount: 2, speed: 1 };
    await expect(injectRecord(options)).rejects.toMatchObject({ code: 'INJECT_LENGTH' });
  });
});

describe('socketWriter', () => {
  it('holds the sender back while nobody reads, and ends it when the other side is gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'isochrone-socket-'));
    const path = join(folder, 'socket');
    const accepted: Socket[] = [];
    const server = createServer({ pauseOnConnect: true }, (socket) => accepted.push(socket));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const socket = connect(path);
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    const write = socketWriter(socket);
    let waiting: Promise<void> | undefined;
    for (let i = 0; i < 1000 && waiting === undefined; i += 1) {
      const written = write(new Uint8Array(65536));
      const settled = await Promise.race([
        written.then(() => true),
        new Promise<boolean>((resolve) =>
          setTimeout(() => {
            resolve(false);
          }, 200),
        ),
      ]);
      if (!settled) waiting = written;
    }
    if (waiting === undefined) throw new Error('it was never held back');
    for (const peer of accepted) peer.destroy();
    await expect(waiting).rejects.toMatchObject({ code: 'INJECT_CLOSED' });
    await expect(write(new Uint8Array(1))).rejects.toMatchObject({ code: 'INJECT_CLOSED' });
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
});

it('the file front end is told its pace in thousandths, 0 for none', () => {
  expect(semihostRecordArguments('/tmp/a b.i16', 2)).toEqual(['pace=2000', 'record=/tmp/a b.i16']);
  expect(semihostRecordArguments('/r', Infinity)).toEqual(['pace=0', 'record=/r']);
  expect(() => semihostRecordArguments('/r', 0.0001)).toThrow('above 0');
  expect(() => semihostRecordArguments(`/${'x'.repeat(960)}`, 1)).toThrow('longer than');
});

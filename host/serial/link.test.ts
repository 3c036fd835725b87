import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FrameDecoder, FrameEncoder } from '../protocol/frame.js';
import { decodePayload } from '../protocol/codec.js';
import type { DeviceMessage, Message } from '../protocol/messages.js';
import type { StreamEvent } from '../stream/events.js';
import { openLink, type DeviceLink } from './link.js';
import { memoryTransport, type MemoryDevice } from './memory-transport.js';
import {
  explanationMessages,
  helloMessage,
  resultMessage,
  samplesMessage,
  SEGMENT_NAMES,
  statusMessage,
  unansweredMessages,
} from './test-device.js';
import type { Transport } from './transport.js';

interface Bench {
  readonly link: DeviceLink;
  readonly line: MemoryDevice;
  readonly events: StreamEvent[];
  /** What the host has sent. */
  readonly heard: Message[];
  readonly device: (...messages: DeviceMessage[]) => void;
  readonly encoder: FrameEncoder;
}

async function bench(expectedFirstSampleIndex?: number): Promise<Bench> {
  const heard: Message[] = [];
  const decoder = new FrameDecoder();
  const { transport, device: line } = memoryTransport((bytes) => {
    decoder.push(bytes, ({ type, payload }) => heard.push(decodePayload(type, payload)));
  });
  const link = openLink({
    transport,
    segmentNames: SEGMENT_NAMES,
    ...(expectedFirstSampleIndex === undefined ? {} : { expectedFirstSampleIndex }),
  });
  const events: StreamEvent[] = [];
  link.on((event) => events.push(event));
  await vi.advanceTimersByTimeAsync(0);
  const encoder = new FrameEncoder();
  const device = (...messages: DeviceMessage[]): void => {
    for (const message of messages) line.send(encoder.encode(message));
  };
  return { link, line, events, heard, device, encoder };
}

const kinds = (events: readonly StreamEvent[]): string[] =>
  events.map((event) => (event.kind === 'link' ? `link ${event.state}` : event.kind));

const texts = (events: readonly StreamEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'log' ? [event.text] : []));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('introduction', () => {
  it('asks for HELLO every 200 ms until it comes', async () => {
    const { link, heard, events, device } = await bench();
    await vi.advanceTimersByTimeAsync(450);
    expect(heard.map(({ kind }) => kind)).toEqual(new Array(3).fill('HELLO_REQUEST'));
    device(helloMessage());
    await vi.advanceTimersByTimeAsync(1000);
    expect(heard.filter(({ kind }) => kind === 'HELLO_REQUEST')).toHaveLength(3);
    expect(kinds(events)).toEqual(['link opening', 'link negotiating', 'hello', 'link streaming']);
    expect(await link.hello()).toMatchObject({ boardName: 'bench', classNames: ['NORM', 'MI'] });
    await link.close();
  });

  it('says HELLO once though the device repeats it', async () => {
    const { link, events, device } = await bench();
    device(helloMessage(), helloMessage(), helloMessage());
    expect(kinds(events).filter((kind) => kind === 'hello')).toHaveLength(1);
    await link.close();
  });

  it.each([
    ['nothing comes', new Uint8Array(0), /received: 0 bytes/, /powered/],
    [
      'noise comes',
      Uint8Array.of(1, 2, 3, 0, 4, 0),
      /6 bytes, 0 good frames, [12] damaged/,
      /baud/,
    ],
  ])('gives up after 10 s when %s', async (_name, noise, message, hint) => {
    const { link, line, events } = await bench();
    line.send(noise);
    const failure = link.hello().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10_500);
    expect(await failure).toMatchObject({
      code: 'LINK_NO_HELLO',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
    expect(kinds(events).at(-1)).toBe('link lost');
    expect(line.isOpen).toBe(false);
  });

  it('refuses a firmware of another schema, by name', async () => {
    const { link, line, events, device, encoder } = await bench();
    // Another schema's HELLO: only its first six bytes are known to mean the same.
    const payload = Uint8Array.of(9, 0, 0xef, 0xbe, 0xad, 0xde, 1, 2, 3, 4, 5);
    line.send(encoder.encodeFrame(1, payload));
    await expect(link.hello()).rejects.toMatchObject({
      code: 'LINK_SCHEMA_MISMATCH',
      message: expect.stringContaining('0xdeadbeef (version 9)') as string,
    });
    expect(kinds(events).at(-1)).toBe('link lost');
    device(samplesMessage(0));
    expect(kinds(events)).not.toContain('samples');
    const read = async (): Promise<void> => {
      for await (const event of link.events()) void event;
    };
    await expect(read()).rejects.toMatchObject({ code: 'LINK_SCHEMA_MISMATCH' });
  });

  it('passes on why a port does not open', async () => {
    const transport: Transport = {
      name: '/dev/nothing',
      open: () => Promise.reject(new Error('no such port')),
      write: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    const link = openLink({ transport, segmentNames: SEGMENT_NAMES });
    await expect(link.hello()).rejects.toThrow('no such port');
    expect(link.state).toBe('lost');
  });
});

describe('health', () => {
  it('is stale after 2 s of silence, streams again with the next byte', async () => {
    const { link, events, device } = await bench();
    device(helloMessage());
    await vi.advanceTimersByTimeAsync(1900);
    expect(link.state).toBe('streaming');
    await vi.advanceTimersByTimeAsync(400);
    expect(link.state).toBe('stale');
    device(statusMessage());
    expect(link.state).toBe('streaming');
    expect(kinds(events).slice(-3)).toEqual(['link stale', 'link streaming', 'status']);
    await link.close();
  });

  it('is lost after 5 s more, and lets go of the port', async () => {
    const { link, line, events, device } = await bench();
    device(helloMessage());
    await vi.advanceTimersByTimeAsync(6800);
    expect(link.state).toBe('stale');
    await vi.advanceTimersByTimeAsync(800);
    expect(link.state).toBe('lost');
    expect(line.isOpen).toBe(false);
    const count = events.length;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(events).toHaveLength(count);
  });

  it('is lost at once, and once, when the port says so twice', async () => {
    const { link, line, events, device } = await bench();
    device(helloMessage());
    line.unplug('gone');
    line.unplug('gone');
    expect(link.state).toBe('lost');
    expect(kinds(events).filter((kind) => kind === 'link lost')).toHaveLength(1);
    await expect(link.send({ kind: 'START', requestId: 1 })).rejects.toMatchObject({
      code: 'LINK_NOT_OPEN',
    });
  });

  it('closes idempotently, also while opening', async () => {
    const { transport } = memoryTransport(() => undefined);
    const link = openLink({ transport, segmentNames: SEGMENT_NAMES });
    await Promise.all([link.close(), link.close()]);
    await link.close();
    expect(link.state).toBe('closed');
    await expect(link.hello()).rejects.toMatchObject({ code: 'LINK_ENDED' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('translation', () => {
  it('turns sample-major frames into leads and tells gaps with their cause', async () => {
    const { link, events, device } = await bench(0);
    device(helloMessage(), samplesMessage(0, 2), samplesMessage(12, 2, 4));
    const [first, ...rest] = events.filter(({ kind }) => kind === 'samples' || kind === 'gap');
    expect(first).toEqual({
      kind: 'samples',
      firstSampleIndex: 0,
      microvolt: [0, 1, 2, 3, 4, 5, 6, 7].map((lead) => [lead * 1000, lead * 1000 + 1]),
    });
    expect(rest).toMatchObject([
      { kind: 'gap', firstSampleIndex: 2, sampleCount: 4, cause: 'device' },
      { kind: 'gap', firstSampleIndex: 6, sampleCount: 6, cause: 'link' },
      { kind: 'samples', firstSampleIndex: 12 },
    ]);
    await link.close();
  });

  it('tells at END what is missing at the tail', async () => {
    const { link, events, device } = await bench(0);
    device(helloMessage(), samplesMessage(0), { kind: 'END', sampleCount: 25 });
    expect(events.slice(-2)).toEqual([
      { kind: 'gap', firstSampleIndex: 10, sampleCount: 15, cause: 'link' },
      { kind: 'end', sampleCount: 25 },
    ]);
    expect(link.statistics().samples).toEqual({
      delivered: 10,
      lostOnLink: 15,
      droppedByDevice: 0,
      repeated: 0,
    });
    await link.close();
  });

  it('puts an explanation together and acknowledges it', async () => {
    const { link, events, heard, device } = await bench();
    device(helloMessage(), resultMessage(5), ...explanationMessages(5));
    const explanation = events.find(({ kind }) => kind === 'explanation');
    expect(explanation).toMatchObject({
      resultId: 5,
      className: 'MI',
      method: 'gradient_x_input',
      residualShare: 0.125,
      meanQrsMicrovolt: [400, 300, -125],
      segmentNames: SEGMENT_NAMES,
      path: [
        { frankMm: [1, -2.5, 0], phase: 'QRS', evidence: 0.25 },
        { frankMm: [1.01, -2.5, 0], phase: 'ST-T', evidence: 0.25 },
      ],
    });
    if (explanation?.kind !== 'explanation') return;
    expect(explanation.leadEvidence[11]).toEqual([33 / 4, 34 / 4, 35 / 4]);
    expect(explanation.meanBeat.microvolt[7]?.[39]).toBe(739);
    expect(explanation.meanBeat.attribution[0]?.[0]).toBe(-3);
    expect(explanation.meanBeat.fiducials).toEqual({
      pOnset: -1,
      pEnd: -1,
      qrsOnset: 10,
      jPoint: 20,
      tPeak: 30,
      tEnd: 38,
    });
    expect(heard.at(-1)).toEqual({ kind: 'ACK', resultId: 5 });
    await link.close();
  });

  it('tells a result once though it is sent again, and acknowledges it again', async () => {
    const { link, events, heard, device } = await bench();
    const all = [resultMessage(5), ...explanationMessages(5)];
    device(helloMessage(), ...all, ...all);
    expect(kinds(events).filter((kind) => kind === 'result' || kind === 'explanation')).toEqual([
      'result',
      'explanation',
    ]);
    expect(heard.filter(({ kind }) => kind === 'ACK')).toHaveLength(2);
    await link.close();
  });

  const parts = explanationMessages(5).length - 1;
  it.each(Array.from({ length: parts }, (_, i) => i))(
    'leaves out an explanation without its part %i, takes it when sent again',
    async (missing) => {
      const { link, events, heard, device } = await bench();
      const all = explanationMessages(5);
      device(helloMessage(), resultMessage(5), ...all.filter((_, i) => i !== missing));
      expect(kinds(events)).not.toContain('explanation');
      expect(texts(events).at(-1)).toMatch(/result 5 is left out: .*missing/);
      expect(heard.at(-1)).not.toMatchObject({ kind: 'ACK' });
      device(...all);
      expect(kinds(events)).toContain('explanation');
      await link.close();
    },
  );

  it('does not take a result for explained when every part of its explanation is lost', async () => {
    const { link, events, heard, device } = await bench();
    device(helloMessage(), resultMessage(5), {
      kind: 'RESULT_END',
      resultId: 5,
      explanation: 'sent',
    });
    expect(texts(events).at(-1)).toMatch(/result 5 is left out: EXPLANATION missing/);
    expect(heard.at(-1)).not.toMatchObject({ kind: 'ACK' });
    device({ kind: 'RESULT_END', resultId: 5, explanation: 'lead_off' });
    expect(heard.at(-1)).toMatchObject({ kind: 'ACK', resultId: 5 });
    expect(kinds(events)).not.toContain('explanation');
    expect(events.at(-1)).toEqual({ kind: 'withheld', resultId: 5, reason: 'lead_off' });
    await link.close();
  });

  it('tells a window without an answer as withheld, once', async () => {
    const { link, events, heard, device } = await bench();
    device(helloMessage(), ...unansweredMessages(6, 'unfamiliar'));
    device(...unansweredMessages(6, 'unfamiliar'));
    expect(kinds(events)).not.toContain('result');
    expect(events.filter(({ kind }) => kind === 'withheld')).toEqual([
      {
        kind: 'withheld',
        resultId: 6,
        reason: 'unfamiliar',
        unanswered: { windowFirstSampleIndex: 0, windowSampleCount: 5000, unfamiliarity: 2.5 },
      },
    ]);
    expect(heard.at(-1)).toMatchObject({ kind: 'ACK', resultId: 6 });
    await link.close();
  });

  it('keeps two explanations open and no more', async () => {
    const { link, events, device } = await bench();
    device(helloMessage());
    for (let id = 0; id < 100; id += 1) device(...explanationMessages(id).slice(0, 3));
    expect(link.statistics().explanations.incomplete).toBe(98);
    expect(texts(events)[0]).toContain('result 0 never ended');
    await link.close();
  });

  it('begins anew when the device does', async () => {
    const { link, events, device } = await bench();
    device(helloMessage(1), samplesMessage(990), resultMessage(0), ...explanationMessages(0));
    const before = events.length;
    device(helloMessage(2), samplesMessage(20), resultMessage(0), ...explanationMessages(0));
    expect(kinds(events.slice(before))).toEqual([
      'log',
      'hello',
      'gap',
      'samples',
      'result',
      'explanation',
    ]);
    expect(link.statistics().samples).toMatchObject({ delivered: 20, lostOnLink: 20 });
    await link.close();
  });

  it('counts a malformed payload behind a good CRC and goes on', async () => {
    const { link, line, device, encoder } = await bench();
    device(helloMessage());
    line.send(encoder.encodeFrame(0x0b, Uint8Array.of(1, 2, 3, 4)));
    device(statusMessage());
    expect(link.statistics()).toMatchObject({ malformedPayloads: 1, frames: { frames: 3 } });
    await link.close();
  });

  it('does not take its own words for the device on a line in loopback', async () => {
    const { link, line, events } = await bench();
    line.send(new FrameEncoder().encode({ kind: 'HELLO_REQUEST', hostVersion: 1 }));
    expect(kinds(events)).toEqual(['link opening', 'link negotiating']);
    await link.close();
  });
});

describe('a bad line', () => {
  it('keeps the books: delivered + lost + dropped = sent, to the sample, and nothing out of place', async () => {
    const { link, line, events, device, encoder } = await bench(0);
    device(helloMessage());
    let state = 11;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const frames = 5000;
    let dropped = 0;
    for (let frame = 0; frame < frames; frame += 1) {
      if (random() < 0.05) {
        dropped += 10;
        continue;
      }
      const bytes = Uint8Array.from(encoder.encode(samplesMessage(frame * 10, 10, dropped)));
      const at = Math.floor(random() * bytes.length);
      const fate = random();
      if (fate < 0.05) continue;
      if (fate < 0.15) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      line.send(fate > 0.9 ? bytes.filter((_, i) => i !== at) : bytes);
    }
    // A zero ends the last frame in case its own did not live.
    line.send(Uint8Array.of(0));
    device(statusMessage(dropped), { kind: 'END', sampleCount: frames * 10 });

    let next = 0;
    for (const event of events) {
      if (event.kind !== 'samples' && event.kind !== 'gap') continue;
      expect(event.firstSampleIndex).toBe(next);
      if (event.kind === 'gap') {
        next += event.sampleCount;
        continue;
      }
      expect(event.microvolt.map((lead) => lead[0])).toEqual(
        [0, 1, 2, 3, 4, 5, 6, 7].map((lead) => (next % 1000) + 1000 * lead),
      );
      next += event.microvolt[0]?.length ?? 0;
    }
    expect(next).toBe(frames * 10);
    const { samples } = link.statistics();
    expect(samples.droppedByDevice).toBe(dropped);
    expect(samples.delivered + samples.lostOnLink + dropped).toBe(frames * 10);
    expect(samples.lostOnLink).toBeGreaterThan(frames);
    await link.close();
  });
});

describe('readers', () => {
  it('gives the first reader what happened before it, and ends with the link', async () => {
    const { transport, device: line } = memoryTransport(() => undefined);
    const link = openLink({ transport, segmentNames: SEGMENT_NAMES });
    await vi.advanceTimersByTimeAsync(0);
    const encoder = new FrameEncoder();
    line.send(encoder.encode(helloMessage()));
    line.send(encoder.encode(samplesMessage(0)));
    const events = link.events();
    await link.close();
    const seen: StreamEvent[] = [];
    for await (const event of events) seen.push(event);
    expect(kinds(seen)).toEqual([
      'link opening',
      'link negotiating',
      'hello',
      'link streaming',
      'samples',
      'link closed',
    ]);
  });

  it('drops samples, never results, for a reader that does not read', async () => {
    const { link, device } = await bench();
    device(helloMessage());
    const events = link.events();
    device(resultMessage(1));
    for (let i = 0; i < 10_000; i += 1) device(samplesMessage(i * 10));
    device(resultMessage(2));
    await link.close();
    const seen: StreamEvent[] = [];
    for await (const event of events) seen.push(event);
    expect(seen.length).toBeLessThanOrEqual(4096);
    expect(seen.filter(({ kind }) => kind === 'result')).toHaveLength(2);
    expect(texts(seen)).toEqual([expect.stringContaining('too slow')]);
    expect(seen.length + link.statistics().eventsDropped).toBe(10_000 + 2 + 2);
  });
});

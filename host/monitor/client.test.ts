import { describe, expect, it } from 'vitest';
import { SAMPLES_LIMIT_BYTES } from '../sinks/sink.js';
import { CLIENT_LIMIT_BYTES, MonitorClient } from './client.js';
import { HISTORY_ENTRIES, StreamHistory } from './history.js';
import { encodeMessage, type PageMessage } from './messages.js';
import type { StreamEvent } from '../stream/events.js';
import { synthetic } from './synthetic-events.js';

class FakeSocket {
  bufferedAmount = 0;
  readyState = 1;
  readonly sent: PageMessage[] = [];
  readonly calls: string[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text) as PageMessage);
  }
  close(code: number): void {
    this.calls.push(`close ${code}`);
    this.readyState = 2;
  }
  terminate(): void {
    this.calls.push('terminate');
    this.readyState = 3;
  }
}

function deliver(client: MonitorClient, event: StreamEvent): void {
  client.deliver(event, encodeMessage(event));
}

describe('a slow client', () => {
  it('loses samples, is told which, and loses no result', () => {
    const socket = new FakeSocket();
    const client = new MonitorClient(socket);
    deliver(client, synthetic.samples(0, 10));
    socket.bufferedAmount = SAMPLES_LIMIT_BYTES + 1;
    deliver(client, synthetic.samples(10, 10));
    deliver(client, synthetic.result(1));
    deliver(client, synthetic.samples(20, 10));
    deliver(client, synthetic.explanation(1));
    socket.bufferedAmount = SAMPLES_LIMIT_BYTES;
    deliver(client, synthetic.samples(30, 10));
    deliver(client, synthetic.samples(40, 10));
    expect(socket.sent.map((message) => message.kind)).toEqual([
      'samples',
      'result',
      'explanation',
      'skipped',
      'samples',
      'samples',
    ]);
    expect(socket.sent[3]).toEqual({ kind: 'skipped', firstSampleIndex: 10, sampleCount: 20 });
  });

  it('that reads nothing at all is cut off and gets nothing more', () => {
    const socket = new FakeSocket();
    const client = new MonitorClient(socket);
    socket.bufferedAmount = CLIENT_LIMIT_BYTES;
    deliver(client, synthetic.result(1));
    expect(socket.sent).toHaveLength(1);
    socket.bufferedAmount = CLIENT_LIMIT_BYTES + 1;
    deliver(client, synthetic.result(2));
    deliver(client, synthetic.result(3));
    expect(socket.sent).toHaveLength(1);
    expect(socket.calls).toEqual(['close 1013', 'terminate']);
  });
});

describe('history', () => {
  it('stays bounded whatever the indices claim', () => {
    const history = new StreamHistory();
    for (let n = 0; n < 5000; n += 1) {
      const event = synthetic.beat(0);
      history.record(event, encodeMessage(event), n);
    }
    const snapshot = JSON.parse(history.snapshot(0)) as { events: unknown[] };
    expect(snapshot.events).toHaveLength(HISTORY_ENTRIES);
  });

  it('tells the age of the newest sample, not of the snapshot', () => {
    const history = new StreamHistory();
    const event = synthetic.samples(0, 10);
    history.record(event, encodeMessage(event), 1000);
    expect(JSON.parse(history.snapshot(61_000))).toMatchObject({ lastSampleAgeMs: 60_000 });
  });

  it('keeps an ended record ended, until samples come again', () => {
    const history = new StreamHistory();
    const kindsAfter = (event: StreamEvent): string[] => {
      history.record(event, encodeMessage(event), 0);
      const snapshot = JSON.parse(history.snapshot(0)) as { events: StreamEvent[] };
      return snapshot.events.map((each) => each.kind);
    };
    expect(kindsAfter({ kind: 'end', sampleCount: 10 })).toEqual(['end']);
    expect(kindsAfter(synthetic.samples(0, 10))).toEqual(['samples']);
  });
});

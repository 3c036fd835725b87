import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { laySerialCable } from '../../tests/support/serial-cable.js';
import type { DeviceMessage } from '../protocol/messages.js';
import { openLink } from '../serial/link.js';
import { memoryTransport } from '../serial/memory-transport.js';
import { serialTransport } from '../serial/serial-transport.js';
import {
  explanationMessages,
  helloMessage,
  resultMessage,
  samplesMessage,
  SEGMENT_NAMES,
  statusMessage,
} from '../serial/test-device.js';
import type { Transport } from '../serial/transport.js';
import type { StreamEvent } from '../stream/events.js';
import { openDownstream } from './downstream.js';

const hasSocat = spawnSync('socat', ['-V']).status === 0;
const kinds = (events: readonly StreamEvent[]): string[] => events.map(({ kind }) => kind);

describe.skipIf(!hasSocat)('a downstream serial port, on a pty (needs Debian socat)', () => {
  it('is read by a monitor as if it were the device', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isochrone-pty-'));
    const [near, far] = [join(folder, 'near'), join(folder, 'far')];
    const cable = await laySerialCable(near, far);
    try {
      const down = await openDownstream(
        serialTransport({ path: near, baudRate: 230_400 }),
        () => undefined,
      );
      down.forward(helloMessage());
      // It comes later and asks for HELLO.
      const monitor = openLink({
        transport: serialTransport({ path: far, baudRate: 230_400 }),
        segmentNames: SEGMENT_NAMES,
      });
      const events: StreamEvent[] = [];
      monitor.on((event) => events.push(event));
      expect((await monitor.hello()).boardName).toBe('bench');
      down.forward(samplesMessage(0));
      down.forward(samplesMessage(30));
      down.forward(resultMessage(1));
      for (const message of explanationMessages(1)) down.forward(message);
      for (let i = 0; i < 200 && !kinds(events).includes('explanation'); i += 1) {
        await new Promise((r) => setTimeout(r, 20));
      }
      expect(kinds(events)).toEqual(
        expect.arrayContaining(['hello', 'samples', 'gap', 'result', 'explanation']),
      );
      await monitor.close();
      await down.close();
    } finally {
      cable.unplug();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a downstream port that is full', () => {
  it('leaves out samples, counts them, and never a result', async () => {
    const { transport, device } = memoryTransport(() => undefined);
    const link = openLink({ transport, segmentNames: SEGMENT_NAMES, expectedFirstSampleIndex: 0 });
    const events: StreamEvent[] = [];
    link.on((event) => events.push(event));
    let release: (() => void)[] = [];
    const slow: Transport = {
      name: 'slow',
      open: () => Promise.resolve(),
      write: (bytes) =>
        new Promise((resolve) => {
          device.send(bytes);
          release.push(resolve);
        }),
      close: () => Promise.resolve(),
    };
    await Promise.resolve();
    const down = await openDownstream(slow, () => undefined);
    down.forward(helloMessage());
    for (let i = 0; i < 300; i += 1) down.forward(samplesMessage(10 * i));
    down.forward(resultMessage(1));
    const dropped = down.samplesDropped;
    expect(dropped).toBeGreaterThan(1000);
    for (const done of release) done();
    release = [];
    await new Promise((r) => setTimeout(r, 0));
    down.forward(samplesMessage(3000));
    down.forward(statusMessage());
    expect(link.statistics().samples).toEqual({
      delivered: 3010 - dropped,
      droppedByDevice: dropped,
      lostOnLink: 0,
      repeated: 0,
    });
    expect(kinds(events)).toContain('result');
    await link.close();
  });
});

describe('what a downstream port does not hand on', () => {
  it('answers to this host, and the rate of the device’s own line', async () => {
    const { transport, device } = memoryTransport(() => undefined);
    const link = openLink({ transport, segmentNames: SEGMENT_NAMES });
    const seen: DeviceMessage[] = [];
    link.onMessage((message) => seen.push(message));
    await Promise.resolve();
    const down = await openDownstream(
      {
        name: 'port',
        open: () => Promise.resolve(),
        write: (bytes) => {
          device.send(bytes);
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      },
      () => undefined,
    );
    down.forward(helloMessage());
    down.forward({ kind: 'COMMAND_RESULT', requestId: 3, outcome: 'done' });
    down.forward({
      kind: 'CONFIGURATION',
      linkBaud: 921_600,
      resultIntervalMs: 5000,
      samplesPerFrame: 10,
      explanations: 1,
      medianBeats: 1,
      measuresBeats: 1,
    });
    expect(seen).toEqual([
      expect.objectContaining({ kind: 'HELLO' }),
      expect.objectContaining({ kind: 'CONFIGURATION', linkBaud: 0 }),
    ]);
    await link.close();
  });
});

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { SerialPortMock } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import { FrameEncoder } from '../protocol/frame.js';
import type { StreamEvent } from '../stream/events.js';
import { openLink } from './link.js';
import { serialTransport } from './serial-transport.js';
import { helloMessage, samplesMessage, SEGMENT_NAMES } from './test-device.js';

const timing = { helloRetryMs: 20, helloTimeoutMs: 5000, staleAfterMs: 300, lostAfterStaleMs: 300 };

async function readUntil(
  events: AsyncIterable<StreamEvent>,
  found: (event: StreamEvent) => boolean,
): Promise<StreamEvent[]> {
  const seen: StreamEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (found(event)) break;
  }
  return seen;
}

describe('a mock port', () => {
  afterEach(() => {
    SerialPortMock.binding.reset();
  });

  it('carries bytes both ways and closes more than once', async () => {
    SerialPortMock.binding.createPort('/dev/mock', { echo: true });
    const transport = serialTransport({
      path: '/dev/mock',
      baudRate: 921600,
      createPort: (path, baudRate) => new SerialPortMock({ path, baudRate, autoOpen: false }),
    });
    const got: number[] = [];
    const echoed = new Promise<void>((resolve) => {
      void transport
        .open({
          onBytes: (chunk) => {
            got.push(...chunk);
            if (got.length === 3) resolve();
          },
          onClosed: () => undefined,
        })
        .then(() => transport.write(Uint8Array.of(1, 0, 255)));
    });
    await echoed;
    expect(got).toEqual([1, 0, 255]);
    await transport.close();
    await transport.close();
  });

  it('tells of its close once', async () => {
    SerialPortMock.binding.createPort('/dev/mock', { echo: true });
    const port = new SerialPortMock({ path: '/dev/mock', baudRate: 9600, autoOpen: false });
    const transport = serialTransport({
      path: '/dev/mock',
      baudRate: 9600,
      createPort: () => port,
    });
    const reasons: string[] = [];
    await transport.open({ onBytes: () => undefined, onClosed: (reason) => reasons.push(reason) });
    port.emit('error', new Error('read failed'));
    port.emit('close', new Error('disconnected'));
    port.emit('close', null);
    expect(reasons).toEqual(['read failed']);
    await transport.close();
  });
});

describe('a real port', () => {
  it('that is not there is named', async () => {
    const transport = serialTransport({ path: '/dev/isochrone-none', baudRate: 115200 });
    const open = transport.open({ onBytes: () => undefined, onClosed: () => undefined });
    await expect(open).rejects.toMatchObject({
      code: 'LINK_PORT_NOT_FOUND',
      message: expect.stringContaining('/dev/isochrone-none') as string,
    });
  });

  it('that is no serial port is refused', async () => {
    const transport = serialTransport({ path: '/dev/null', baudRate: 115200 });
    const open = transport.open({ onBytes: () => undefined, onClosed: () => undefined });
    await expect(open).rejects.toMatchObject({ code: 'LINK_OPEN_FAILED' });
  });
});

/** Holds the far end of a pty: stdin goes to it, what it hears goes to stdout after the line with its name. */
const PTY = `
import os, pty, select, sys, tty
far, near = pty.openpty()
tty.setraw(near)
sys.stdout.write(os.ttyname(near) + "\\n"); sys.stdout.flush()
while True:
    for ready in select.select([far, 0], [], [])[0]:
        data = os.read(ready, 65536)
        if not data: sys.exit()
        os.write(1 if ready == far else far, data)
`;
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('a pty (needs python3)', () => {
  let child: ChildProcess | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  it('carries a link, and the death of its far end is noticed', async () => {
    const far = spawn('python3', ['-c', PTY], { stdio: ['pipe', 'pipe', 'inherit'] });
    child = far;
    const [name] = (await once(far.stdout, 'data')) as [Buffer];
    let heard = 0;
    far.stdout.on('data', (chunk: Buffer) => (heard += chunk.length));
    const path = name.toString('utf8').split('\n')[0] ?? '';
    const link = openLink({
      transport: serialTransport({ path, baudRate: 921600 }),
      segmentNames: SEGMENT_NAMES,
      expectedFirstSampleIndex: 0,
      timing,
    });
    const events = link.events();
    await expect.poll(() => heard, { timeout: 5000 }).toBeGreaterThan(0);
    const encoder = new FrameEncoder();
    far.stdin.write(encoder.encode(helloMessage()));
    for (let i = 0; i < 500; i += 1) far.stdin.write(encoder.encode(samplesMessage(i * 10)));
    far.stdin.write(encoder.encode({ kind: 'END', sampleCount: 5000 }));
    const all = await readUntil(events, ({ kind }) => kind === 'end');
    expect(all.filter(({ kind }) => kind === 'samples')).toHaveLength(500);
    expect(all.filter(({ kind }) => kind === 'gap')).toEqual([]);
    expect(link.statistics().samples.delivered).toBe(5000);
    const lost = readUntil(
      link.events(),
      (event) => event.kind === 'link' && event.state === 'lost',
    );
    far.kill('SIGKILL');
    expect((await lost).at(-1)).toMatchObject({ kind: 'link', state: 'lost' });
    await link.close();
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { IsochroneError } from '../../codegen/errors.js';
import type { SamplesEvent } from '../stream/events.js';
import type { PageMessage, SnapshotMessage } from './messages.js';
import { startMonitor, type Monitor, type MonitorOptions } from './server.js';
import { synthetic } from './synthetic-events.js';

const PAGE_DIR = join(process.cwd(), 'build', 'monitor-server-test');

beforeAll(() => {
  rmSync(PAGE_DIR, { recursive: true, force: true });
  mkdirSync(PAGE_DIR, { recursive: true });
  writeFileSync(join(PAGE_DIR, 'index.html'), '<!doctype html><title>page</title>');
});

const started: Monitor[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((monitor) => monitor.close()));
});

async function start(options: MonitorOptions = {}): Promise<Monitor> {
  const monitor = await startMonitor({ pageDir: PAGE_DIR, ...options });
  started.push(monitor);
  return monitor;
}

async function failureOf(promise: Promise<unknown>): Promise<IsochroneError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof IsochroneError))
    throw new Error(`not an IsochroneError: ${String(error)}`);
  return error;
}

/** Connects and collects messages; `next` waits for the next one that fits. */
async function connect(
  monitor: Monitor,
  options: { origin?: string; headers?: Record<string, string> } = {},
): Promise<{
  socket: WebSocket;
  next: <K extends PageMessage['kind']>(kind: K) => Promise<Extract<PageMessage, { kind: K }>>;
}> {
  const socket = new WebSocket(`${monitor.url.replace('http', 'ws')}stream`, options);
  const queue: PageMessage[] = [];
  let wake = (): void => undefined;
  socket.on('message', (data: Buffer) => {
    queue.push(JSON.parse(data.toString('utf8')) as PageMessage);
    wake();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => {
      resolve();
    });
    socket.once('error', reject);
  });
  return {
    socket,
    async next(kind) {
      for (;;) {
        const message = queue.shift();
        if (message === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else if (message.kind === kind) {
          return message as Extract<PageMessage, { kind: typeof kind }>;
        }
      }
    },
  };
}

describe('the page', () => {
  it('is served with headers that keep everything but its own origin out', async () => {
    const monitor = await start();
    const response = await fetch(monitor.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<title>page</title>');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(new URL(monitor.url).hostname).toBe('127.0.0.1');
  });

  it('is never anything outside its folder', async () => {
    const monitor = await start();
    for (const path of ['..%2f..%2fpackage.json', '%2e%2e/package.json', 'nothing.js']) {
      const response = await fetch(monitor.url + path);
      expect(response.status, path).toBeGreaterThanOrEqual(400);
      expect(response.headers.get('content-security-policy'), path).toContain("default-src 'self'");
    }
  });

  it('missing is MONITOR_PAGE_NOT_BUILT and says how to build it', async () => {
    const error = await failureOf(start({ pageDir: join(PAGE_DIR, 'absent') }));
    expect(error.code).toBe('MONITOR_PAGE_NOT_BUILT');
    expect(error.hint).toContain('npm run build');
  });
});

describe('the port', () => {
  it('in use is MONITOR_PORT_IN_USE, naming the port', async () => {
    const port = Number(new URL((await start()).url).port);
    const error = await failureOf(start({ port }));
    expect(error.code).toBe('MONITOR_PORT_IN_USE');
    expect(error.message).toContain(String(port));
  });

  it('on an address of another machine is MONITOR_CANNOT_LISTEN', async () => {
    // 192.0.2.0/24 is reserved for documentation (RFC 5737): no machine has it.
    expect((await failureOf(start({ host: '192.0.2.1', token: 'x'.repeat(16) }))).code).toBe(
      'MONITOR_CANNOT_LISTEN',
    );
  });

  it('is free again after close, which may be called twice', async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    const { socket } = await connect(first);
    const closed = new Promise<number>((resolve) => {
      socket.once('close', resolve);
    });
    await Promise.all([first.close(), first.close()]);
    expect(await closed).toBe(1001);
    expect((await start({ port })).url).toContain(`:${port}/`);
  });
});

describe('who may read the stream', () => {
  it.each([
    ['its own page', (url: string) => ({ origin: url.replace(/\/$/, '') }), true],
    ['a program without an origin', () => ({}), true],
    ['another origin', () => ({ origin: 'http://example.org' }), false],
    ['another port of this machine', () => ({ origin: 'http://127.0.0.1:1' }), false],
    ['an opaque origin', () => ({ origin: 'null' }), false],
    [
      'a name rebound to this machine',
      () => ({ origin: 'http://example.org:80', headers: { host: 'example.org:80' } }),
      false,
    ],
  ])('%s', async (_name, optionsOf, allowed) => {
    const monitor = await start();
    const connection = connect(monitor, optionsOf(monitor.url));
    if (allowed) {
      const { socket } = await connection;
      expect(socket.readyState).toBe(WebSocket.OPEN);
      socket.close();
    } else {
      const refusal = await connection.then(
        () => 'connected',
        (error: unknown) => String(error),
      );
      expect(refusal).toMatch(/Unexpected server response: 4(03|21)/);
    }
  });
});

describe('a new page', () => {
  it('gets the state, the last explained result and the last 10 s at once', async () => {
    const monitor = await start();
    monitor.publish(synthetic.hello());
    monitor.publish({ kind: 'link', state: 'streaming', detail: 'ok' });
    for (let first = 0; first < 12_000; first += 10) monitor.publish(synthetic.samples(first, 10));
    monitor.publish(synthetic.result(1));
    monitor.publish(synthetic.explanation(1));
    monitor.publish(synthetic.result(2));
    monitor.publish(synthetic.explanation(2));
    monitor.publish(synthetic.result(3));

    const { next } = await connect(monitor);
    const snapshot: SnapshotMessage = await next('snapshot');
    const kinds = new Map<string, number>();
    for (const event of snapshot.events) kinds.set(event.kind, (kinds.get(event.kind) ?? 0) + 1);
    expect(Object.fromEntries(kinds)).toEqual({
      hello: 1,
      link: 1,
      samples: 501,
      result: 2,
      explanation: 1,
    });
    const ids = snapshot.events.flatMap((event) =>
      event.kind === 'result' || event.kind === 'explanation' ? [event.resultId] : [],
    );
    expect(ids).toEqual([2, 2, 3]);
    const firstSamples = snapshot.events.find((event) => event.kind === 'samples');
    // 5000 samples and the frame that reaches up to them.
    expect(firstSamples?.firstSampleIndex).toBe(12_000 - 5000 - 10);
    expect(snapshot.lastSampleAgeMs).toBeGreaterThanOrEqual(0);
  });

  it('gets no samples of a device that has since restarted', async () => {
    const monitor = await start();
    monitor.publish(synthetic.hello());
    monitor.publish(synthetic.samples(0, 10));
    monitor.publish(synthetic.result(1));
    monitor.publish({ ...synthetic.hello(), bootId: 2 });
    const { next } = await connect(monitor);
    const snapshot = await next('snapshot');
    expect(snapshot.events.map((event) => event.kind)).toEqual(['hello']);
    expect(snapshot.lastSampleAgeMs).toBeNull();
  });

  it('keeps the signal when a moment long gone is marked', async () => {
    const monitor = await start();
    monitor.publish(synthetic.hello());
    for (let first = 0; first < 12_000; first += 500) {
      monitor.publish(synthetic.samples(first, 500));
    }
    monitor.publish({ kind: 'mark', sampleIndex: 100, text: 'long ago' });
    const { next } = await connect(monitor);
    const { events } = await next('snapshot');
    expect(events.filter(({ kind }) => kind === 'samples').length).toBeGreaterThanOrEqual(10);
    expect(events.some(({ kind }) => kind === 'mark')).toBe(false);
  });

  it('then gets every event, typed arrays as plain arrays', async () => {
    const monitor = await start();
    const { next } = await connect(monitor);
    expect((await next('snapshot')).events).toEqual([]);
    const microvolt = Array.from({ length: 8 }, () => Int16Array.of(1, -2, 3));
    monitor.publish({
      kind: 'samples',
      firstSampleIndex: 5,
      microvolt: microvolt as unknown as SamplesEvent['microvolt'],
    });
    expect((await next('samples')).microvolt[7]).toEqual([1, -2, 3]);
    monitor.publish({ kind: 'log', level: 'info', text: 'hallo' });
    expect((await next('log')).text).toBe('hallo');
  });

  it('is told when there is no device to ask, now or at all', async () => {
    const nobody = await start();
    const updating = await start({
      onCommand: () => Promise.resolve(undefined),
      onFirmware: () => Promise.resolve(undefined),
    });
    const ask = (url: string, path: string, body: unknown): Promise<Response> =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(5000),
      });
    for (const { url } of [nobody, updating]) {
      for (const [path, body] of [
        ['/command', { name: 'self-test' }],
        ['/firmware', { imageBase64: 'AAAA' }],
      ] as const) {
        const answer = await ask(url.replace(/\/$/, ''), path, body);
        expect([answer.status, await answer.text()]).toEqual([
          400,
          'There is no device behind this page to ask.\n',
        ]);
      }
    }
  });

  it('that sends a long message is cut off, and the others stay', async () => {
    const monitor = await start();
    const good = await connect(monitor);
    await good.next('snapshot');
    const bad = await connect(monitor);
    const closed = new Promise<number>((resolve) => {
      bad.socket.once('close', resolve);
    });
    bad.socket.send('x'.repeat(5000));
    expect(await closed).toBe(1009);
    monitor.publish({ kind: 'log', level: 'info', text: 'still here' });
    expect((await good.next('log')).text).toBe('still here');
  });

  it('that stops reading loses samples, is told which, and still gets the result', async () => {
    const monitor = await start();
    const { socket, next } = await connect(monitor);
    await next('snapshot');
    socket.pause();
    // 20 MB: more than the operating system keeps for a loopback connection on both sides.
    const run = synthetic.samples(0, 500);
    for (let n = 0; n < 800; n += 1) monitor.publish({ ...run, firstSampleIndex: 500 * n });
    monitor.publish(synthetic.result(1));
    socket.resume();
    expect((await next('result')).resultId).toBe(1);
    monitor.publish(synthetic.samples(400_000, 10));
    const { firstSampleIndex, sampleCount } = await next('skipped');
    expect(firstSampleIndex % 500).toBe(0);
    expect(firstSampleIndex).toBeGreaterThan(0);
    expect(firstSampleIndex + sampleCount).toBe(400_000);
    expect((await next('samples')).firstSampleIndex).toBe(400_000);
  });
});

describe('a server that others can reach', () => {
  const token = '0123456789abcdef';

  it('does not start without a token, or with a short one', async () => {
    for (const given of [{}, { token: 'short' }]) {
      const error = await failureOf(startMonitor({ pageDir: PAGE_DIR, host: '0.0.0.0', ...given }));
      expect(error.code).toBe('MONITOR_TOKEN_MISSING');
      expect(error.describe()).not.toContain('short ');
    }
  });

  const status = (url: string, headers: Record<string, string> = {}): Promise<number | 'open'> =>
    new Promise((resolve) => {
      const socket = new WebSocket(url, { headers, rejectUnauthorized: false });
      socket.once('open', () => {
        resolve('open');
        socket.close();
      });
      socket.once('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      socket.once('error', () => undefined);
    });

  it('gives its stream to who has the token alone', async () => {
    const monitor = await start({ token });
    const url = `${monitor.url.replace('http', 'ws')}stream`;
    expect(await status(url)).toBe(401);
    expect(await status(`${url}?token=${token.slice(1)}0`)).toBe(401);
    expect(await status(url, { authorization: 'Bearer wrong' })).toBe(401);
    expect(await status(`${url}?token=${token}`)).toBe('open');
    expect(await status(url, { authorization: `Bearer ${token}` })).toBe('open');
  });

  it('speaks TLS when it has a certificate, and takes its own origin alone', async () => {
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(PAGE_DIR, '..', `tls-${name}`));
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-days',
          '1',
          '-subj',
          '/CN=localhost',
        ],
        ...['-keyout', key ?? '', '-out', cert ?? ''],
      ],
      { stdio: 'ignore' },
    );
    const tls = { key: readFileSync(key ?? '', 'utf8'), cert: readFileSync(cert ?? '', 'utf8') };
    const monitor = await start({ tls });
    expect(monitor.url).toMatch(/^https:/);
    const url = `${monitor.url.replace('http', 'ws')}stream`;
    expect(await status(url, { origin: monitor.url.slice(0, -1) })).toBe('open');
    expect(await status(url, { origin: monitor.url.slice(0, -1).replace('https', 'http') })).toBe(
      403,
    );
  });
});

/** A page that others than this machine can reach, as `isochrone monitor` serves it: who reads it, in a real browser; and that no secret is told. */
import { networkInterfaces } from 'node:os';
import { request } from 'node:http';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CHROMIUM, LAUNCH_ARGS } from '../../../bench/page/chromium.js';
import { buildProgram, isochrone, type Program } from '../../support/program.js';
import { startWireDevice, type WireDevice } from '../../support/wire-device.js';

const TOKEN = 'a-token-for-this-test-7f3a';
const SECRETS = {
  ISOCHRONE_TOKEN: TOKEN,
  ISOCHRONE_MQTT_USER: 'nurse-of-the-ward',
  ISOCHRONE_MQTT_PASSWORD: 'pass-word-of-the-ward',
};
let device: WireDevice;
let run: Program;
/** As another machine would reach it. */
let url = '';

beforeAll(async () => {
  buildProgram();
  device = await startWireDevice();
  // No broker is there: what goes wrong with it is told.
  const mqtt = ['--mqtt', 'mqtt://other-user:other-password@127.0.0.1:1'];
  run = isochrone(['monitor', '--device', device.address, '--host', '0.0.0.0', ...mqtt], SECRETS);
  const [, shown = ''] = await run.seen(/^page +(\S+)$/mu);
  const address = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  url = `http://${address ?? '127.0.0.1'}:${new URL(shown).port}/`;
});
afterAll(async () => {
  run.child.kill('SIGINT');
  await run.ended;
  await device.close();
});

/** How a WebSocket is answered: 101, or the refusal. */
function answerTo(path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, {
      headers: { ...headers },
    });
    socket.once('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
}

describe('an exposed page', () => {
  it.each([
    ['without a token', 'stream', {}, 401],
    ['with another token', `stream?token=${TOKEN}x`, {}, 401],
    ['with a part of it', `stream?token=${TOKEN.slice(0, -1)}`, {}, 401],
    ['with the token', `stream?token=${TOKEN}`, {}, 101],
    ['with the token as a bearer', 'stream', { authorization: `Bearer ${TOKEN}` }, 101],
    ['from another origin', `stream?token=${TOKEN}`, { origin: 'http://example.org' }, 403],
    ['under another name', `stream?token=${TOKEN}`, { host: 'example.org' }, 421],
  ])('answers a WebSocket %s', async (_name, path, headers, expected) => {
    expect(await answerTo(path, headers)).toBe(expected);
  });

  it.each(['/mark', '/export'])('takes no order at %s without the token', async (path) => {
    const response = await fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect([401, 404]).toContain(response.status);
  });

  it.each([
    '../package.json',
    '..%2fpackage.json',
    '%2e%2e/%2e%2e/package.json',
    '..\\package.json',
  ])('gives no file outside of its folder: %s', async (path) => {
    const { hostname, port } = new URL(url);
    const status = await new Promise<number>((resolve) => {
      request({ hostname, port, path: `/${path}` }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }).end();
    });
    expect(status).toBeGreaterThanOrEqual(400);
  });
});

describe('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...LAUNCH_ARGS] });
  });
  afterAll(() => browser.close());

  /** Messages of the stream that a page gets within a while, and addresses that it asks for. */
  async function opened(hash: string): Promise<{ messages: number; asked: readonly string[] }> {
    const page = await browser.newPage();
    let messages = 0;
    const asked: string[] = [];
    page.on('request', (one) => asked.push(one.url()));
    page.on('websocket', (socket) => socket.on('framereceived', () => (messages += 1)));
    await page.goto(`${url}${hash}`);
    const until = performance.now() + (hash === '' ? 2000 : 15_000);
    while (messages < 5 && performance.now() < until) await page.waitForTimeout(50);
    await page.close();
    return { messages, asked };
  }

  it('a page without the token sees nothing', async () => {
    expect((await opened('')).messages).toBe(0);
  });

  it('a page with the token sees the stream, and asks for no file by it', async () => {
    const { messages, asked } = await opened(`#token=${TOKEN}`);
    expect(messages).toBeGreaterThanOrEqual(5);
    expect(asked.filter((address) => address.replace(/#.*$/u, '').includes(TOKEN))).toEqual([]);
  });

  it('another page may not read the stream, token or not', async () => {
    const page = await browser.newPage();
    await page.goto('data:text/html,<title>another</title>');
    const address = `${url.replace('http', 'ws')}stream?token=${TOKEN}`;
    const ended = await page.evaluate(
      `new Promise((resolve) => {
        const socket = new WebSocket(${JSON.stringify(address)});
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      })`,
    );
    expect(ended).toBe('refused');
    await page.close();
  });
});

describe('secrets', () => {
  it('are told nowhere, whatever goes wrong', async () => {
    await run.seen('SINK_MQTT');
    for (const secret of [...Object.values(SECRETS), 'other-user', 'other-password']) {
      expect(run.output()).not.toContain(secret);
    }
  });

  it('a token that was made here is told once, where it is needed', async () => {
    const made = isochrone(['monitor', '--device', device.address, '--host', '0.0.0.0']);
    const [, token = ''] = await made.seen(/^page .*#token=([\w-]{32})$/mu);
    await made.seen('link streaming');
    made.child.kill('SIGINT');
    expect(await made.ended, made.output()).toBe(0);
    expect(made.output().split(token)).toHaveLength(2);
  });

  it('a short token is refused', async () => {
    const short = isochrone(['monitor', '--device', device.address, '--host', '0.0.0.0'], {
      ISOCHRONE_TOKEN: 'short-secret',
    });
    expect(await short.ended).toBe(1);
    expect(short.output()).toContain('MONITOR_TOKEN_MISSING');
    expect(short.output()).not.toContain('short-secret');
  });
});

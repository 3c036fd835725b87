/** A ward larger than one machine: two hosts of eight beds each, one broker (Debian mosquitto), all of them real processes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.js';
import { buildProgram, startProgram, type Program } from '../../support/program.js';
import { startWireDevice, type WireDevice } from '../../support/wire-device.js';

const BEDS_OF_A_HOST = 8;
const folder = mkdtempSync(join(tmpdir(), 'isochrone-ward-'));
const hosts: Program[] = [];
/** The newest status and the number of messages of each topic. */
const status = new Map<string, string>();
const counts = new Map<string, number>();
let broker: ChildProcess;
let reader: MqttClient;
let device: WireDevice;
let url = '';

const bedsOf = (host: number): readonly string[] =>
  Array.from({ length: BEDS_OF_A_HOST }, (_, i) => `bed-${host * BEDS_OF_A_HOST + i + 1}`);
const statesOf = (beds: readonly string[]): readonly (string | undefined)[] =>
  beds.map((bed) => status.get(bed));
const countsOf = (beds: readonly string[], kind: string): readonly number[] =>
  beds.map((bed) => counts.get(`${bed}/${kind}`) ?? 0);
const eventually = { timeout: 20_000, interval: 50 };

beforeAll(async () => {
  buildProgram();
  device = await startWireDevice();
  const port = await freePort();
  url = `mqtt://127.0.0.1:${port}`;
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  broker = spawn('/usr/sbin/mosquitto', ['-c', config], { stdio: 'ignore' });
  reader = mqtt.connect(url, { reconnectPeriod: 50 });
  reader.on('error', () => undefined);
  reader.on('message', (topic, payload) => {
    const [, bed = '', kind = ''] = topic.split('/');
    counts.set(`${bed}/${kind}`, (counts.get(`${bed}/${kind}`) ?? 0) + 1);
    if (kind !== 'status') return;
    status.set(bed, (JSON.parse(payload.toString()) as { state: string }).state);
  });
  await new Promise<void>((resolve) => reader.once('connect', () => resolve()));
  await reader.subscribeAsync('isochrone/#', { qos: 1 });
});
afterAll(async () => {
  for (const { child } of hosts) child.kill('SIGKILL');
  await reader.endAsync(true);
  broker.kill();
  await device.close();
  rmSync(folder, { recursive: true, force: true });
});

it('goes on when one of its hosts dies: its beds say "link lost" by their last will, the others stream', async () => {
  for (const host of [0, 1]) {
    const beds = bedsOf(host).map((bed) => `${bed}=${device.address}`);
    hosts.push(startProgram(['examples/ward-host.mjs', url, ...beds]));
  }
  const [mine, others] = [bedsOf(0), bedsOf(1)];
  const all = [...mine, ...others];
  await expect.poll(() => statesOf(all), eventually).toEqual(all.map(() => 'streaming'));
  await expect.poll(() => Math.min(...countsOf(all, 'explanation')), eventually).toBeGreaterThan(0);

  hosts[0]?.child.kill('SIGKILL');
  await expect.poll(() => statesOf(mine), eventually).toEqual(mine.map(() => 'link lost'));
  expect(statesOf(others)).toEqual(others.map(() => 'streaming'));
  const before = countsOf(others, 'result');
  const grown = (): boolean => countsOf(others, 'result').every((n, i) => n > (before[i] ?? 0) + 1);
  await expect.poll(grown, eventually).toBe(true);

  // Who comes to the ward later learns it too.
  const late = new Map<string, string>();
  const visitor = mqtt.connect(url);
  visitor.on('message', (topic, payload, { retain }) => {
    const { state } = JSON.parse(payload.toString()) as { state: string };
    late.set(topic.split('/')[1] ?? '', retain ? state : 'not retained');
  });
  await visitor.subscribeAsync('isochrone/+/status');
  await expect.poll(() => late.size, eventually).toBe(all.length);
  for (const bed of mine) expect(late.get(bed)).toBe('link lost');
  for (const bed of others) expect(late.get(bed)).toBe('streaming');
  await visitor.endAsync();

  // A host that comes back has its beds again; one that is told to end says so.
  const beds = mine.map((bed) => `${bed}=${device.address}`);
  const again = startProgram(['examples/ward-host.mjs', url, ...beds]);
  hosts.push(again);
  await expect.poll(() => statesOf(mine), eventually).toEqual(mine.map(() => 'streaming'));
  hosts[1]?.child.kill('SIGINT');
  expect(await hosts[1]?.ended, hosts[1]?.output()).toBe(0);
  await expect.poll(() => statesOf(others), eventually).toEqual(others.map(() => 'closed'));
  expect(statesOf(mine)).toEqual(mine.map(() => 'streaming'));
}, 90_000);

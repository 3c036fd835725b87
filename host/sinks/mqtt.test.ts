import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamEvent } from '../stream/events.js';
import { freePort } from '../../tests/support/free-port.js';
import { mqttSink, withoutSecrets } from './mqtt.js';

const BROKER = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto'].find(
  (path) => spawnSync(path, ['-h']).error === undefined,
);

const beat: StreamEvent = { kind: 'beat', sampleIndex: 7, rrMs: 800, noisePercent: 0 };
const streaming: StreamEvent = { kind: 'link', state: 'streaming', detail: 'bench' };

describe.skipIf(BROKER === undefined)('a ward on mosquitto (needs Debian mosquitto)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-mqtt-'));
  let broker: ChildProcess;
  let url = '';
  let reader: MqttClient;
  const seen: { topic: string; value: Record<string, unknown>; retained: boolean }[] = [];

  const until = async (found: () => boolean): Promise<void> => {
    for (let i = 0; i < 400 && !found(); i += 1) await new Promise((r) => setTimeout(r, 25));
    expect(found(), JSON.stringify(seen.slice(-5))).toBe(true);
  };

  beforeAll(async () => {
    const port = await freePort();
    url = `mqtt://127.0.0.1:${port}`;
    const config = join(folder, 'mosquitto.conf');
    writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
    broker = spawn(BROKER ?? '', ['-c', config], { stdio: 'ignore' });
    reader = mqtt.connect(url, { reconnectPeriod: 50 });
    reader.on('error', () => undefined);
    reader.on('message', (topic, payload, packet) => {
      seen.push({
        topic,
        value: JSON.parse(payload.toString()) as Record<string, unknown>,
        retained: packet.retain,
      });
    });
    await new Promise<void>((resolve) => reader.once('connect', () => resolve()));
    await reader.subscribeAsync('ward/#', { qos: 1 });
  });
  afterAll(async () => {
    await reader.endAsync(true);
    broker.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells beds of several hosts apart, and each one by kind', async () => {
    const beds = ['bed-1', 'bed-2'].map((bed) => mqttSink({ url, bed, prefix: 'ward' }));
    await until(() => beds.every(({ connected }) => connected));
    for (const bed of beds) bed.publish(streaming);
    beds[1]?.publish(beat);
    await until(() => seen.some(({ topic }) => topic === 'ward/bed-2/beat'));
    expect(seen.find(({ topic }) => topic === 'ward/bed-2/beat')?.value).toEqual(beat);
    expect(seen.some(({ topic }) => topic === 'ward/bed-1/beat')).toBe(false);
    await Promise.all(beds.map((bed) => bed.close()));
    await until(
      () =>
        seen.filter(({ topic, value }) => topic.endsWith('status') && value['state'] === 'closed')
          .length === 2,
    );
  });

  it('says "link lost" for a host that dies, to who asks later too', async () => {
    const script = `
      import { mqttSink } from ${JSON.stringify(new URL('./mqtt.ts', import.meta.url).href)};
      const sink = mqttSink({ url: ${JSON.stringify(url)}, bed: 'bed-3', prefix: 'ward' });
      sink.publish({ kind: 'link', state: 'streaming', detail: 'bench' });
      setInterval(() => undefined, 1000);`;
    const host = spawn(
      process.execPath,
      ['--import', './scripts/ts-node-register.mjs', '--input-type=module', '-e', script],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const states = (): unknown[] =>
      seen.filter(({ topic }) => topic === 'ward/bed-3/status').map(({ value }) => value['state']);
    await until(() => states().includes('streaming'));
    host.kill('SIGKILL');
    await until(() => states().includes('link lost'));
    const late: unknown[] = [];
    const other = mqtt.connect(url);
    other.on('message', (_topic, payload, { retain }) =>
      late.push([retain, JSON.parse(payload.toString())]),
    );
    await other.subscribeAsync('ward/bed-3/status');
    await until(() => late.length > 0);
    expect(late[0]).toEqual([true, { state: 'link lost', detail: 'the host is gone' }]);
    await other.endAsync();
  });
});

describe('an MQTT sink without a broker', () => {
  it('says so and holds up nothing', async () => {
    const troubles: string[] = [];
    const sink = mqttSink({
      url: `mqtt://nurse:secret@127.0.0.1:${await freePort()}`,
      bed: 'bed-1',
      onTrouble: (error) => troubles.push(error.describe()),
    });
    sink.publish(beat);
    for (let i = 0; i < 200 && troubles.length === 0; i += 1)
      await new Promise((r) => setTimeout(r, 10));
    expect(troubles[0]).toMatch(/SINK_MQTT/);
    expect(`${sink.name} ${troubles.join()}`).not.toMatch(/secret|nurse/);
    await sink.close();
  });

  it.each(['a/b', '#', '+', ''])('takes no bed that would be another topic: "%s"', (bed) => {
    expect(() => mqttSink({ url: 'mqtt://127.0.0.1:1', bed })).toThrow(/topic/);
  });

  it('shows addresses without secrets', () => {
    expect(withoutSecrets('mqtts://a:b@ward.example:8883/x?token=1')).toBe(
      'mqtts://ward.example:8883',
    );
    expect(withoutSecrets('not an address')).toBe('broker');
  });
});

/**
 * A bed on an MQTT broker, for a ward: `PREFIX/BED/KIND`, JSON as the page gets it. `status` is retained, and the broker itself says "link lost" when this host
 * dies. Results are delivered at least once, samples at most once: a late sample is worth nothing.
 */
import mqtt, { type MqttClient } from 'mqtt';
import { IsochroneError } from '../../codegen/errors.js';
import type { LinkState, StreamEvent } from '../stream/events.js';
import { toJson } from '../stream/json.js';
import { SAMPLES_LIMIT_BYTES, type Sink } from './sink.js';

export interface MqttOptions {
  /** `mqtt://host:port` or `mqtts://…`. */
  readonly url: string;
  readonly bed: string;
  readonly prefix?: string;
  /** Address of the bed's page, for a ward's. */
  readonly page?: string;
  readonly username?: string;
  readonly password?: string;
  /** Called when the broker refuses or is away; the client goes on trying. */
  readonly onTrouble?: (error: IsochroneError) => void;
}

export interface BedStatus {
  readonly state: LinkState | 'link lost';
  readonly detail: string;
  readonly page?: string;
}

const KEEP_ALIVE_S = 5;
/** State that a client which comes later needs at once. */
const RETAINED = new Set<StreamEvent['kind']>(['hello', 'link']);

/** @throws IsochroneError SINK_MQTT_TOPIC when bed or prefix cannot be part of a topic */
export function mqttSink(options: MqttOptions): Sink & { readonly connected: boolean } {
  const { url, bed, prefix = 'isochrone', page, username, password } = options;
  for (const part of [bed, ...prefix.split('/')]) {
    if (/^[\w-]+$/u.test(part)) continue;
    throw new IsochroneError('SINK_MQTT_TOPIC', `"${part}" cannot be part of an MQTT topic here`, {
      hint: 'Use letters, digits, hyphen and underscore.',
    });
  }
  const topic = (kind: string): string => `${prefix}/${bed}/${kind}`;
  const status = (value: BedStatus): string =>
    JSON.stringify(page === undefined ? value : { ...value, page });
  const name = `MQTT ${withoutSecrets(url)} ${prefix}/${bed}`;
  const client: MqttClient = mqtt.connect(url, {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    keepalive: KEEP_ALIVE_S,
    // What was not sent while the broker was away is old news.
    queueQoSZero: false,
    will: {
      topic: topic('status'),
      payload: Buffer.from(status({ state: 'link lost', detail: 'the host is gone' })),
      qos: 1,
      retain: true,
    },
  });
  let last: string | undefined;
  client.on('error', (cause) => {
    options.onTrouble?.(
      new IsochroneError('SINK_MQTT', `${name}: ${cause.message}`, {
        hint: 'Check that the broker runs, its address, user and password.',
        cause,
      }),
    );
  });
  // The will of the connection before may stand there.
  client.on('connect', () => {
    if (last !== undefined) client.publish(topic('status'), last, { qos: 1, retain: true });
  });
  return {
    name,
    get connected() {
      return client.connected;
    },
    publish(event) {
      if (event.kind === 'link') last = status({ state: event.state, detail: event.detail });
      if (!client.connected && event.kind === 'samples') return;
      const waiting = (client.stream as { writableLength?: number }).writableLength ?? 0;
      if (event.kind === 'samples' && waiting > SAMPLES_LIMIT_BYTES) return;
      const retain = RETAINED.has(event.kind);
      const qos = event.kind === 'samples' ? 0 : 1;
      if (event.kind === 'link' && last !== undefined) {
        client.publish(topic('status'), last, { qos: 1, retain: true });
      } else {
        client.publish(topic(event.kind), toJson(event), { qos, retain });
      }
    },
    async close() {
      if (client.connected) {
        const closed = status({ state: 'closed', detail: 'the host was closed' });
        await client.publishAsync(topic('status'), closed, { qos: 1, retain: true });
      }
      await client.endAsync(!client.connected);
    },
  };
}

/** An address without user and password. */
export function withoutSecrets(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}`;
  } catch {
    return 'broker';
  }
}

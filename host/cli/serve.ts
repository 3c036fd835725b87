/** `isochrone monitor | record | replay | stream`: a device or a recording, and where its stream goes. */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Observation } from 'fhir/r4.js';
import { IsochroneError } from '../../codegen/errors.js';
import { SEGMENT_NAMES } from '../cineecg/geometry.js';
import { runCommand } from '../monitor/page-command.js';
import { startMonitor, type MonitorOptions } from '../monitor/server.js';
import { writeAtomically } from '../records/files.js';
import { openRecord } from '../records/open-record.js';
import { startRecorder } from '../records/recorder.js';
import { transportAt } from '../serial/device-address.js';
import { openLink } from '../serial/link.js';
import { deviceOfUser } from '../session/device-of-user.js';
import { FollowedDevice, tellProgress } from '../session/followed-device.js';
import { replayStart, replayTransport } from '../session/replay-transport.js';
import { openDownstream, type Downstream } from '../sinks/downstream.js';
import { fhirSink } from '../sinks/fhir.js';
import { mqttSink } from '../sinks/mqtt.js';
import { SAMPLES_LIMIT_BYTES, sinkSet, type Sink } from '../sinks/sink.js';
import { pageAccess, type PageAccessOptions } from './page-access.js';
import type { DeviceMessage } from '../protocol/messages.js';
import type { SamplesEvent, StreamEvent } from '../stream/events.js';
import { toJson } from '../stream/json.js';
import { decodeImages } from '../update/image.js';

export interface ServeOptions extends PageAccessOptions {
  readonly device?: string;
  /** Of serial ports; left out: the board's own. */
  readonly baud?: number;
  readonly board?: string;
  readonly reset: boolean;
  /** A recording instead of a device. */
  readonly replay?: string;
  readonly speed: number;
  readonly page: boolean;
  readonly record?: string;
  readonly name: string;
  readonly rotateSeconds: number;
  readonly mqtt?: string;
  readonly bed: string;
  readonly downstream?: string;
  readonly fhir?: string;
  /** Lines of standard input are event marks. */
  readonly marks: boolean;
  /** Events as lines of JSON on standard output. */
  readonly lines: boolean;
}

/** Secrets come by the environment: arguments are seen by every user of a machine. */
const MQTT_USER = 'ISOCHRONE_MQTT_USER';
const MQTT_PASSWORD = 'ISOCHRONE_MQTT_PASSWORD';

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const trouble = (error: unknown): void => {
  say(error instanceof IsochroneError ? error.describe() : String(error));
};

/** What a page asks for. */
type FromPage = Pick<MonitorOptions, 'onMark' | 'onCommand' | 'onFirmware'>;

export async function runServe(options: ServeOptions): Promise<void> {
  say('Isochrone — research use only, not a medical device.');
  const sinks: Sink[] = [];
  let downstream: Downstream | undefined;
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Who reads the lines has seen enough: head, a closed terminal.
  if (options.lines) process.stdout.on('error', stop);
  try {
    // What a page marks goes to every sink, as what comes from the device.
    let publish: (event: StreamEvent) => void = () => undefined;
    let device: FollowedDevice | undefined;
    const fromPage: FromPage = {
      onMark: (mark) => publish(mark),
      ...(options.replay === undefined
        ? {
            onCommand: async (command) => {
              const commands = device?.commands;
              return commands === undefined ? undefined : await runCommand(commands, command);
            },
            onFirmware: async (bytes) => {
              if (device === undefined) return undefined;
              const { version, outcome } = await device.updateFirmware(
                decodeImages(bytes, 'the file'),
                {
                  onProgress: tellProgress((text) => publish({ kind: 'log', level: 'info', text })),
                },
              );
              return { said: outcome === 'same' ? `runs ${version} already` : `runs ${version}` };
            },
          }
        : {}),
    };
    await openSinks(options, sinks, fromPage);
    if (options.downstream !== undefined) {
      downstream = await openDownstream(transportAt(options.downstream, options.baud), (reason) => {
        say(`downstream ${options.downstream ?? ''}: ${reason}`);
      });
    }
    const set = sinkSet(sinks, (name, error) => {
      say(`${name} gets nothing more:`);
      trouble(error);
    });
    let newest: number | undefined;
    publish = (event: StreamEvent): void => {
      if (event.kind === 'link' || event.kind === 'log') tell(event);
      if (event.kind === 'samples') newest = lastSampleOf(event);
      set.publish(event);
    };
    if (options.marks) {
      const lines = createInterface({ input: process.stdin });
      abort.signal.addEventListener('abort', () => lines.close(), { once: true });
      lines.on('line', (text) => {
        if (newest !== undefined) publish({ kind: 'mark', sampleIndex: newest, text });
      });
    }
    const forward = (message: DeviceMessage): void => downstream?.forward(message);
    if (options.replay === undefined) {
      device = new FollowedDevice({
        transport: deviceOfUser(options.device ?? '', {
          reset: options.reset,
          ...(options.board === undefined ? {} : { board: options.board }),
          ...(options.baud === undefined ? {} : { baudRate: options.baud }),
        }),
        onEvent: publish,
        onMessage: forward,
      });
      await device.follow(abort.signal);
    } else await replay(options, options.replay, publish, forward, abort.signal);
    await set.close();
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    // What waits for standard input would keep the program.
    abort.abort();
    await Promise.all(sinks.map((sink) => sink.close().catch(trouble)));
    await downstream?.close();
  }
}

function lastSampleOf({ firstSampleIndex, microvolt }: SamplesEvent): number {
  return (firstSampleIndex + (microvolt[0]?.length ?? 1) - 1) >>> 0;
}

function tell(event: Extract<StreamEvent, { kind: 'link' | 'log' }>): void {
  say(
    event.kind === 'link'
      ? `link ${event.state}: ${event.detail}`
      : `${event.level}: ${event.text}`,
  );
}

async function replay(
  options: ServeOptions,
  record: string,
  publish: (event: StreamEvent) => void,
  forward: (message: DeviceMessage) => void,
  signal: AbortSignal,
): Promise<void> {
  const opened = await openRecord(record);
  const link = openLink({
    transport: replayTransport(opened, { speed: options.speed, onMark: publish }),
    segmentNames: SEGMENT_NAMES,
    expectedFirstSampleIndex: replayStart(opened),
  });
  link.onMessage(forward);
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    link.on((event) => {
      publish(event);
      if (event.kind === 'end') resolve();
    });
  });
  const { delivered, lostOnLink } = link.statistics().samples;
  say(`${delivered} samples, ${lostOnLink} missing in the recording`);
  await link.close();
}

async function openSinks(options: ServeOptions, sinks: Sink[], fromPage: FromPage): Promise<void> {
  const page = options.page ? await pageSink(options, fromPage) : undefined;
  if (page !== undefined) sinks.push(page);
  if (options.record !== undefined) {
    const recorder = startRecorder({
      folder: options.record,
      name: options.name,
      sampleRateHz: 500,
      rotateSeconds: options.rotateSeconds,
      onFailure: trouble,
    });
    sinks.push({
      name: 'recorder',
      publish: (event) => recorder.publish(event),
      close: () => recorder.close(),
    });
  }
  if (options.mqtt !== undefined) {
    const [username, password] = [process.env[MQTT_USER], process.env[MQTT_PASSWORD]];
    sinks.push(
      mqttSink({
        url: options.mqtt,
        bed: options.bed,
        ...(page === undefined ? {} : { page: page.url }),
        onTrouble: trouble,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
      }),
    );
  }
  if (options.fhir !== undefined) {
    sinks.push(fhirSink({ deliver: deliverTo(options.fhir), onTrouble: trouble }));
  }
  if (options.lines) {
    sinks.push({
      name: 'standard output',
      publish: (event) => {
        if (event.kind === 'samples' && process.stdout.writableLength > SAMPLES_LIMIT_BYTES) return;
        process.stdout.write(`${toJson(event)}\n`);
      },
      close: () => Promise.resolve(),
    });
  }
}

async function pageSink(
  options: ServeOptions,
  fromPage: FromPage,
): Promise<Sink & { readonly url: string }> {
  const { server, shown } = pageAccess(options);
  const monitor = await startMonitor({ ...server, ...fromPage });
  say(`page     ${monitor.url}${shown}`);
  return {
    name: 'page',
    url: monitor.url,
    publish: (event) => monitor.publish(event),
    close: () => monitor.close(),
  };
}

/** A FHIR server's base address, or a folder. */
function deliverTo(target: string): (observation: Observation) => Promise<void> {
  if (!/^https?:/iu.test(target)) {
    let count = 0;
    return (observation) => {
      count += 1;
      const name = `observation-${String(count).padStart(6, '0')}.json`;
      return writeAtomically(join(target, name), `${JSON.stringify(observation, null, 2)}\n`);
    };
  }
  return async (observation) => {
    const response = await fetch(`${target.replace(/\/$/u, '')}/Observation`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(observation),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`the FHIR server answered ${response.status}`);
  };
}

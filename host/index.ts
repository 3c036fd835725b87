/**
 * `import { connect } from 'isochrone'`: a device as typed asynchronous streams. Research use only; not a medical device.
 */
import { SEGMENT_NAMES } from './cineecg/geometry.js';
import { connectDevice, type ConnectionStatistics } from './serial/device-connection.js';
import { transportAt } from './serial/device-address.js';
import type { HostMessage } from './protocol/messages.js';
import type {
  BeatEvent,
  ExplanationEvent,
  GapEvent,
  HelloEvent,
  LinkEvent,
  LinkState,
  ResultEvent,
  SamplesEvent,
  StreamEvent,
} from './stream/events.js';

export { IsochroneError } from '../codegen/errors.js';
export { openRecord } from './records/open-record.js';
export type { EcgRecord } from './records/record.js';
export { startRecorder, type Recorder, type RecorderOptions } from './records/recorder.js';
export * from './stream/events.js';
export type { ConnectionStatistics, HostMessage };

export interface ConnectOptions {
  /** Of a serial port; 921600 unless given. */
  readonly baudRate?: number;
}

/** Every stream begins with what comes next and ends when the device is closed; it throws when the device cannot be understood. */
export interface Device {
  readonly state: LinkState;
  /** Of the device as it introduced itself last. */
  readonly hello: HelloEvent | undefined;
  /** Everything, in order. */
  events(): AsyncIterable<StreamEvent>;
  /** Raw samples and the gaps between them. */
  samples(): AsyncIterable<SamplesEvent | GapEvent>;
  beats(): AsyncIterable<BeatEvent>;
  results(): AsyncIterable<ResultEvent>;
  explanations(): AsyncIterable<ExplanationEvent>;
  states(): AsyncIterable<LinkEvent>;
  /** @throws IsochroneError LINK_NOT_OPEN */
  send(message: HostMessage): Promise<void>;
  statistics(): ConnectionStatistics;
  close(): Promise<void>;
}

/**
 * Opens a device and keeps it open: a port that vanishes is opened again when it is back.
 * @param address `/dev/ttyACM0`, `COM3`, or `tcp://host:port`
 * @throws IsochroneError LINK_ADDRESS
 */
export function connect(address: string, options: ConnectOptions = {}): Device {
  const transport = (): ReturnType<typeof transportAt> => transportAt(address, options.baudRate);
  // What is no address at all is known at once, not at the first try.
  transport();
  const connection = connectDevice({ transport, segmentNames: SEGMENT_NAMES });
  const only = <K extends StreamEvent['kind']>(
    ...kinds: readonly K[]
  ): AsyncIterable<Extract<StreamEvent, { kind: K }>> => {
    const events = connection.events();
    return (async function* () {
      for await (const event of events) {
        if ((kinds as readonly string[]).includes(event.kind)) {
          yield event as Extract<StreamEvent, { kind: K }>;
        }
      }
    })();
  };
  return {
    get state() {
      return connection.state;
    },
    get hello() {
      return connection.hello;
    },
    events: () => connection.events(),
    samples: () => only('samples', 'gap'),
    beats: () => only('beat'),
    results: () => only('result'),
    explanations: () => only('explanation'),
    states: () => only('link'),
    send: (message) => connection.send(message),
    statistics: () => connection.statistics(),
    close: () => connection.close(),
  };
}

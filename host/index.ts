/**
 * `import { connect } from 'isochrone'`: a device as typed asynchronous streams. Research use only; not a medical device.
 */
import { SEGMENT_NAMES } from './cineecg/geometry.js';
import { DeviceCommands } from './serial/device-commands.js';
import { connectDevice, type ConnectionStatistics } from './serial/device-connection.js';
import { deviceOfUser } from './session/device-of-user.js';
import type { HostMessage } from './protocol/messages.js';
import type {
  BeatEvent,
  ExplanationEvent,
  GapEvent,
  HelloEvent,
  LinkEvent,
  LinkState,
  MeasurementEvent,
  MedianBeatEvent,
  PacerEvent,
  ResultEvent,
  SamplesEvent,
  SignalEvent,
  StreamEvent,
} from './stream/events.js';

export { IsochroneError } from '../codegen/errors.js';
export { openRecord } from './records/open-record.js';
export type { EcgRecord } from './records/record.js';
export { listPorts, type FoundPort } from './serial/ports.js';
export { startRecorder, type Recorder, type RecorderOptions } from './records/recorder.js';
export { mqttSink, type MqttOptions } from './sinks/mqtt.js';
export type { Sink } from './sinks/sink.js';
export * from './stream/events.js';
export type { ConnectionStatistics, DeviceCommands, HostMessage };

export interface ConnectOptions {
  /** Of a serial port, instead of the board's, or of 921600 where the board is not known. */
  readonly baudRate?: number;
  /** A board of `boards/` or a board file, for a port that does not tell what is on it. */
  readonly board?: string;
  /** Resets the board when it is opened for the first time; nothing else does. */
  readonly reset?: boolean;
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
  /** The measured median beat, with each beat that joins it; the beat itself at most once in 2.5 s. */
  measurements(): AsyncIterable<MeasurementEvent | MedianBeatEvent>;
  /** Electrodes, readability, exchanged electrodes, mains: with each change and once a second; pacemaker spikes between them. */
  signals(): AsyncIterable<SignalEvent | PacerEvent>;
  states(): AsyncIterable<LinkEvent>;
  /** What the device can be asked while it streams; each is repeated until it is answered, and done once. */
  readonly commands: DeviceCommands;
  /** @throws IsochroneError LINK_NOT_OPEN */
  send(message: HostMessage): Promise<void>;
  statistics(): ConnectionStatistics;
  close(): Promise<void>;
}

/**
 * Opens a device and keeps it open: a port that vanishes is opened again when it is back.
 * @param address `/dev/ttyACM0`, `COM3`, `auto` (the one port with a board that a board file names), `serial:NUMBER`, `board:NAME`, or `tcp://host:port`
 * @throws IsochroneError LINK_ADDRESS
 */
export function connect(address: string, options: ConnectOptions = {}): Device {
  const transport = deviceOfUser(address, options);
  const connection = connectDevice({ transport, segmentNames: SEGMENT_NAMES });
  const commands = new DeviceCommands(connection);
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
    measurements: () => only('measurement', 'median-beat'),
    signals: () => only('signal', 'pacer'),
    states: () => only('link'),
    commands,
    send: (message) => connection.send(message),
    statistics: () => connection.statistics(),
    close: () => connection.close(),
  };
}

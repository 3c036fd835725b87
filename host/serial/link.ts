/** A link to one device: introduction, health, and the stream of typed events that everything else of the host consumes. */
import { IsochroneError } from '../../codegen/errors.js';
import { decodePayload } from '../protocol/codec.js';
import {
  FrameDecoder,
  FrameEncoder,
  PROTOCOL_VERSION,
  SCHEMA_HASH,
  type Frame,
  type FrameStatistics,
} from '../protocol/frame.js';
import type {
  ConfigurationMessage,
  DeviceMessage,
  HelloMessage,
  HostMessage,
  Message,
} from '../protocol/messages.js';
import type { HelloEvent, LinkState, StreamEvent } from '../stream/events.js';
import type { ClockEstimate } from './clock-estimator.js';
import { ClockWatch } from './clock-watch.js';
import { budgetOf, type LinkBudget } from './link-budget.js';
import type { SampleAccount } from './sample-ledger.js';
import { StatisticsTeller } from './statistics-teller.js';
import {
  StreamTranslator,
  type ExplanationAccount,
  type StreamMemory,
} from './stream-translator.js';
import { StreamReaders, type StreamSource } from './stream-readers.js';
import type { Transport } from './transport.js';

export interface LinkTiming {
  /** HELLO_REQUEST is sent again this often until HELLO comes. */
  readonly helloRetryMs: number;
  /** Generous beside a board that boots in under a second and says HELLO each second. */
  readonly helloTimeoutMs: number;
  /** Two missed HELLOs: nothing at all has come. */
  readonly staleAfterMs: number;
  /** A stale link that stays silent this long is lost: 'close' of a serial port is not dependable. */
  readonly lostAfterStaleMs: number;
  /** From one burst of time exchanges to the next. */
  readonly clockBurstEveryMs: number;
  /** From one LinkStatisticsEvent to the next. */
  readonly statisticsEveryMs: number;
}

export const DEFAULT_TIMING: LinkTiming = {
  helloRetryMs: 200,
  helloTimeoutMs: 10_000,
  staleAfterMs: 2000,
  lostAfterStaleMs: 5000,
  clockBurstEveryMs: 10_000,
  statisticsEveryMs: 5000,
};

export interface LinkOptions {
  readonly transport: Transport;
  /** Names of the 21 heart segments, in the order of their scores. */
  readonly segmentNames: readonly string[];
  /** Given when the device is known to have just started: what is missing before the first samples is then a gap. */
  readonly expectedFirstSampleIndex?: number;
  /** Of an earlier link to the same device: its axis of samples goes on. */
  readonly memory?: StreamMemory;
  readonly timing?: Partial<LinkTiming>;
  /** Of the slowest part of the line, where that is slower than the device knows. */
  readonly baudRate?: number;
}

export interface LinkStatistics {
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly frames: Readonly<FrameStatistics>;
  /** Frames whose CRC held but whose payload was not what their type says. */
  readonly malformedPayloads: number;
  readonly samples: Readonly<SampleAccount>;
  readonly explanations: Readonly<ExplanationAccount>;
  /** Undefined before two bursts of time exchanges have come back. */
  readonly clock: ClockEstimate | undefined;
  /** Undefined until the device has told its configuration, and where its line has no rate. */
  readonly budget: LinkBudget | undefined;
  /** Events left out because a reader of `events()` was too slow. */
  readonly eventsDropped: number;
}

/** The first reader of events, or listener, also gets those before it. */
export interface DeviceLink extends StreamSource {
  readonly state: LinkState;
  /** Settles with the first HELLO; rejects with the reason when the link ends before it. */
  hello(): Promise<HelloEvent>;
  /** @throws IsochroneError LINK_NOT_OPEN */
  send(message: HostMessage): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
  statistics(): LinkStatistics;
}

export function openLink(options: LinkOptions): DeviceLink {
  return new Link(options);
}

class Link implements DeviceLink {
  private current: LinkState = 'closed';
  private readonly timing: LinkTiming;
  private readonly transport: Transport;
  private readonly decoder = new FrameDecoder();
  private readonly encoder = new FrameEncoder();
  private readonly translator: StreamTranslator;
  private readonly readers = new StreamReaders(true);
  private readonly clock: ClockWatch;
  private readonly teller: StatisticsTeller;
  private readonly baudRate: number;
  private budget: LinkBudget | undefined;
  private introduced: HelloMessage | undefined;
  private readonly firstHello: Promise<HelloEvent>;
  private resolveHello: (hello: HelloEvent) => void = () => undefined;
  private rejectHello: (reason: Error) => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private openedAtMs = 0;
  private lastByteAtMs = 0;
  private staleSinceMs = 0;
  private ended = false;
  private closing: Promise<void> | undefined;
  private bytesReceived = 0;
  private bytesSent = 0;
  private malformedPayloads = 0;

  constructor(options: LinkOptions) {
    this.transport = options.transport;
    this.baudRate = options.baudRate ?? Infinity;
    this.timing = { ...DEFAULT_TIMING, ...options.timing };
    this.clock = new ClockWatch(
      (message) => this.sendQuietly(message),
      this.timing.clockBurstEveryMs,
    );
    this.teller = new StatisticsTeller(this.timing.statisticsEveryMs);
    this.translator = new StreamTranslator({
      segmentNames: options.segmentNames,
      ...(options.expectedFirstSampleIndex === undefined
        ? {}
        : { expectedFirstSampleIndex: options.expectedFirstSampleIndex }),
      ...(options.memory === undefined ? {} : { memory: options.memory }),
      emit: (event) => this.readers.emit(event),
      acknowledge: (resultId) => this.sendQuietly({ kind: 'ACK', resultId }),
      onRestart: () => this.decoder.forgetSequence(),
    });
    this.firstHello = new Promise((resolve, reject) => {
      this.resolveHello = resolve;
      this.rejectHello = reject;
    });
    // Whoever never asks for HELLO learns of a failure through the events.
    this.firstHello.catch(() => undefined);
    void this.open();
  }

  get state(): LinkState {
    return this.current;
  }

  hello(): Promise<HelloEvent> {
    return this.firstHello;
  }

  on(listener: (event: StreamEvent) => void, from?: 'start' | 'now'): () => void {
    return this.readers.on(listener, from);
  }

  onMessage(listener: (message: DeviceMessage) => void): () => void {
    return this.readers.onMessage(listener);
  }

  events(): AsyncIterable<StreamEvent> {
    return this.readers.events();
  }

  async send(message: HostMessage): Promise<void> {
    if (this.ended || this.current === 'opening') {
      throw new IsochroneError(
        'LINK_NOT_OPEN',
        `Cannot send ${message.kind}: the link to ${this.transport.name} is ${this.current}.`,
        { hint: 'Open a link and wait for its HELLO first.', where: { port: this.transport.name } },
      );
    }
    await this.write(this.encoder.encode(message));
  }

  close(): Promise<void> {
    if (!this.ended) this.end('closed', 'closed by the host');
    return this.closing ?? Promise.resolve();
  }

  statistics(): LinkStatistics {
    return {
      bytesReceived: this.bytesReceived,
      bytesSent: this.bytesSent,
      frames: { ...this.decoder.statistics },
      malformedPayloads: this.malformedPayloads,
      samples: { ...this.translator.samples },
      explanations: { ...this.translator.explanations },
      clock: this.clock.estimate,
      budget: this.budget,
      eventsDropped: this.readers.dropped,
    };
  }

  private async open(): Promise<void> {
    const { transport, timing } = this;
    this.enter('opening', transport.name);
    try {
      await transport.open({
        onBytes: (chunk) => this.receive(chunk),
        onClosed: (reason) => this.end('lost', reason),
      });
    } catch (error) {
      this.end('lost', 'the port cannot be opened', asError(error));
      return;
    }
    if (this.ended) {
      // Closed while it was opening: the port that has just opened must not stay open.
      await transport.close().catch(() => undefined);
      return;
    }
    this.openedAtMs = performance.now();
    this.lastByteAtMs = this.openedAtMs;
    if (this.current === 'opening') this.enter('negotiating', 'waiting for HELLO');
    this.requestHello();
    this.timer = setInterval(() => this.tick(), timing.helloRetryMs);
  }

  /** The heartbeat: asks for HELLO until it comes, then watches the silence. */
  private tick(): void {
    const now = performance.now();
    const { timing, transport } = this;
    if (this.current === 'negotiating') {
      if (now - this.openedAtMs < timing.helloTimeoutMs) {
        this.requestHello();
        return;
      }
      const { frames } = this.statistics();
      const seen = `${this.bytesReceived} bytes, ${frames.frames} good frames, ${frames.crcErrors + frames.cobsErrors + frames.oversize} damaged`;
      const error = new IsochroneError(
        'LINK_NO_HELLO',
        `No device introduced itself on ${transport.name} within ${timing.helloTimeoutMs / 1000} s (received: ${seen}).`,
        {
          hint:
            this.bytesReceived === 0
              ? 'Check that the board is powered, runs Isochrone firmware and that this is its port.'
              : 'Check the baud rate against the board file.',
          where: { port: transport.name },
        },
      );
      this.end('lost', error.message, error);
      return;
    }
    const silentMs = now - this.lastByteAtMs;
    if (this.current === 'streaming' && silentMs >= timing.staleAfterMs) {
      this.staleSinceMs = now;
      this.enter('stale', `nothing for ${(silentMs / 1000).toFixed(1)} s`);
      this.requestHello();
    } else if (this.current === 'stale' && now - this.staleSinceMs >= timing.lostAfterStaleMs) {
      this.end('lost', `nothing for ${(silentMs / 1000).toFixed(1)} s`);
    }
    if (this.current !== 'streaming') return;
    this.clock.tick(now);
    const told = this.teller.tick(now, () => this.statistics());
    if (told !== undefined) this.readers.emit(told);
  }

  private receive(chunk: Uint8Array): void {
    if (this.ended || chunk.length === 0) return;
    this.bytesReceived += chunk.length;
    this.lastByteAtMs = performance.now();
    if (this.current === 'stale') this.enter('streaming', 'bytes again');
    this.decoder.push(chunk, (frame) => this.handleFrame(frame));
  }

  private handleFrame(frame: Frame): void {
    if (this.ended || !this.schemaAgrees(frame)) return;
    let message: Message;
    try {
      message = decodePayload(frame.type, frame.payload);
    } catch (error) {
      if (!(error instanceof IsochroneError)) throw error;
      this.malformedPayloads += 1;
      return;
    }
    // Host messages come back from a line in loopback.
    if ((frame.type & FROM_HOST) !== 0) return;
    const fromDevice = message as DeviceMessage;
    this.watch(fromDevice);
    this.translator.accept(fromDevice);
    this.readers.emitMessage(fromDevice);
    const { hello } = this.translator;
    if (hello === undefined) return;
    this.resolveHello(hello);
    if (this.current === 'negotiating' || this.current === 'opening') {
      this.enter('streaming', `${hello.boardName}, model ${hello.modelName}`);
    }
  }

  /** What the link itself reads: the device's clock, and what it puts on the line. */
  private watch(message: DeviceMessage): void {
    this.clock.accept(message, this.lastByteAtMs);
    if (message.kind === 'HELLO' && message.bootId !== this.introduced?.bootId) {
      this.introduced = message;
      this.clock.begin(message.ticksPerSecond);
    }
    if (message.kind === 'CONFIGURATION') this.judgeBudget(message);
  }

  /** Samples that cannot pass end the link, pictures that cannot are a warning; either once. */
  private judgeBudget(configuration: ConfigurationMessage): void {
    if (this.introduced === undefined) return;
    const before = this.budget?.load.bitsPerS;
    this.budget = budgetOf(this.introduced, configuration, this.baudRate);
    if (this.budget?.problem === undefined || before === this.budget.load.bitsPerS) return;
    const { verdict, problem } = this.budget;
    if (verdict === 'refused') this.end('lost', problem.message, problem);
    else {
      const text = `${problem.message} ${problem.hint}`;
      this.readers.emit({ kind: 'log', level: 'warning', text });
    }
  }

  /** The first six bytes of HELLO never move, so that a firmware of another schema is named and not misread. */
  private schemaAgrees(frame: Frame): boolean {
    if (frame.type !== HELLO_TYPE || frame.payload.length < 6) return true;
    const view = new DataView(frame.payload.buffer, frame.payload.byteOffset);
    const version = view.getUint16(0, true);
    const hash = view.getUint32(2, true);
    if (version === PROTOCOL_VERSION && hash === SCHEMA_HASH) return true;
    const error = new IsochroneError(
      'LINK_SCHEMA_MISMATCH',
      `The firmware on ${this.transport.name} speaks wire schema ${hex(hash)} (version ${version}), this host ${hex(SCHEMA_HASH)} (version ${PROTOCOL_VERSION}).`,
      {
        hint: 'Build and flash the firmware again with this version of isochrone, or use the version that built it.',
        where: {
          port: this.transport.name,
          firmwareSchema: hex(hash),
          hostSchema: hex(SCHEMA_HASH),
        },
      },
    );
    this.end('lost', error.message, error);
    return false;
  }

  private requestHello(): void {
    this.sendQuietly({ kind: 'HELLO_REQUEST', hostVersion: PROTOCOL_VERSION }, true);
  }

  /** For what the link sends by itself: a line that does not take it shows in the heartbeat. */
  private sendQuietly(message: HostMessage, afterNoise = false): void {
    const frame = this.encoder.encode(message);
    // A zero first ends whatever noise the line carried before.
    const bytes = afterNoise ? Uint8Array.from([0, ...frame]) : frame;
    this.write(bytes).catch(() => undefined);
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.bytesSent += bytes.length;
    await this.transport.write(bytes);
  }

  private enter(state: LinkState, detail: string): void {
    this.current = state;
    this.readers.emit({ kind: 'link', state, detail });
  }

  /** Once: the state is final, readers get what is left. */
  private end(state: 'closed' | 'lost', detail: string, failure?: Error): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.timer);
    this.enter(state, detail);
    const reason =
      failure ??
      new IsochroneError('LINK_ENDED', `The link to ${this.transport.name} ended: ${detail}.`, {
        hint: 'Check the cable and open the link again.',
        where: { port: this.transport.name },
      });
    this.rejectHello(reason);
    this.readers.end(failure);
    this.closing = this.transport.close().catch(() => undefined);
  }
}

const HELLO_TYPE = 0x01;
/** The top bit of a frame type gives its direction. */
const FROM_HOST = 0x80;

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** A device that may come and go: links to it one after another, as one stream. A lost port is opened again; the axis of samples goes on. */
import { IsochroneError } from '../../codegen/errors.js';
import type { DeviceMessage, HostMessage } from '../protocol/messages.js';
import type { HelloEvent, LinkState, StreamEvent } from '../stream/events.js';
import type { ClockEstimate } from './clock-estimator.js';
import { openLink, type DeviceLink, type LinkTiming } from './link.js';
import type { SampleAccount } from './sample-ledger.js';
import { StreamReaders, type StreamSource } from './stream-readers.js';
import { StreamMemory } from './stream-translator.js';
import type { Transport } from './transport.js';

export interface BackOff {
  readonly firstMs: number;
  readonly mostMs: number;
  /** Each wait over the one before. */
  readonly factor: number;
}

/** A cable that is moved is found again within a quarter of a second; one that stays out costs a try in 5 s. */
export const DEFAULT_BACK_OFF: BackOff = { firstMs: 250, mostMs: 5000, factor: 2 };

export interface ConnectionOptions {
  /** A new one for each try: the port may have another name after it was plugged in again. */
  readonly transport: () => Transport | Promise<Transport>;
  readonly segmentNames: readonly string[];
  readonly expectedFirstSampleIndex?: number;
  readonly timing?: Partial<LinkTiming>;
  /** Of the slowest part of the line, where that is slower than the device knows. */
  readonly baudRate?: number;
  readonly backOff?: Partial<BackOff>;
}

interface LinkCounts {
  /** Times that a device introduced itself on a newly opened port. */
  readonly connections: number;
  readonly crcErrors: number;
  readonly damagedFrames: number;
  readonly resyncs: number;
  readonly bytesReceived: number;
}

const NO_COUNTS: LinkCounts = {
  connections: 0,
  crcErrors: 0,
  damagedFrames: 0,
  resyncs: 0,
  bytesReceived: 0,
};

export interface ConnectionStatistics extends LinkCounts {
  readonly samples: Readonly<SampleAccount>;
  /** Of the link that is open; undefined before two bursts of time exchanges have come back. */
  readonly clock: ClockEstimate | undefined;
}

/** Its events end when it is closed, or fails for good. */
export interface DeviceConnection extends StreamSource {
  readonly state: LinkState;
  /** Of the device as it introduced itself last. */
  readonly hello: HelloEvent | undefined;
  /** @throws IsochroneError LINK_NOT_OPEN */
  send(message: HostMessage): Promise<void>;
  close(): Promise<void>;
  statistics(): ConnectionStatistics;
}

/** What no further try mends. */
const FINAL = new Set(['LINK_SCHEMA_MISMATCH', 'LINK_PORT_DENIED', 'LINK_BUDGET']);

export function connectDevice(options: ConnectionOptions): DeviceConnection {
  return new Connection(options);
}

class Connection implements DeviceConnection {
  private readonly memory: StreamMemory;
  private readonly backOff: BackOff;
  private readonly readers = new StreamReaders(false);
  private link: DeviceLink | undefined;
  private current: LinkState = 'closed';
  private closed = false;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;
  /** Of the links that have ended. */
  private totals: LinkCounts = NO_COUNTS;
  private readonly running: Promise<void>;

  constructor(private readonly options: ConnectionOptions) {
    this.memory = new StreamMemory(options.expectedFirstSampleIndex);
    this.backOff = { ...DEFAULT_BACK_OFF, ...options.backOff };
    // Not before the caller has had its turn to listen.
    this.running = Promise.resolve().then(() => this.run());
  }

  get state(): LinkState {
    return this.current;
  }

  get hello(): HelloEvent | undefined {
    return this.memory.hello;
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
    if (this.link === undefined) {
      throw new IsochroneError(
        'LINK_NOT_OPEN',
        `Cannot send ${message.kind}: no device is there.`,
        {
          hint: 'Wait until the state is streaming.',
        },
      );
    }
    await this.link.send(message);
  }

  async close(): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      this.wake?.();
      await this.link?.close();
    }
    await this.running;
  }

  statistics(): ConnectionStatistics {
    return {
      samples: { ...this.memory.ledger.account },
      clock: this.link?.statistics().clock,
      ...this.counts(),
    };
  }

  private async run(): Promise<void> {
    let waitMs = this.backOff.firstMs / this.backOff.factor;
    while (!this.closed) {
      const streamed = await this.once();
      if (this.closed) break;
      waitMs = streamed
        ? this.backOff.firstMs
        : Math.min(this.backOff.mostMs, waitMs * this.backOff.factor);
      await this.pause(waitMs);
    }
    this.closed = true;
    this.readers.end(this.failure);
  }

  /** One link, to its end. Gives whether a device introduced itself. */
  private async once(): Promise<boolean> {
    const { options, memory } = this;
    let transport: Transport;
    try {
      transport = await options.transport();
    } catch (error) {
      this.emit({
        kind: 'link',
        state: 'lost',
        detail: error instanceof Error ? error.message : String(error),
      });
      return false;
    }
    const link = openLink({
      transport,
      segmentNames: options.segmentNames,
      memory,
      ...(options.timing === undefined ? {} : { timing: options.timing }),
      ...(options.baudRate === undefined ? {} : { baudRate: options.baudRate }),
    });
    this.link = link;
    let streamed = false;
    link.onMessage((message) => this.readers.emitMessage(message));
    await new Promise<void>((resolve) => {
      link.on((event) => {
        this.emit(event);
        if (event.kind !== 'link') return;
        streamed ||= event.state === 'streaming';
        if (event.state === 'lost' || event.state === 'closed') resolve();
      });
      if (this.closed) void link.close();
    });
    await link.close();
    const failure = await link.hello().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure instanceof IsochroneError && FINAL.has(failure.code)) {
      this.failure = failure;
      this.closed = true;
    }
    this.totals = this.counts();
    this.link = undefined;
    return streamed;
  }

  /** Of all links together. */
  private counts(): LinkCounts {
    const before = this.totals;
    if (this.link === undefined) return before;
    const { frames, bytesReceived } = this.link.statistics();
    return {
      connections: before.connections + (frames.frames > 0 ? 1 : 0),
      crcErrors: before.crcErrors + frames.crcErrors,
      damagedFrames: before.damagedFrames + frames.crcErrors + frames.cobsErrors + frames.oversize,
      resyncs: before.resyncs + frames.resyncs,
      bytesReceived: before.bytesReceived + bytesReceived,
    };
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private emit(event: StreamEvent): void {
    if (event.kind === 'link') this.current = event.state;
    this.readers.emit(event);
  }
}

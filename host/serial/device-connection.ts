/** A device that may come and go: links to it one after another, as one stream. A lost port is opened again; the axis of samples goes on. */
import { IsochroneError } from '../../codegen/errors.js';
import type { DeviceMessage, HostMessage } from '../protocol/messages.js';
import type { HelloEvent, LinkState, StreamEvent } from '../stream/events.js';
import { EventQueue } from './event-queue.js';
import { openLink, type DeviceLink, type LinkTiming } from './link.js';
import type { SampleAccount } from './sample-ledger.js';
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
  readonly backOff?: Partial<BackOff>;
}

export interface ConnectionStatistics {
  /** Times that a device introduced itself on a newly opened port. */
  readonly connections: number;
  readonly samples: Readonly<SampleAccount>;
  readonly crcErrors: number;
  readonly damagedFrames: number;
  readonly resyncs: number;
  readonly bytesReceived: number;
}

export interface DeviceConnection {
  readonly state: LinkState;
  /** Of the device as it introduced itself last. */
  readonly hello: HelloEvent | undefined;
  on(listener: (event: StreamEvent) => void): () => void;
  /** Every message as it came. */
  onMessage(listener: (message: DeviceMessage) => void): () => void;
  /** Events from now on, until the connection is closed or fails for good. */
  events(): AsyncIterable<StreamEvent>;
  /** @throws IsochroneError LINK_NOT_OPEN */
  send(message: HostMessage): Promise<void>;
  close(): Promise<void>;
  statistics(): ConnectionStatistics;
}

/** What no further try mends. */
const FINAL = new Set(['LINK_SCHEMA_MISMATCH', 'LINK_PORT_DENIED']);

export function connectDevice(options: ConnectionOptions): DeviceConnection {
  return new Connection(options);
}

class Connection implements DeviceConnection {
  private readonly memory: StreamMemory;
  private readonly backOff: BackOff;
  private readonly listeners = new Set<(event: StreamEvent) => void>();
  private readonly messageListeners = new Set<(message: DeviceMessage) => void>();
  private readonly queues = new Set<EventQueue>();
  private link: DeviceLink | undefined;
  private current: LinkState = 'closed';
  private closed = false;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;
  private readonly totals = {
    connections: 0,
    crcErrors: 0,
    damagedFrames: 0,
    resyncs: 0,
    bytesReceived: 0,
  };
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

  on(listener: (event: StreamEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onMessage(listener: (message: DeviceMessage) => void): () => void {
    this.messageListeners.add(listener);
    return () => this.messageListeners.delete(listener);
  }

  events(): AsyncIterable<StreamEvent> {
    const queue = new EventQueue();
    if (this.closed) queue.end(this.failure);
    else this.queues.add(queue);
    const { queues } = this;
    return {
      [Symbol.asyncIterator]: async function* () {
        try {
          yield* queue.read();
        } finally {
          queues.delete(queue);
        }
      },
    };
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
    const now = this.countsOf(this.link);
    return {
      samples: { ...this.memory.ledger.account },
      connections: this.totals.connections + now.connections,
      crcErrors: this.totals.crcErrors + now.crcErrors,
      damagedFrames: this.totals.damagedFrames + now.damagedFrames,
      resyncs: this.totals.resyncs + now.resyncs,
      bytesReceived: this.totals.bytesReceived + now.bytesReceived,
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
    for (const queue of this.queues) queue.end(this.failure);
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
    });
    this.link = link;
    let streamed = false;
    link.onMessage((message) => {
      for (const listener of this.messageListeners) listener(message);
    });
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
    const counts = this.countsOf(link);
    this.totals.connections += counts.connections;
    this.totals.crcErrors += counts.crcErrors;
    this.totals.damagedFrames += counts.damagedFrames;
    this.totals.resyncs += counts.resyncs;
    this.totals.bytesReceived += counts.bytesReceived;
    this.link = undefined;
    return streamed;
  }

  private countsOf(link: DeviceLink | undefined): Omit<ConnectionStatistics, 'samples'> {
    if (link === undefined) {
      return { connections: 0, crcErrors: 0, damagedFrames: 0, resyncs: 0, bytesReceived: 0 };
    }
    const { frames, bytesReceived } = link.statistics();
    return {
      connections: frames.frames > 0 ? 1 : 0,
      crcErrors: frames.crcErrors,
      damagedFrames: frames.crcErrors + frames.cobsErrors + frames.oversize,
      resyncs: frames.resyncs,
      bytesReceived,
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
    for (const queue of this.queues) queue.push(event);
    for (const listener of this.listeners) listener(event);
  }
}

/** Who hears what a device says: listeners at once, readers at their own pace, and whoever asked for an answer. */
import type { DeviceMessage } from '../protocol/messages.js';
import type { StreamEvent } from '../stream/events.js';
import { EventQueue } from './event-queue.js';

/** How a device is heard; a single link and a connection over many of them offer the same. */
export interface StreamSource {
  /**
   * A listener, called at once. Gives a function that ends it.
   * @param from `now`: it leaves what happened before to others
   */
  on(listener: (event: StreamEvent) => void, from?: 'start' | 'now'): () => void;
  /** Every message as it came, for who asked for one: answers to commands are no events. Gives a function that ends it. */
  onMessage(listener: (message: DeviceMessage) => void): () => void;
  /** Events from now on, until the source ends; throws where it ended in a failure. */
  events(): AsyncIterable<StreamEvent>;
}

export class StreamReaders implements StreamSource {
  private readonly listeners = new Set<(event: StreamEvent) => void>();
  private readonly messageListeners = new Set<(message: DeviceMessage) => void>();
  private readonly queues = new Set<EventQueue>();
  private backlog: EventQueue | undefined;
  private ended = false;
  private failure: Error | undefined;
  private droppedByEndedQueues = 0;

  /** @param keepsBacklog the first reader or listener also gets what happened before it */
  constructor(keepsBacklog: boolean) {
    if (keepsBacklog) this.backlog = new EventQueue();
  }

  on(listener: (event: StreamEvent) => void, from: 'start' | 'now' = 'start'): () => void {
    if (from === 'start') for (const event of this.takeBacklog()) listener(event);
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onMessage(listener: (message: DeviceMessage) => void): () => void {
    this.messageListeners.add(listener);
    return () => this.messageListeners.delete(listener);
  }

  events(): AsyncIterable<StreamEvent> {
    const queue = new EventQueue();
    for (const event of this.takeBacklog()) queue.push(event);
    if (this.ended) queue.end(this.failure);
    else this.queues.add(queue);
    const forget = (): void => {
      if (this.queues.delete(queue)) this.droppedByEndedQueues += queue.dropped;
    };
    return {
      [Symbol.asyncIterator]: async function* () {
        try {
          yield* queue.read();
        } finally {
          forget();
        }
      },
    };
  }

  emit(event: StreamEvent): void {
    this.backlog?.push(event);
    for (const queue of this.queues) queue.push(event);
    for (const listener of this.listeners) listener(event);
  }

  emitMessage(message: DeviceMessage): void {
    for (const listener of this.messageListeners) listener(message);
  }

  /** Readers get what is left, then the end or `failure`. */
  end(failure: Error | undefined): void {
    this.ended = true;
    this.failure = failure;
    for (const queue of this.queues) queue.end(failure);
  }

  /** Events left out because a reader of `events()` was too slow. */
  get dropped(): number {
    return [...this.queues].reduce((sum, queue) => sum + queue.dropped, this.droppedByEndedQueues);
  }

  private takeBacklog(): StreamEvent[] {
    const events = this.backlog?.drain() ?? [];
    this.backlog = undefined;
    return events;
  }
}

/** Faults of the host's own side: bytes that it does not get, and time in which it does nothing. */
import type { Transport, TransportHandlers } from '../serial/transport.js';

/** The line between a device and this host: it can be asked to lose a byte, and be listened in to. */
export class BenchLine {
  private owed = 0;
  private open: Transport | undefined;
  private readonly taps = new Set<TransportHandlers>();

  /** Of one of the next chunks, the byte in the middle; a chunk of a single byte is that byte. */
  dropByte(): void {
    this.owed += 1;
  }

  /** Bytes that were asked to be dropped and have not come yet. */
  get pending(): number {
    return this.owed;
  }

  wrap(transport: Transport): Transport {
    return {
      ...transport,
      open: async (handlers) => {
        await transport.open({
          onBytes: (chunk) => {
            const arrived = this.owed > 0 ? this.without(chunk) : chunk;
            handlers.onBytes(arrived);
            for (const tap of this.taps) tap.onBytes(arrived);
          },
          onClosed: (reason) => {
            this.end(transport, reason);
            handlers.onClosed(reason);
          },
        });
        this.open = transport;
      },
      close: () => {
        this.end(transport, 'closed by the host');
        return transport.close();
      },
    };
  }

  /** The same line for someone else who speaks on it, as long as it stays open. */
  tap(): Transport {
    let mine: TransportHandlers | undefined;
    return {
      name: this.open?.name ?? 'no line',
      open: (handlers) => {
        mine = handlers;
        this.taps.add(handlers);
        return Promise.resolve();
      },
      write: async (bytes) => {
        await this.open?.write(bytes);
      },
      close: () => {
        if (mine !== undefined) this.taps.delete(mine);
        return Promise.resolve();
      },
    };
  }

  private end(transport: Transport, reason: string): void {
    if (this.open !== transport) return;
    this.open = undefined;
    for (const tap of [...this.taps]) tap.onClosed(reason);
  }

  private without(chunk: Uint8Array): Uint8Array {
    this.owed -= 1;
    const at = chunk.length >> 1;
    return Uint8Array.from([...chunk.subarray(0, at), ...chunk.subarray(at + 1)]);
  }
}

/** This process does nothing at all for so long: no timer, no reader. */
export function pauseHost(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

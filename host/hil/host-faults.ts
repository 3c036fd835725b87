/** Faults of the host's own side: bytes that it does not get, and time in which it does nothing. */
import type { Transport } from '../serial/transport.js';

/** A transport whose next chunk from the device can be asked to lack a byte. */
export class LossyLine {
  private owed = 0;

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
      open: (handlers) =>
        transport.open({
          ...handlers,
          onBytes: (chunk) => {
            handlers.onBytes(this.owed > 0 ? this.without(chunk) : chunk);
          },
        }),
    };
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

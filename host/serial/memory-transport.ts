import type { Transport, TransportHandlers } from './transport.js';

/** The device's end of a line in memory: for tests and for replay without a port. */
export interface MemoryDevice {
  /** Gives bytes to the host at once. */
  send(bytes: Uint8Array): void;
  /** Tells the host that the line is gone. */
  unplug(reason: string): void;
  readonly isOpen: boolean;
}

export function memoryTransport(onHostBytes: (bytes: Uint8Array) => void): {
  readonly transport: Transport;
  readonly device: MemoryDevice;
} {
  let handlers: TransportHandlers | undefined;
  const transport: Transport = {
    name: 'memory',
    open: (given) => {
      handlers = given;
      return Promise.resolve();
    },
    write: (bytes) => {
      onHostBytes(bytes);
      return Promise.resolve();
    },
    close: () => {
      handlers = undefined;
      return Promise.resolve();
    },
  };
  const device: MemoryDevice = {
    send: (bytes) => handlers?.onBytes(bytes),
    unplug: (reason) => handlers?.onClosed(reason),
    get isOpen() {
      return handlers !== undefined;
    },
  };
  return { transport, device };
}

/** A line that carries bytes both ways: a serial port, an emulator's pty, or two ends in memory. */
export interface Transport {
  /** For messages to people: the port's path, mostly. */
  readonly name: string;
  /** @throws IsochroneError LINK_PORT_… when it cannot be opened. Called once. */
  open(handlers: TransportHandlers): Promise<void>;
  /** Settles when the bytes have left this process, so that a sender can wait for a slow line. */
  write(bytes: Uint8Array): Promise<void>;
  /** May be called at any time, and more than once. No handler is called afterwards. */
  close(): Promise<void>;
}

export interface TransportHandlers {
  /** The chunk is the receiver's to read until it returns. */
  readonly onBytes: (chunk: Uint8Array) => void;
  /** The far end is gone. Not dependable on serial ports: some never tell. */
  readonly onClosed: (reason: string) => void;
}

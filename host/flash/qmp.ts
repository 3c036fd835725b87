/**
 * The few words of QEMU's machine protocol (QMP) that the runner needs: one JSON object a line.
 */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Reply {
  readonly QMP?: unknown;
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly desc?: string };
}

export class QmpClient {
  readonly #waiting = new Map<number, Waiting>();
  readonly #output: Writable;
  #nextId = 1;
  #closed = false;

  constructor(input: Readable, output: Writable) {
    this.#output = output;
    output.on('error', () => {
      this.#close();
    });
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on('line', (line) => {
      this.#receive(line);
    });
    lines.on('close', () => {
      this.#close();
    });
  }

  /** Leaves QEMU's negotiation mode; other commands are refused before. */
  async negotiate(): Promise<void> {
    await this.execute('qmp_capabilities');
  }

  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new Error(`QMP is closed, cannot execute ${command}`));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      const message = { execute: command, id, ...(args === undefined ? {} : { arguments: args }) };
      this.#output.write(`${JSON.stringify(message)}\n`);
    });
  }

  /** QEMU names the pty that it opened for a character device. */
  async ptyPath(label: string): Promise<string> {
    const devices = (await this.execute('query-chardev')) as readonly {
      readonly label: string;
      readonly filename: string;
    }[];
    const filename = devices.find((device) => device.label === label)?.filename;
    const path = filename === undefined ? undefined : /^pty:(\S+)$/.exec(filename)?.[1];
    if (path === undefined)
      throw new Error(`character device ${label} is not a pty: ${String(filename)}`);
    return path;
  }

  #receive(line: string): void {
    let reply: Reply;
    try {
      reply = JSON.parse(line) as Reply;
    } catch {
      return; // Not for us: an image may print through semihosting on the same stream.
    }
    const waiting = reply.id === undefined ? undefined : this.#waiting.get(reply.id);
    if (waiting === undefined || reply.id === undefined) return;
    this.#waiting.delete(reply.id);
    if (reply.error === undefined) waiting.resolve(reply.return);
    else waiting.reject(new Error(reply.error.desc ?? 'QMP error'));
  }

  #close(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting.values()) reject(new Error('QMP closed'));
    this.#waiting.clear();
  }
}

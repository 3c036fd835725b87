/**
 * The messages of an update over a port (docs/update.md). They are plain frames and never change, so that this link, unlike the one of
 * host/serial, speaks to firmware of any wire schema; of whatever else the device says, only errors are kept.
 */
import { IsochroneError } from '../../codegen/errors.js';
import { decodePayload } from '../protocol/codec.js';
import { FrameDecoder, FrameEncoder } from '../protocol/frame.js';
import type {
  HostMessage,
  Message,
  UpdateAction,
  UpdateHeldMessage,
  UpdateStateMessage,
} from '../protocol/messages.js';
import { deviceSilent, RequestIds } from '../serial/ask.js';
import type { Transport } from '../serial/transport.js';

export interface UpdateTiming {
  /** For an answer: a device erases one sector, or is in the middle of a result. */
  readonly answerMs: number;
  readonly attempts: number;
}

/** A sector of 128 KB takes a chip up to 4 s (STM32F405 data sheet, table 40); most take a hundredth of that. */
const DEFAULT_UPDATE_TIMING: UpdateTiming = { answerMs: 1000, attempts: 12 };

const FRAME_END = Uint8Array.of(0);

type Answer = UpdateStateMessage | UpdateHeldMessage;

export class UpdateLink {
  private readonly timing: UpdateTiming;
  private readonly encoder = new FrameEncoder();
  private readonly decoder = new FrameDecoder();
  private readonly ids = new RequestIds();
  private readonly waiting = new Set<(answer: Answer) => void>();
  private lost: IsochroneError | undefined;
  private lastError: string | undefined;
  private readonly onLost = new Set<() => void>();

  constructor(
    private readonly transport: Transport,
    timing: Partial<UpdateTiming> = {},
  ) {
    this.timing = { ...DEFAULT_UPDATE_TIMING, ...timing };
  }

  /** @throws IsochroneError LINK_PORT_…, LINK_OPEN_FAILED */
  async open(): Promise<void> {
    await this.transport.open({
      onBytes: (chunk) => {
        this.receive(chunk);
      },
      onClosed: (reason) => {
        this.lose(reason);
      },
    });
    // Ends whatever the line carried before.
    await this.transport.write(FRAME_END);
  }

  /** The last error that the device logged: it is said once, and may be why it restarted. */
  get loggedError(): string | undefined {
    return this.lastError;
  }

  /** Whoever waits for an answer is told. */
  close(): Promise<void> {
    this.lose('closed by the host');
    return this.transport.close();
  }

  private lose(reason: string): void {
    this.lost ??= new IsochroneError('LINK_LOST', `the link is lost: ${reason}`, {
      hint: 'Check the cable and give the same command again: it goes on where the device stands.',
      where: { port: this.transport.name },
    });
    for (const told of [...this.onLost]) told();
  }

  /** @throws IsochroneError DEVICE_SILENT, LINK_LOST */
  ask(action: UpdateAction, bootId = 0): Promise<UpdateStateMessage> {
    return this.request((requestId) => ({ kind: 'UPDATE', requestId, action, bootId }));
  }

  /** @throws IsochroneError DEVICE_SILENT, LINK_LOST */
  begin(header: Uint8Array): Promise<UpdateStateMessage> {
    const bytes = Array.from(header);
    return this.request((requestId) => ({ kind: 'UPDATE_BEGIN', requestId, header: bytes }));
  }

  /** Without waiting for its answer. @throws IsochroneError LINK_LOST */
  async sendPart(firstByte: number, bytes: Uint8Array): Promise<void> {
    await this.send({ kind: 'UPDATE_DATA', firstByte, bytes: Array.from(bytes) });
  }

  /** The next UPDATE_HELD; undefined when none comes in time. @throws IsochroneError LINK_LOST */
  held(): Promise<UpdateHeldMessage | undefined> {
    return this.next((answer) => (answer.kind === 'UPDATE_HELD' ? answer : undefined));
  }

  private async request(make: (requestId: number) => HostMessage): Promise<UpdateStateMessage> {
    const id = this.ids.take();
    const message = make(id);
    for (let attempt = 0; attempt < this.timing.attempts; attempt += 1) {
      const answer = this.next((seen) =>
        seen.kind === 'UPDATE_STATE' && seen.requestId === id ? seen : undefined,
      );
      const [state] = await Promise.all([answer, this.send(message, attempt > 0)]);
      if (state !== undefined) return state;
    }
    throw deviceSilent(message.kind);
  }

  private next<Wanted extends Answer>(
    accept: (answer: Answer) => Wanted | undefined,
  ): Promise<Wanted | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        this.onLost.delete(fail);
      };
      const fail = (): void => {
        settle();
        reject(this.lost ?? deviceSilent('an update'));
      };
      const look = (answer: Answer): void => {
        const wanted = accept(answer);
        if (wanted === undefined) return;
        settle();
        resolve(wanted);
      };
      const timer = setTimeout(() => {
        settle();
        resolve(undefined);
      }, this.timing.answerMs);
      this.waiting.add(look);
      this.onLost.add(fail);
      if (this.lost !== undefined) fail();
    });
  }

  /** @param again what was lost of the frame before may be its end */
  private async send(message: HostMessage, again = false): Promise<void> {
    if (this.lost !== undefined) throw this.lost;
    const frame = this.encoder.encode(message);
    await this.transport.write(again ? Uint8Array.of(...FRAME_END, ...frame) : frame);
  }

  private receive(chunk: Uint8Array): void {
    this.decoder.push(chunk, (frame) => {
      const message = decoded(frame.type, frame.payload);
      if (message?.kind === 'LOG' && message.level === 'error') this.lastError = message.text;
      if (message?.kind !== 'UPDATE_STATE' && message?.kind !== 'UPDATE_HELD') return;
      for (const look of [...this.waiting]) look(message);
    });
  }
}

/** HELLO of another schema is as good as noise here. */
function decoded(type: number, payload: Uint8Array): Message | undefined {
  try {
    return decodePayload(type, payload);
  } catch (error) {
    if (error instanceof IsochroneError) return undefined;
    throw error;
  }
}

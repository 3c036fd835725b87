import { expect, it } from 'vitest';
import { decodePayload } from '../protocol/codec.js';
import { FrameDecoder, FrameEncoder } from '../protocol/frame.js';
import type { HostMessage, UpdateStateMessage } from '../protocol/messages.js';
import type { Transport, TransportHandlers } from '../serial/transport.js';
import { UpdateLink } from './update-link.js';

const STATE: UpdateStateMessage = {
  kind: 'UPDATE_STATE',
  requestId: 0,
  outcome: 'done',
  phase: 'erasing',
  runningSlot: 0,
  onTrial: 0,
  attemptsLeft: 0,
  rolledBack: 0,
  bootId: 1,
  buildId: 2,
  version: 0x0100_0000,
  oldestAllowed: 0,
  freeSlotAddress: 0x84000,
  freeSlotBytes: 475_136,
  workDone: 4096,
  workBytes: 475_136,
  heldBytes: 0,
  creditBytes: 0,
};

/** A device that loses bytes while it erases: of each write the part that `heard` leaves. */
class DeafDevice implements Transport {
  readonly name = 'a device in memory';
  readonly requests: number[] = [];
  private handlers: TransportHandlers | undefined;
  private readonly decoder = new FrameDecoder();
  private readonly encoder = new FrameEncoder();
  private writes = 0;

  constructor(private readonly heard: (bytes: Uint8Array, write: number) => Uint8Array) {}

  open(handlers: TransportHandlers): Promise<void> {
    this.handlers = handlers;
    return Promise.resolve();
  }

  write(bytes: Uint8Array): Promise<void> {
    this.decoder.push(this.heard(bytes, this.writes), ({ type, payload }) => {
      const request = decodePayload(type, payload) as HostMessage;
      if (request.kind !== 'UPDATE') return;
      this.requests.push(request.requestId);
      const answer = this.encoder.encode({ ...STATE, requestId: request.requestId });
      setImmediate(() => this.handlers?.onBytes(answer));
    });
    this.writes += 1;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const TIMING = { answerMs: 50, attempts: 2 };

it('is answered at the second attempt though the first one has lost its end', async () => {
  // The zero of the opening comes first.
  const device = new DeafDevice((bytes, write) => (write === 1 ? bytes.subarray(0, -3) : bytes));
  const link = new UpdateLink(device, TIMING);
  await link.open();
  expect(await link.ask('tell')).toMatchObject({ workDone: 4096 });
  expect(device.requests).toHaveLength(1);
  await link.close();
});

it('gives up a device that hears nothing', async () => {
  const link = new UpdateLink(new DeafDevice(() => new Uint8Array(0)), TIMING);
  await link.open();
  await expect(link.ask('tell')).rejects.toMatchObject({ code: 'DEVICE_SILENT' });
  await link.close();
});

/** A device that does nothing but acquire: its frames, and what it knows of them. */
import { encodePayload, messageSchema } from '../../host/protocol/codec.js';
import { FrameEncoder } from '../../host/protocol/frame.js';
import type { DeviceMessage } from '../../host/protocol/messages.js';
import { samplesMessage, statusMessage } from '../../host/serial/test-device.js';
import { RECORD_HEAD_BYTES } from './line-decoders.js';
import type { Random } from './random.js';

export interface SentFrame {
  readonly line: Uint8Array;
  /** As line-decoders.ts gives a frame. */
  readonly record: Buffer;
}

const SAMPLES_PER_FRAME = 10;
/** One STATUS a second. */
const STATUS_EVERY_FRAMES = 50;
/** Share of SAMPLES that a full transmit buffer leaves out. */
const LEFT_OUT = 1 / 200;
const VALUES_AT = 13;

export class SampleLine {
  /** Acquired so far, left out ones included. */
  samples = 0;
  dropped = 0;
  private readonly encoder = new FrameEncoder();
  private readonly payload = encodePayload(samplesMessage(0, SAMPLES_PER_FRAME));
  private readonly samplesType = messageSchema('SAMPLES').type;
  private turn = 0;
  private sequence = 0;

  constructor(
    readonly firstSampleIndex: number,
    private readonly random: Random,
  ) {}

  frames(count: number): SentFrame[] {
    return Array.from({ length: count }, () => this.frame());
  }

  /** What ends a recording: the drop counter, then END. */
  ending(): SentFrame[] {
    const end: DeviceMessage = {
      kind: 'END',
      sampleCount: (this.firstSampleIndex + this.samples) >>> 0,
    };
    return [statusMessage(this.dropped), end].map((message) =>
      this.framed(messageSchema(message.kind).type, encodePayload(message)),
    );
  }

  private frame(): SentFrame {
    this.turn += 1;
    if (this.turn % STATUS_EVERY_FRAMES === 0) {
      return this.framed(messageSchema('STATUS').type, encodePayload(statusMessage(this.dropped)));
    }
    while (this.random.next() < LEFT_OUT) {
      this.samples += SAMPLES_PER_FRAME;
      this.dropped += SAMPLES_PER_FRAME;
    }
    const { payload } = this;
    const view = new DataView(payload.buffer, payload.byteOffset);
    view.setUint32(0, (this.firstSampleIndex + this.samples) >>> 0, true);
    view.setUint32(8, this.dropped, true);
    // Small values around 0, as an ECG has them: their zero bytes make short COBS blocks.
    const wave = this.samples % 977;
    for (let i = 0; i < SAMPLES_PER_FRAME * 8; i += 1) {
      view.setInt16(VALUES_AT + 2 * i, ((wave * (i + 3)) % 701) - 350, true);
    }
    this.samples += SAMPLES_PER_FRAME;
    return this.framed(this.samplesType, payload);
  }

  private framed(type: number, payload: Uint8Array): SentFrame {
    const record = Buffer.allocUnsafe(RECORD_HEAD_BYTES + payload.length);
    record[0] = type;
    record[1] = this.sequence;
    record.writeUInt16LE(payload.length, 2);
    record.set(payload, RECORD_HEAD_BYTES);
    this.sequence = (this.sequence + 1) & 0xff;
    return { line: this.encoder.encodeFrame(type, payload), record };
  }
}

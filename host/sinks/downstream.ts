/**
 * Another port with the same wire: a bedside monitor behind this host reads it as if it were the device. Numbers of frames are this port's own; what this port
 * leaves out for want of room is counted into the device's drop counter, so that the reader's books balance.
 */
import { messageSchema, decodePayload } from '../protocol/codec.js';
import { FrameDecoder, FrameEncoder } from '../protocol/frame.js';
import type { DeviceMessage, HelloMessage } from '../protocol/messages.js';
import type { Transport } from '../serial/transport.js';

export interface Downstream {
  readonly name: string;
  /** Samples left out because the port was full. */
  readonly samplesDropped: number;
  forward(message: DeviceMessage): void;
  close(): Promise<void>;
}

/** Unwritten bytes above which samples are left out: about a second of the link. */
const FULL_BYTES = 16_384;
const LEADS = 8;
const HELLO_REQUEST = messageSchema('HELLO_REQUEST').type;

/** @throws IsochroneError LINK_PORT_… when the port cannot be opened */
export async function openDownstream(
  transport: Transport,
  onFailure: (reason: string) => void,
): Promise<Downstream> {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  let waiting = 0;
  let samplesDropped = 0;
  let failed = false;
  let hello: HelloMessage | undefined;
  const fail = (reason: string): void => {
    if (failed) return;
    failed = true;
    onFailure(reason);
  };
  const send = (message: DeviceMessage): void => {
    const bytes = encoder.encode(message);
    waiting += bytes.length;
    transport.write(bytes).then(
      () => {
        waiting -= bytes.length;
      },
      (error: unknown) => fail(String(error)),
    );
  };
  await transport.open({
    onBytes: (chunk) => {
      decoder.push(chunk, ({ type, payload }) => {
        if (type !== HELLO_REQUEST || hello === undefined) return;
        decodePayload(type, payload);
        send(hello);
      });
    },
    onClosed: fail,
  });
  return {
    name: transport.name,
    get samplesDropped() {
      return samplesDropped;
    },
    forward(message) {
      // What answers a question of this host is not the reader's.
      if (failed || 'requestId' in message) return;
      if (message.kind === 'HELLO') {
        if (hello !== undefined && hello.bootId !== message.bootId) samplesDropped = 0;
        hello = message;
      }
      if (message.kind === 'SAMPLES') {
        const own = (message.samplesDropped + samplesDropped) >>> 0;
        if (waiting > FULL_BYTES) samplesDropped += message.microvolt.length / LEADS;
        else send({ ...message, samplesDropped: own });
      } else if (message.kind === 'STATUS') {
        send({ ...message, samplesDropped: (message.samplesDropped + samplesDropped) >>> 0 });
      } else if (message.kind === 'CONFIGURATION') {
        // The device knows its own line; the rate of this one is not known here.
        send({ ...message, linkBaud: 0 });
      } else {
        send(message);
      }
    },
    close: () => transport.close(),
  };
}

/** A device that speaks the wire on a socket, ten times as fast as a real one: samples without end, beats, measurements, explained results. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { decodePayload } from '../../host/protocol/codec.js';
import { FrameDecoder, FrameEncoder } from '../../host/protocol/frame.js';
import type { DeviceMessage } from '../../host/protocol/messages.js';
import {
  explanationMessages,
  helloMessage,
  resultMessage,
  samplesMessage,
} from '../../host/serial/test-device.js';

export interface WireDevice {
  /** `tcp://127.0.0.1:PORT` */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

const TICK_MS = 20;
const PER_FRAME = 10;
const FRAMES_PER_TICK = 10;
const HELLO_EVERY = 500;
const BEAT_EVERY = 400;
const RESULT_EVERY = 2500;

/** What lead `lead` (0 to 7) has at a sample: as samplesMessage makes it. */
export const microvoltAt = (sampleIndex: number, lead: number): number =>
  ((sampleIndex - (sampleIndex % PER_FRAME)) % 1000) + (sampleIndex % PER_FRAME) + 1000 * lead;

/** Each line is another run of the device; it begins with sample 0 when the line is opened. */
export async function startWireDevice(boardName = 'bench'): Promise<WireDevice> {
  const lines = new Set<Socket>();
  let bootId = 0;
  const server = createServer((line) => {
    lines.add(line);
    line.on('error', () => undefined);
    const encoder = new FrameEncoder();
    answer(line, encoder);
    bootId += 1;
    const stop = speak(line, encoder, { ...helloMessage(bootId), boardName });
    line.on('close', () => {
      lines.delete(line);
      stop();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `tcp://127.0.0.1:${port}`,
    port,
    close: () => {
      for (const line of lines) line.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Every command is done; the self-test passes. */
function answer(line: Socket, encoder: FrameEncoder): void {
  const decoder = new FrameDecoder();
  line.on('data', (bytes) => {
    decoder.push(bytes, ({ type, payload }) => {
      const asked = decodePayload(type, payload);
      if (!('requestId' in asked)) return;
      const { requestId } = asked;
      const reply: DeviceMessage =
        asked.kind === 'SELF_TEST'
          ? { kind: 'SELF_TEST_RESULT', requestId, outcome: 'passed' }
          : { kind: 'COMMAND_RESULT', requestId, outcome: 'done' };
      line.write(encoder.encode(reply));
    });
  });
}

function speak(line: Socket, encoder: FrameEncoder, hello: DeviceMessage): () => void {
  let next = 0;
  const timer = setInterval(() => {
    const messages: DeviceMessage[] = [];
    for (let i = 0; i < FRAMES_PER_TICK; i += 1) {
      if (next % HELLO_EVERY === 0) messages.push(hello);
      messages.push(samplesMessage(next));
      next += PER_FRAME;
      if (next % BEAT_EVERY === 0) messages.push(...beatAt(next));
      if (next % RESULT_EVERY === 0) {
        const resultId = (next / RESULT_EVERY) & 0xffff;
        messages.push(resultMessage(resultId), ...explanationMessages(resultId));
      }
    }
    line.write(Buffer.concat(messages.map((message) => encoder.encode(message))));
  }, TICK_MS);
  return () => clearInterval(timer);
}

function beatAt(sampleIndex: number): readonly DeviceMessage[] {
  return [
    { kind: 'BEAT', sampleIndex: sampleIndex - 20, rrMs: 800, noisePercent: 1 },
    {
      kind: 'BEAT_MEASUREMENT',
      sampleIndex: sampleIndex - 20,
      beatCount: 8,
      ...{ pOnset: -100, pEnd: -60, qrsOnset: -22, qrsEnd: 24, tPeak: 130, tEnd: 180 },
      ...{ heartRatePerMin: 75, meanRrMs: 800, prMs: 156, qrsMs: 92, qtMs: 404 },
      ...{ qtcFridericiaMs: 435, qtcBazettMs: 451 },
    },
  ];
}

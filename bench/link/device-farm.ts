/**
 * Emulated devices in a process of their own: each serves its line on a socket and acquires in real time. `deviceTick` is the moment of a frame's
 * first sample in microseconds of the machine's steady clock, so that a reader in another process knows how old a sample is.
 */
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { FrameEncoder } from '../../host/protocol/frame.js';
import {
  explanationMessages,
  helloMessage,
  resultMessage,
  samplesMessage,
  statusMessage,
} from '../../host/serial/test-device.js';

const FRAME_MS = 20;
const PER_FRAME = 10;
const RESULT_EVERY_FRAMES = 125;
const STATUS_EVERY_FRAMES = 50;

/** Microseconds of a clock that all processes of a machine share; wraps as a device's tick does. */
export const sharedTick = (): number => Number((process.hrtime.bigint() / 1000n) & 0xffffffffn);

/** Path of the line of device `index`. */
export const linePath = (folder: string, index: number): string => join(folder, `line-${index}`);

function serve(socket: Socket, index: number): void {
  const encoder = new FrameEncoder();
  let next = 0;
  let frame = 0;
  let resultId = 0;
  let due = performance.now() + FRAME_MS;
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  const hello = { ...helloMessage(index + 1), boardName: `bed ${index + 1}` };
  socket.write(encoder.encode(hello));
  const timer = setInterval(() => {
    for (; performance.now() >= due; due += FRAME_MS) {
      const parts: Uint8Array[] = [];
      // The tenth sample has just been taken; the first of the frame is 18 ms old.
      const late = (performance.now() - due) * 1000;
      const tick = (sharedTick() - late - 18_000) >>> 0;
      parts.push(encoder.encode({ ...samplesMessage(next, PER_FRAME), deviceTick: tick }));
      next += PER_FRAME;
      frame += 1;
      if (frame % STATUS_EVERY_FRAMES === 0) {
        parts.push(encoder.encode(hello), encoder.encode(statusMessage(0)));
      }
      if (frame % RESULT_EVERY_FRAMES === 0) {
        resultId += 1;
        parts.push(encoder.encode(resultMessage(resultId)));
        for (const message of explanationMessages(resultId)) parts.push(encoder.encode(message));
      }
      socket.write(Buffer.concat(parts));
    }
  }, 2);
  socket.on('close', () => {
    clearInterval(timer);
  });
}

const [folder, count] = process.argv.slice(2);
if (process.send !== undefined && folder !== undefined) {
  let listening = 0;
  for (let index = 0; index < Number(count); index += 1) {
    createServer((socket) => {
      serve(socket, index);
    }).listen(linePath(folder, index), () => {
      listening += 1;
      if (listening === Number(count)) process.send?.('ready');
    });
  }
  process.on('disconnect', () => process.exit(0));
}

/** A serial cable between two ttys of this machine: what goes in at one comes out at the other (Debian socat). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SerialPort } from 'serialport';

const LAID_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 10;

export interface SerialCable {
  unplug(): void;
}

/** @param ends Paths at which the two ttys appear. @throws Error when they do not */
export async function laySerialCable(...ends: readonly [string, string]): Promise<SerialCable> {
  const ttys = ends.map((path) => `pty,raw,echo=0,link=${path}`);
  const line = spawn('socat', ttys, { stdio: 'ignore' });
  const until = performance.now() + LAID_WITHIN_MS;
  let failure: Error | undefined;
  line.once('error', (error) => (failure = error));
  while (!ends.every((path) => existsSync(path))) {
    if (failure !== undefined) throw failure;
    if (line.exitCode !== null || performance.now() > until) {
      line.kill();
      throw new Error(`socat made no ttys at ${ends.join(' and ')}`);
    }
    await sleep(LOOK_AGAIN_MS);
  }
  return { unplug: () => void line.kill() };
}

export async function openedPort(path: string, baudRate: number): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate });
  await once(port, 'open');
  return port;
}

export async function closed(port: SerialPort): Promise<void> {
  await new Promise<void>((resolve) => {
    port.close(() => resolve());
  });
}

import { setTimeout as pause } from 'node:timers/promises';
import { SerialPort, type SerialPortMock } from 'serialport';
import { IsochroneError } from '../../codegen/errors.js';
import { resetSteps, type ControlLines } from './control-lines.js';
import type { Transport, TransportHandlers } from './transport.js';

export interface SerialTransportOptions {
  /** `/dev/ttyACM0`, `COM3`, or the pty of an emulator. */
  readonly path: string;
  readonly baudRate: number;
  /** What the board wants of DTR and RTS; left out, they stay as the driver has them. */
  readonly lines?: ControlLines;
  /** Resets the board by `lines.resetSequence` when it is opened. */
  readonly reset?: boolean;
  /** Makes the port, not yet open; a test gives a mock. */
  readonly createPort?: (path: string, baudRate: number) => SerialPort | SerialPortMock;
}

/** A port whose driver does not answer to close must not hold up the program. */
const CLOSE_TIMEOUT_MS = 1000;

const realPort = (path: string, baudRate: number): SerialPort =>
  // A driver asserts DTR when a port is opened, and that resets many boards where it was not asserted before: closing leaves it as it is.
  new SerialPort({ path, baudRate, autoOpen: false, hupcl: false });

/** Opening resets no board unless asked, as far as a driver lets it: the first opening after the board was plugged in may assert DTR. */
export function serialTransport(options: SerialTransportOptions): Transport {
  const { path, baudRate, createPort = realPort } = options;
  const port = createPort(path, baudRate);
  let handlers: TransportHandlers | undefined;

  // 'close' may come never, once or twice, and 'error' before it: the first of them counts.
  const gone = (reason: string): void => {
    const told = handlers;
    handlers = undefined;
    told?.onClosed(reason);
  };
  port.on('data', (chunk: Uint8Array) => handlers?.onBytes(chunk));
  port.on('close', (error: Error | null) => gone(error?.message ?? 'the port was closed'));
  port.on('error', (error: Error) => gone(error.message));

  return {
    name: path,
    open: async (given) => {
      await new Promise<void>((resolve, reject) => {
        port.open((error) => {
          if (error !== null && error !== undefined) reject(openError(path, error));
          else resolve();
        });
      });
      handlers = given;
      if (options.lines !== undefined) await setLines(port, options.lines, options.reset ?? false);
    },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        port.write(Buffer.from(bytes), (error) => {
          if (error !== null && error !== undefined) reject(error);
          else resolve();
        });
      }),
    close: () => {
      handlers = undefined;
      if (!port.isOpen) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
        port.close(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}

/** @throws IsochroneError LINK_NO_RESET where the lines cannot be driven and a reset was asked for */
async function setLines(
  port: SerialPort | SerialPortMock,
  lines: ControlLines,
  reset: boolean,
): Promise<void> {
  const { dtr = true, rts = true } = lines;
  for (const step of reset ? resetSteps(lines) : [{ dtr, rts }]) {
    if ('wait' in step) {
      await pause(step.wait);
      continue;
    }
    const cause = await new Promise<Error | null | undefined>((resolve) => {
      port.set(step, resolve);
    });
    // A pty and some bridges have no such lines: then there is nothing to keep as the board wants it.
    if (cause === null || cause === undefined) continue;
    if (!reset) return;
    throw new IsochroneError('LINK_NO_RESET', `${port.path} has no DTR and RTS to reset by.`, {
      hint: 'Press the reset button of the board, and leave --reset out.',
      where: { port: port.path },
      cause,
    });
  }
}

/** Driver messages differ between systems; these words are what Linux, macOS and Windows have in common. */
function openError(path: string, cause: Error): IsochroneError {
  const { message } = cause;
  const where = { port: path };
  if (/no such file|file not found|does not exist/i.test(message)) {
    return new IsochroneError('LINK_PORT_NOT_FOUND', `There is no serial port ${path}.`, {
      hint: 'Check the cable and the path; the port may have another number after being plugged in again.',
      where,
      cause,
    });
  }
  if (/permission denied|access denied/i.test(message)) {
    return new IsochroneError('LINK_PORT_DENIED', `No permission to open ${path}.`, {
      hint: 'Add yourself to the group that owns the port (on Debian: sudo usermod -aG dialout $USER) and log in again.',
      where,
      cause,
    });
  }
  if (/lock|busy|temporarily unavailable/i.test(message)) {
    return new IsochroneError('LINK_PORT_BUSY', `${path} is held by another program.`, {
      hint: `Close the program that uses it; on Linux, "fuser ${path}" names it.`,
      where,
      cause,
    });
  }
  return new IsochroneError('LINK_OPEN_FAILED', `Cannot open ${path}: ${message}.`, {
    hint: 'Unplug the device, plug it in again and retry.',
    where,
    cause,
  });
}

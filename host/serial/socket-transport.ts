/** A line over a socket: a serial port that another machine serves (ser2net, `tcp://host:port`), or an emulator's. */
import { createConnection, type Socket } from 'node:net';
import { IsochroneError } from '../../codegen/errors.js';
import type { Transport, TransportHandlers } from './transport.js';

export type SocketAddress =
  { readonly host: string; readonly port: number } | { readonly path: string };

export function socketTransport(address: SocketAddress): Transport {
  const name = 'path' in address ? address.path : `tcp://${address.host}:${address.port}`;
  let socket: Socket | undefined;
  let handlers: TransportHandlers | undefined;
  const gone = (reason: string): void => {
    const told = handlers;
    handlers = undefined;
    told?.onClosed(reason);
  };
  return {
    name,
    open: (given) =>
      new Promise((resolve, reject) => {
        const opening = createConnection(address);
        socket = opening;
        opening.setNoDelay(true);
        opening.on('data', (chunk: Buffer) => handlers?.onBytes(chunk));
        opening.on('close', () => gone('the socket was closed'));
        opening.on('error', (cause) => {
          if (handlers !== undefined) {
            gone(cause.message);
            return;
          }
          reject(
            new IsochroneError('LINK_OPEN_FAILED', `Cannot open ${name}: ${cause.message}.`, {
              hint: 'Check the address, and that a device is served there.',
              where: { port: name },
              cause,
            }),
          );
        });
        opening.once('connect', () => {
          handlers = given;
          resolve();
        });
      }),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (socket === undefined || socket.destroyed) {
          reject(new Error(`${name} is closed`));
          return;
        }
        socket.write(bytes, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    close: () => {
      handlers = undefined;
      socket?.destroy();
      return Promise.resolve();
    },
  };
}

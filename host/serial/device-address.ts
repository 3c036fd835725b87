/** Where a device is, in one word: a serial port, or a socket that serves one. */
import { IsochroneError } from '../../codegen/errors.js';
import { serialTransport } from './serial-transport.js';
import { socketTransport } from './socket-transport.js';
import type { Transport } from './transport.js';

export const DEFAULT_BAUD_RATE = 921_600;

/**
 * @param address `/dev/ttyACM0`, `COM3`, or `tcp://host:port`
 * @throws IsochroneError LINK_ADDRESS
 */
export function transportAt(address: string, baudRate = DEFAULT_BAUD_RATE): Transport {
  if (!/^[a-z]+:\/\//iu.test(address) && address !== '') {
    return serialTransport({ path: address, baudRate });
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'tcp:' || url.port === '') {
    throw new IsochroneError('LINK_ADDRESS', `"${address}" is no address of a device`, {
      hint: 'Give the path of a serial port, or tcp://host:port.',
    });
  }
  return socketTransport({ host: url.hostname.replace(/^\[|\]$/gu, ''), port: Number(url.port) });
}

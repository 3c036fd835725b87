/** Reads the monitor's stream as a page does, in a process of its own, and tells its parent when samples came. */
import { WebSocket } from 'ws';
import type { PageMessage } from '../../host/monitor/messages.js';
import { sharedTick } from './device-farm.js';

const [url, mode] = process.argv.slice(2);
if (process.send !== undefined && url !== undefined) {
  const socket = new WebSocket(url);
  socket.once('open', () => process.send?.('ready'));
  socket.on('message', (data: Buffer) => {
    const tick = sharedTick();
    const message = JSON.parse(data.toString('utf8')) as PageMessage;
    if (mode !== 'tell' || message.kind !== 'samples') return;
    process.send?.([message.firstSampleIndex, message.microvolt[0]?.length ?? 0, tick]);
  });
  process.on('disconnect', () => process.exit(0));
}

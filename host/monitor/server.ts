import { IsochroneError } from '../../codegen/errors.js';
import type { MarkEvent, StreamEvent } from '../stream/events.js';
import { MonitorClient } from './client.js';
import { StreamHistory } from './history.js';
import {
  COMMAND_PATH,
  encodeMessage,
  EXPORT_PATH,
  FIRMWARE_PATH,
  MARK_PATH,
  STREAM_PATH,
} from './messages.js';
import { commandOf, type PageCommand } from './page-command.js';
import { exportFiles, firmwareOf, markOf } from './page-requests.js';
import { openPageServer, type PageServer, type PageServerOptions } from './page-server.js';

export { builtPageDir } from './page-server.js';

export interface MonitorOptions extends PageServerOptions {
  /** Takes what a page marks, and publishes it; without it the page's monitor is all that learns of it. */
  readonly onMark?: (mark: MarkEvent) => void;
  /** Does what a page asks of the device; without it, or where it gives undefined, there is no device to ask. */
  readonly onCommand?: (command: PageCommand) => Promise<unknown>;
  /** Gives the device the firmware of an image file; the same of undefined. */
  readonly onFirmware?: (imageFile: Uint8Array) => Promise<unknown>;
}

export interface Monitor extends PageServer {
  publish(event: StreamEvent): void;
}

/** Ten minutes of eight leads in base64 are 6.4 MB, two slots of 1 MB each 2.7 MB. */
const MAX_FILE_BYTES = 8_000_000;
/** A mark, a command. */
const MAX_REQUEST_BYTES = 1024;

/**
 * Serves the built page and streams events to it over a WebSocket.
 * @throws IsochroneError MONITOR_TOKEN_MISSING, MONITOR_PAGE_NOT_BUILT, MONITOR_PORT_IN_USE, MONITOR_CANNOT_LISTEN
 */
export async function startMonitor(options: MonitorOptions = {}): Promise<Monitor> {
  const history = new StreamHistory();
  const clients = new Set<MonitorClient>();
  let closed = false;
  const publish = (event: StreamEvent): void => {
    if (closed) return;
    const json = encodeMessage(event);
    history.record(event, json, performance.now());
    for (const client of clients) client.deliver(event, json);
  };
  const onMark = options.onMark ?? publish;
  const onCommand = options.onCommand ?? noDevice;
  const onFirmware = options.onFirmware ?? noDevice;
  const server = await openPageServer(options, {
    index: 'index.html',
    socket: {
      path: STREAM_PATH,
      onClient: (socket) => {
        const client = new MonitorClient(socket);
        clients.add(client);
        client.greet(history, performance.now());
        return () => clients.delete(client);
      },
    },
    posts: [
      {
        path: EXPORT_PATH,
        mostBytes: MAX_FILE_BYTES,
        answer: (body) => exportFiles(body, new Date()),
      },
      {
        path: MARK_PATH,
        mostBytes: MAX_REQUEST_BYTES,
        answer: (body) => {
          onMark(markOf(body));
          return {};
        },
      },
      {
        path: COMMAND_PATH,
        mostBytes: MAX_REQUEST_BYTES,
        answer: async (body) => (await onCommand(commandOf(body))) ?? noDevice(),
      },
      {
        path: FIRMWARE_PATH,
        mostBytes: MAX_FILE_BYTES,
        answer: async (body) => (await onFirmware(firmwareOf(body))) ?? noDevice(),
      },
    ],
  });
  return {
    url: server.url,
    get clientCount() {
      return server.clientCount;
    },
    publish,
    close() {
      closed = true;
      return server.close();
    },
  };
}

function noDevice(): Promise<never> {
  throw new IsochroneError('PAGE_NO_DEVICE', 'There is no device behind this page to ask.', {
    hint: 'It is being connected or updated: wait. Or a recording is shown, or a stream that others read: ask where the device is.',
  });
}

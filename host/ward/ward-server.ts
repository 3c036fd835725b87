/** A ward on one page: every bed that publishes to an MQTT broker. */
import mqtt from 'mqtt';
import { IsochroneError } from '../../codegen/errors.js';
import { openPageServer, type PageServer, type PageServerOptions } from '../monitor/page-server.js';
import { withoutSecrets } from '../sinks/mqtt.js';
import { toJson } from '../stream/json.js';
import { Ward } from './beds.js';
import { WARD_PATH, type WardMessage } from './messages.js';

export interface WardOptions extends PageServerOptions {
  /** `mqtt://host:port` or `mqtts://…`. */
  readonly url: string;
  readonly prefix?: string;
  readonly username?: string;
  readonly password?: string;
  /** Called when the broker refuses or is away; the client goes on trying. */
  readonly onTrouble?: (error: IsochroneError) => void;
}

/** Samples stay away: the ward shows states, and the page of a bed its signal. */
const KINDS = [
  ...['status', 'hello', 'signal', 'beat', 'gap', 'result', 'explanation', 'withheld', 'end'],
];
const REFRESH_MS = 500;
/** Five results of a bed's size; a page further behind gets the next picture instead. */
const MOST_UNREAD_BYTES = 200_000;

/** @throws IsochroneError MONITOR_* as a monitor does */
export async function startWard(options: WardOptions): Promise<PageServer> {
  const { url, prefix = 'isochrone', username, password } = options;
  const ward = new Ward();
  const sockets = new Set<{ readonly bufferedAmount: number; send(text: string): void }>();
  const client = mqtt.connect(url, {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });
  const picture = (): string => {
    const message: WardMessage = {
      kind: 'ward',
      brokerConnected: client.connected,
      beds: ward.summaries(performance.now()),
    };
    return toJson(message);
  };
  client.on('error', (cause) => {
    options.onTrouble?.(
      new IsochroneError('WARD_BROKER', `broker ${withoutSecrets(url)}: ${cause.message}`, {
        hint: 'Check that the broker runs, its address, user and password.',
        cause,
      }),
    );
  });
  client.on('message', (topic, payload) => {
    const [bed, kind] = topic.slice(prefix.length + 1).split('/');
    if (bed === undefined || kind === undefined) return;
    try {
      ward.take(bed, kind, JSON.parse(payload.toString('utf8')), performance.now());
    } catch {
      // Others may write to a broker; what is no JSON is not of a bed.
    }
  });
  client.subscribe(KINDS.map((kind) => `${prefix}/+/${kind}`));
  const timer = setInterval(() => {
    const text = picture();
    for (const socket of sockets) {
      if (socket.bufferedAmount < MOST_UNREAD_BYTES) socket.send(text);
    }
  }, REFRESH_MS);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await client.endAsync(true);
  };
  try {
    const server = await openPageServer(options, {
      index: 'ward.html',
      socket: {
        path: WARD_PATH,
        onClient: (socket) => {
          sockets.add(socket);
          socket.send(picture());
          return () => sockets.delete(socket);
        },
      },
      posts: [],
    });
    return {
      url: server.url,
      get clientCount() {
        return server.clientCount;
      },
      close: async () => {
        await stop();
        await server.close();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

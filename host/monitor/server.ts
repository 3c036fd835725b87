import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import { fastify, type FastifyInstance } from 'fastify';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import type { MarkEvent, StreamEvent } from '../stream/events.js';
import { hostAllowed, isLoopback, originAllowed, tokenAllowed } from './access.js';
import { MonitorClient } from './client.js';
import { StreamHistory } from './history.js';
import { exportFiles, markOf } from './page-requests.js';
import { commandOf, type PageCommand } from './page-command.js';
import { COMMAND_PATH, encodeMessage, EXPORT_PATH, MARK_PATH, STREAM_PATH } from './messages.js';

export interface MonitorOptions {
  /** Address to listen on; loopback unless the user asks for more. */
  readonly host?: string;
  /** 0 picks a free port. */
  readonly port?: number;
  /**
   * What a reader of the stream must show. Needed where others than this machine can reach the server; the page takes it from its
   * address, `#token=…`, which a browser sends nowhere.
   */
  readonly token?: string;
  /** Key and certificate, PEM: the page is then served by HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Takes what a page marks, and publishes it; without it the page's monitor is all that learns of it. */
  readonly onMark?: (mark: MarkEvent) => void;
  /** Does what a page asks of the device; without it there is no device to ask. */
  readonly onCommand?: (command: PageCommand) => Promise<unknown>;
  /** Folder of the built page; `builtPageDir()` unless given. */
  readonly pageDir?: string;
}

export interface Monitor {
  /** Address of the page, with a trailing slash. */
  readonly url: string;
  /** Number of pages connected now. */
  readonly clientCount: number;
  publish(event: StreamEvent): void;
  /** Idempotent; lets pages know and frees the port. */
  close(): Promise<void>;
}

/** Pages at once: a bedside, a desk, some to spare; a runaway reconnect loop is bounded. */
const MAX_CLIENTS = 32;
/** A client sends nothing but control frames; anything longer is refused by the WebSocket library. */
const MAX_INBOUND_BYTES = 1024;
/** Ten minutes of eight leads in base64 are 6.4 MB. */
const MAX_EXPORT_BYTES = 8_000_000;
/** 96 bits where it is random in base64; what people make up is weaker. */
const LEAST_TOKEN_LENGTH = 16;
/** A half-open connection is found after one to two of these. */
const PING_INTERVAL_MS = 15_000;
/** Time that a page gets to answer a close before its socket is cut. */
const CLOSE_GRACE_MS = 250;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_TRY_AGAIN = 1013;

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

/** The built page: `npm run build` leaves it there. */
export function builtPageDir(): string {
  return join(packageRoot(), 'dist', 'page');
}

/**
 * Serves the built page and streams events to it over a WebSocket.
 * @throws IsochroneError MONITOR_TOKEN_MISSING, MONITOR_PAGE_NOT_BUILT, MONITOR_PORT_IN_USE, MONITOR_CANNOT_LISTEN
 */
export async function startMonitor(options: MonitorOptions = {}): Promise<Monitor> {
  const host = options.host ?? '127.0.0.1';
  const port = options.port ?? 0;
  if (!isLoopback(host) && (options.token ?? '').length < LEAST_TOKEN_LENGTH) {
    throw new IsochroneError(
      'MONITOR_TOKEN_MISSING',
      `The page would be open to all who reach ${host}.`,
      {
        hint: `Give a token of at least ${LEAST_TOKEN_LENGTH} characters, or listen on 127.0.0.1.`,
        where: { host },
      },
    );
  }
  const pageDir = resolve(options.pageDir ?? builtPageDir());
  if (!existsSync(join(pageDir, 'index.html'))) {
    throw new IsochroneError('MONITOR_PAGE_NOT_BUILT', 'The bedside page has not been built.', {
      hint: 'Run `npm run build`, then start again.',
      where: { folder: pageDir },
    });
  }

  const history = new StreamHistory();
  const clients = new Set<MonitorClient>();
  let closing: Promise<void> | undefined;
  const publish = (event: StreamEvent): void => {
    if (closing !== undefined) return;
    const json = encodeMessage(event);
    history.record(event, json, performance.now());
    for (const client of clients) client.deliver(event, json);
  };
  const app = makeServer(options.tls);
  await app.register(fastifyWebsocket, {
    options: { maxPayload: MAX_INBOUND_BYTES },
    preClose: (done) => {
      const sockets = app.websocketServer.clients;
      for (const socket of sockets) socket.close(CLOSE_GOING_AWAY, 'monitor closed');
      setTimeout(
        () => {
          for (const socket of sockets) socket.terminate();
          app.websocketServer.close(() => {
            done();
          });
        },
        sockets.size === 0 ? 0 : CLOSE_GRACE_MS,
      );
    },
  });
  // After the WebSocket plugin, whose own hook marks upgrade requests, and closes the socket of a refused one.
  guard(app, host, options);
  answerPages(app, { onMark: options.onMark ?? publish, onCommand: options.onCommand ?? noDevice });
  await app.register(fastifyStatic, { root: pageDir, cacheControl: false });
  await app.register((scope, _options, done) => {
    scope.get(STREAM_PATH, { websocket: true }, (socket) => {
      // 'close' follows an error; without a listener the error would end the process.
      socket.on('error', () => undefined);
      if (clients.size >= MAX_CLIENTS) {
        socket.close(CLOSE_TRY_AGAIN, 'too many pages');
        return;
      }
      const client = new MonitorClient(socket);
      clients.add(client);
      let answered = true;
      const ping = setInterval(() => {
        if (!answered) {
          socket.terminate();
          return;
        }
        answered = false;
        socket.ping();
      }, PING_INTERVAL_MS);
      ping.unref();
      socket.on('pong', () => {
        answered = true;
      });
      socket.on('close', () => {
        clearInterval(ping);
        clients.delete(client);
      });
      client.greet(history, performance.now());
    });
    done();
  });
  await listen(app, host, port);

  return {
    url: `${app.listeningOrigin.replace('://[::1]', '://localhost')}/`,
    get clientCount() {
      return clients.size;
    },
    publish,
    close() {
      closing ??= Promise.resolve(app.close());
      return closing;
    },
  };
}

/** What pages ask for besides the stream. */
function answerPages(
  app: FastifyInstance,
  { onMark, onCommand }: Required<Pick<MonitorOptions, 'onMark' | 'onCommand'>>,
): void {
  const route = (path: string, bodyLimit: number, answer: (body: unknown) => unknown): void => {
    app.post(path, { bodyLimit }, async (request, reply) => {
      try {
        return await answer(request.body);
      } catch (error) {
        if (!(error instanceof IsochroneError)) throw error;
        return reply.code(400).type('text/plain').send(`${error.message}\n`);
      }
    });
  };
  route(EXPORT_PATH, MAX_EXPORT_BYTES, (body) => exportFiles(body, new Date()));
  route(MARK_PATH, MAX_INBOUND_BYTES, (body) => {
    onMark(markOf(body));
    return {};
  });
  route(COMMAND_PATH, MAX_INBOUND_BYTES, (body) => onCommand(commandOf(body)));
}

function noDevice(): Promise<never> {
  throw new IsochroneError('PAGE_NO_DEVICE', 'There is no device behind this page to ask.', {
    hint: 'A recording is shown, or a stream that others read; ask where the device is connected.',
  });
}

/** Security headers on every answer; foreign host names and origins refused before any handler runs. */
function guard(
  app: FastifyInstance,
  listenHost: string,
  { token, tls }: Pick<MonitorOptions, 'token' | 'tls'>,
): void {
  const scheme = tls === undefined ? 'http' : 'https';
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    // The built page is nobody's secret; the stream, and work done for a page, are guarded.
    const guarded = request.ws || request.method !== 'GET';
    if (!hostAllowed(request.headers.host, listenHost)) {
      void reply.code(421).type('text/plain').send('This server does not answer to that name.\n');
    } else if (guarded && !originAllowed(request.headers.origin, request.headers.host, scheme)) {
      void reply.code(403).type('text/plain').send('This origin may not read the stream.\n');
    } else if (
      token !== undefined &&
      guarded &&
      !tokenAllowed(token, { url: request.url, authorization: request.headers.authorization })
    ) {
      void reply.code(401).type('text/plain').send('A token is needed.\n');
    } else {
      done();
    }
  });
}

/** The two kinds of server differ in type, and in nothing that is used here. */
function makeServer(tls: MonitorOptions['tls']): FastifyInstance {
  const options = { forceCloseConnections: true };
  return tls === undefined
    ? fastify(options)
    : (fastify({ ...options, https: tls }) as unknown as FastifyInstance);
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const where = { host, port };
    if (code === 'EADDRINUSE') {
      throw new IsochroneError('MONITOR_PORT_IN_USE', `Port ${port} on ${host} is in use.`, {
        hint: 'Choose another port, or 0 for any free one; an earlier run may still hold it.',
        where,
        cause,
      });
    }
    throw new IsochroneError(
      'MONITOR_CANNOT_LISTEN',
      `Cannot listen on ${host}:${port} (${code}).`,
      {
        hint: 'Use an address of this machine and a port above 1023, or leave both out.',
        where,
        cause,
      },
    );
  }
}

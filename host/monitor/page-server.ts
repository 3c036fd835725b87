/**
 * What serves a page of this project, its WebSocket and what the page posts: one place for who may read, and how much. Listens on this machine
 * unless told otherwise.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket, { type WebSocket } from '@fastify/websocket';
import { fastify, type FastifyInstance } from 'fastify';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { hostAllowed, isLoopback, originAllowed, tokenAllowed } from './access.js';

export interface PageServerOptions {
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
  /** Folder of the built pages; `builtPageDir()` unless given. */
  readonly pageDir?: string;
}

export interface PageRoutes {
  /** Which of the built pages stands at the root. */
  readonly index: string;
  readonly socket: {
    readonly path: string;
    /** @returns what is to be done when the socket has closed */
    readonly onClient: (socket: WebSocket) => () => void;
  };
  readonly posts: readonly {
    readonly path: string;
    readonly mostBytes: number;
    /** What it gives is answered as JSON; an IsochroneError as its words, with 400. */
    readonly answer: (body: unknown) => unknown;
  }[];
}

export interface PageServer {
  /** Address of the page, with a trailing slash. */
  readonly url: string;
  /** Number of pages connected now. */
  readonly clientCount: number;
  /** Idempotent; lets pages know and frees the port. */
  close(): Promise<void>;
}

/** Pages at once: a bedside, a desk, some to spare; a runaway reconnect loop is bounded. */
const MAX_CLIENTS = 32;
/** A client sends nothing but control frames; anything longer is refused by the WebSocket library. */
const MAX_INBOUND_BYTES = 1024;
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

/** @throws IsochroneError MONITOR_TOKEN_MISSING, MONITOR_PAGE_NOT_BUILT, MONITOR_PORT_IN_USE, MONITOR_CANNOT_LISTEN */
export async function openPageServer(
  options: PageServerOptions,
  routes: PageRoutes,
): Promise<PageServer> {
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
  if (!existsSync(join(pageDir, routes.index))) {
    throw new IsochroneError('MONITOR_PAGE_NOT_BUILT', 'The pages have not been built.', {
      hint: 'Run `npm run build`, then start again.',
      where: { folder: pageDir },
    });
  }
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
  for (const { path, mostBytes, answer } of routes.posts) {
    app.post(path, { bodyLimit: mostBytes }, async (request, reply) => {
      try {
        return await answer(request.body);
      } catch (error) {
        if (!(error instanceof IsochroneError)) throw error;
        return reply.code(400).type('text/plain').send(`${error.message}\n`);
      }
    });
  }
  await app.register(fastifyStatic, { root: pageDir, cacheControl: false, index: routes.index });
  let clients = 0;
  await app.register((scope, _options, done) => {
    scope.get(routes.socket.path, { websocket: true }, (socket) => {
      // 'close' follows an error; without a listener the error would end the process.
      socket.on('error', () => undefined);
      if (clients >= MAX_CLIENTS) {
        socket.close(CLOSE_TRY_AGAIN, 'too many pages');
        return;
      }
      clients += 1;
      const stopPings = keepAsking(socket);
      const leave = routes.socket.onClient(socket);
      socket.on('close', () => {
        clients -= 1;
        stopPings();
        leave();
      });
    });
    done();
  });
  await listen(app, host, port);
  let closing: Promise<void> | undefined;
  return {
    url: `${app.listeningOrigin.replace('://[::1]', '://localhost')}/`,
    get clientCount() {
      return clients;
    },
    close() {
      closing ??= Promise.resolve(app.close());
      return closing;
    },
  };
}

/** Cuts a socket whose other end has silently gone. */
function keepAsking(socket: WebSocket): () => void {
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
  return () => clearInterval(ping);
}

/** Security headers on every answer; foreign host names and origins refused before any handler runs. */
function guard(
  app: FastifyInstance,
  listenHost: string,
  { token, tls }: Pick<PageServerOptions, 'token' | 'tls'>,
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
function makeServer(tls: PageServerOptions['tls']): FastifyInstance {
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

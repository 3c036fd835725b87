/** Who may read a page that a command serves: its address, its token, its certificate. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isLoopback } from '../monitor/access.js';
import type { PageServerOptions } from '../monitor/page-server.js';

export interface PageAccessOptions {
  readonly host: string;
  readonly port: number;
  readonly tlsKey?: string;
  readonly tlsCert?: string;
}

/** Secrets come by the environment: arguments are seen by every user of a machine. */
const TOKEN = 'ISOCHRONE_TOKEN';

/** @returns what the server needs, and what follows its address where a token was made here: whoever has to type it sees it once */
export function pageAccess(options: PageAccessOptions): {
  readonly server: PageServerOptions;
  readonly shown: string;
} {
  const given = process.env[TOKEN];
  const made =
    given === undefined && !isLoopback(options.host)
      ? randomBytes(24).toString('base64url')
      : undefined;
  const token = given ?? made;
  const { host, port, tlsKey, tlsCert } = options;
  return {
    server: {
      host,
      port,
      ...(token === undefined ? {} : { token }),
      ...(tlsKey === undefined || tlsCert === undefined
        ? {}
        : { tls: { key: readFileSync(tlsKey, 'utf8'), cert: readFileSync(tlsCert, 'utf8') } }),
    },
    shown: made === undefined ? '' : `#token=${made}`,
  };
}

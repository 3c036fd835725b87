import { isIP } from 'node:net';

/** The host part of a Host header or an origin's authority, without port and brackets; undefined when malformed. */
function hostNameOf(authority: string): string | undefined {
  try {
    return new URL(`http://${authority}`).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  } catch {
    return undefined;
  }
}

/**
 * Whether a request names this server by an address, by `localhost`, or by the name it was told to listen on.
 * Any other name is refused: a foreign page whose DNS name was rebound to this machine would come with its own name,
 * never with an address.
 */
export function hostAllowed(hostHeader: string | undefined, listenHost: string): boolean {
  if (hostHeader === undefined) return false;
  const name = hostNameOf(hostHeader);
  if (name === undefined) return false;
  return isIP(name) !== 0 || name === 'localhost' || name === listenHost.toLowerCase();
}

/** Whether a WebSocket may open: from this server's own page, or from a program (which sends no origin). */
export function originAllowed(origin: string | undefined, hostHeader: string | undefined): boolean {
  if (origin === undefined) return true;
  return hostHeader !== undefined && origin.toLowerCase() === `http://${hostHeader.toLowerCase()}`;
}

import { createHash, timingSafeEqual } from 'node:crypto';
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
export function originAllowed(
  origin: string | undefined,
  hostHeader: string | undefined,
  scheme: 'http' | 'https' = 'http',
): boolean {
  if (origin === undefined) return true;
  if (hostHeader === undefined) return false;
  return origin.toLowerCase() === `${scheme}://${hostHeader.toLowerCase()}`;
}

/** Whether only this machine can reach an address. */
export function isLoopback(listenHost: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/iu.test(listenHost);
}

/** Whether a request has the token, in its query (`?token=`, a page cannot set headers) or as a bearer; in constant time. */
export function tokenAllowed(
  token: string,
  request: { readonly url: string; readonly authorization: string | undefined },
): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const given =
    request.authorization?.replace(/^Bearer\s+/iu, '') ??
    new URL(request.url, 'http://localhost').searchParams.get('token') ??
    '';
  return timingSafeEqual(digest(given), digest(token));
}

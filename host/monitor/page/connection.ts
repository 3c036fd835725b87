import { STREAM_PATH, type PageMessage } from '../messages.js';

const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 5000;

/** What the page was opened with, `#token=…`. */
function tokenOf(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('token');
}

/** Keeps a WebSocket to the page's own server open, for the life of the page. */
export function connect(
  onMessage: (message: PageMessage) => void,
  onConnected: (connected: boolean) => void,
): void {
  let retryMs = FIRST_RETRY_MS;
  const open = (): void => {
    const url = new URL(`.${STREAM_PATH}`, location.href);
    url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const token = tokenOf();
    if (token !== null) url.searchParams.set('token', token);
    const socket = new WebSocket(url);
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (typeof event.data !== 'string') return;
      const message = JSON.parse(event.data) as PageMessage;
      if (message.kind === 'snapshot') {
        retryMs = FIRST_RETRY_MS;
        onConnected(true);
      }
      onMessage(message);
    };
    // 'close' follows 'error'.
    socket.onclose = () => {
      onConnected(false);
      setTimeout(open, retryMs);
      retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
    };
  };
  open();
}

/** Asks the page's own server. @throws Error with the server's words */
export async function post(path: string, body: unknown): Promise<Response> {
  const token = tokenOf();
  const response = await fetch(new URL(`.${path}`, location.href), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response;
}

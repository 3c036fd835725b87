const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 5000;

/** What the page was opened with, `#token=…`. */
function tokenOf(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('token');
}

/** Keeps a WebSocket to the page's own server open, for the life of the page. Its first message says that it is there. */
export function openSocket<Message>(
  path: string,
  onMessage: (message: Message) => void,
  onConnected: (connected: boolean) => void,
): void {
  let retryMs = FIRST_RETRY_MS;
  const open = (): void => {
    const url = new URL(`.${path}`, location.href);
    url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const token = tokenOf();
    if (token !== null) url.searchParams.set('token', token);
    const socket = new WebSocket(url);
    let first = true;
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (typeof event.data !== 'string') return;
      if (first) {
        first = false;
        retryMs = FIRST_RETRY_MS;
        onConnected(true);
      }
      onMessage(JSON.parse(event.data) as Message);
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

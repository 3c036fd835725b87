/**
 * Runs in the page before its own scripts, as text: this side has no DOM types. Notes when each run of samples was on the
 * screen: a task that follows the frame in which the page drew it, so style, layout and paint are in; the display's own delay is not.
 */
export const WATCH = `(() => {
  window.isochroneWatch = { drawn: [], frameMs: [] };
  window.isochroneReceived = -1;
  let waiting = [];
  const Native = WebSocket;
  window.WebSocket = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        const found = /^\\{"kind":"samples","firstSampleIndex":(\\d+)/.exec(data);
        if (found === null) return;
        window.isochroneReceived = Number(found[1]);
        waiting.push(window.isochroneReceived);
      });
    }
  };
  const { port1, port2 } = new MessageChannel();
  let inFrame = [];
  port1.onmessage = () => {
    const atMs = performance.timeOrigin + performance.now();
    for (const first of inFrame) window.isochroneWatch.drawn.push([first, atMs]);
    inFrame = [];
  };
  let before;
  const frame = (now) => {
    if (before !== undefined) window.isochroneWatch.frameMs.push(now - before);
    before = now;
    inFrame = inFrame.concat(waiting);
    waiting = [];
    port2.postMessage(0);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()`;

export interface Watched {
  /** First sample of each run, and when it was on the screen: milliseconds of the wall clock. */
  readonly drawn: readonly (readonly [firstSampleIndex: number, atMs: number])[];
  readonly frameMs: readonly number[];
}

/** First sample of the newest run that the page has taken. */
export const RECEIVED = 'window.isochroneReceived';

/** What was noted since the last call. */
export const TAKE = `(() => {
  const taken = window.isochroneWatch;
  window.isochroneWatch = { drawn: [], frameMs: [] };
  return taken;
})()`;

/** Progress of long work: one line that rewrites itself on a terminal, plain lines elsewhere. */
export interface Progress {
  update(done: number, total: number, phase?: string): void;
  finish(text: string): void;
}

/** Plain lines come at most this often. */
const PLAIN_INTERVAL_MS = 5_000;

export function progress(label: string, out: NodeJS.WriteStream = process.stderr): Progress {
  let lastPlainMs = Date.now();
  return {
    update(done, total, phase) {
      const text = `${label}: ${phase === undefined ? '' : `${phase} `}${done}/${total}`;
      if (out.isTTY) {
        out.write(`\r${text}\x1b[K`);
      } else if (Date.now() - lastPlainMs >= PLAIN_INTERVAL_MS) {
        lastPlainMs = Date.now();
        out.write(`${text}\n`);
      }
    },
    finish(text) {
      out.write(`${out.isTTY ? '\r' : ''}${label}: ${text}${out.isTTY ? '\x1b[K' : ''}\n`);
    },
  };
}

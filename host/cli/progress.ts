/** Progress of long work: one line that rewrites itself on a terminal, plain lines elsewhere. */
export interface Progress {
  update(done: number, total: number): void;
  finish(text: string): void;
}

/** Plain lines come at most this often. */
const PLAIN_INTERVAL_MS = 5_000;

export function progress(label: string, out: NodeJS.WriteStream = process.stderr): Progress {
  let lastPlainMs = Date.now();
  return {
    update(done, total) {
      if (out.isTTY) {
        out.write(`\r${label}: ${done}/${total}\x1b[K`);
      } else if (Date.now() - lastPlainMs >= PLAIN_INTERVAL_MS) {
        lastPlainMs = Date.now();
        out.write(`${label}: ${done}/${total}\n`);
      }
    },
    finish(text) {
      out.write(`${out.isTTY ? '\r' : ''}${label}: ${text}${out.isTTY ? '\x1b[K' : ''}\n`);
    },
  };
}

/** Work in named phases, each with percent, bytes and rate: one line that rewrites itself on a terminal, one line a phase elsewhere. */
import type { PhaseStep } from '../flash/phase-step.js';

export interface PhaseProgress {
  step(step: PhaseStep): void;
  /** Ends the line of the last phase. */
  end(): void;
}

const MS_PER_S = 1000;

export function phaseProgress(
  out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
  now: () => number = () => performance.now(),
): PhaseProgress {
  let last: PhaseStep | undefined;
  let begun = { atMs: 0, done: 0 };
  const text = ({ phase, done, total }: PhaseStep): string => {
    if (total <= 1) return `${phase}: ${done >= total ? 'done' : '…'}`;
    const seconds = (now() - begun.atMs) / MS_PER_S;
    const rate = seconds > 0 ? (done - begun.done) / 1024 / seconds : 0;
    return `${phase}: ${Math.floor((100 * done) / total)} %, ${done} of ${total} bytes, ${rate.toFixed(1)} KB/s`;
  };
  const end = (): void => {
    if (last !== undefined)
      out.write(`${out.isTTY ? '\r' : ''}${text(last)}${out.isTTY ? '\x1b[K' : ''}\n`);
    last = undefined;
  };
  return {
    step: (step) => {
      if (last?.phase !== step.phase) {
        end();
        begun = { atMs: now(), done: step.done };
      }
      // The word that a phase is over does not take the place of what it did.
      last =
        step.total <= 1 && last !== undefined && last.total > 1
          ? { ...last, done: last.total }
          : step;
      if (out.isTTY) out.write(`\r${text(last)}\x1b[K`);
    },
    end,
  };
}

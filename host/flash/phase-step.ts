/** Where a piece of work in named phases stands. */
export interface PhaseStep {
  readonly phase: string;
  /** Bytes, where total is more than 1; else 0 or 1. */
  readonly done: number;
  readonly total: number;
}

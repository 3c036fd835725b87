/**
 * The one error class of the project: a stable code for machines, and for people what failed, on what, and what to do.
 * It lives in codegen because codegen imports nothing of host; host uses it from here.
 */
export class IsochroneError extends Error {
  /** Stable, documented in docs/errors.md: AREA_WHAT, for instance `MODEL_UNSUPPORTED_OPERATOR`. */
  readonly code: string;
  /** What the user can do next, one sentence. */
  readonly hint: string;
  /** Where: file, node, operator, port … whatever names the culprit. */
  readonly where: Readonly<Record<string, string | number>>;

  constructor(
    code: string,
    message: string,
    options: {
      readonly hint: string;
      readonly where?: Readonly<Record<string, string | number>>;
      readonly cause?: unknown;
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'IsochroneError';
    this.code = code;
    this.hint = options.hint;
    this.where = options.where ?? {};
  }

  /** One paragraph for a terminal: code, message, where, hint. */
  describe(): string {
    const where = Object.entries(this.where)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
    return `${this.code}: ${this.message}${where === '' ? '' : ` (${where})`}\n  → ${this.hint}`;
  }
}

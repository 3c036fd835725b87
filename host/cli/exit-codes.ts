/** Exit codes of the command line; docs/cli.md explains them. 3 is the set-up's. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** The command did its work, and what it checked does not hold. */
export const EXIT_CHECK_FAILED = 4;
/** By Ctrl-C or a signal. */
export const EXIT_INTERRUPTED = 130;

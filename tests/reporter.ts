import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends the run with the one line that CI reads: `N passed, N failed`, with `, N skipped` when some were.
 * A file that fails before it can declare tests counts as one failure.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) count[test.result().state] += 1;
      const failedTests = tests.filter((test) => test.result().state === 'failed').length;
      if (module.state() === 'failed' && failedTests === 0) count.failed += 1;
    }
    // A test left pending (its worker died) has not passed.
    const failed = count.failed + count.pending;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.stdout.write(`\n${count.passed} passed, ${failed} failed${skipped}\n`);
  }
}

/**
 * Real recordings beside the repository, for tests, training and benches. The product runs without them, and so do the tests: those
 * that need them skip visibly.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../codegen/package-root.js';

/** Path inside the shared folder: ISOCHRONE_SHARED, or `../shared` of the repository. */
export function sharedPath(...parts: readonly string[]): string {
  return join(process.env['ISOCHRONE_SHARED'] ?? join(packageRoot(), '..', 'shared'), ...parts);
}

export function hasShared(...parts: readonly string[]): boolean {
  return existsSync(sharedPath(...parts));
}

/** For test names, so that a skipped test says why. */
export const NEEDS_SHARED = 'needs ../shared/data';

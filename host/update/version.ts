/** Versions of firmware: `1.2.3`, in one word so that a device compares them as numbers. */
import { IsochroneError } from '../../codegen/errors.js';

/** @throws IsochroneError FIRMWARE_VERSION */
export function parseVersion(text: string): number {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})$/.exec(text);
  const [major = 0, minor = 0, patch = 0] = (match ?? []).slice(1).map(Number);
  if (match === null || major > 0xff || minor > 0xff || patch > 0xffff) {
    throw new IsochroneError('FIRMWARE_VERSION', `"${text}" is no version of firmware`, {
      hint: 'Write major.minor.patch, at most 255.255.65535.',
    });
  }
  return major * 2 ** 24 + minor * 2 ** 16 + patch;
}

export function versionText(version: number): string {
  return `${version >>> 24}.${(version >>> 16) & 0xff}.${version & 0xffff}`;
}

export const CHROMIUM = process.env['ISOCHRONE_CHROMIUM'] ?? '/usr/bin/chromium';

/** Debian's Chromium as root, without a network. Canvas 2-D needs no WebGL, and emulating a GPU makes frames 40 times slower. */
export const LAUNCH_ARGS: readonly string[] = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
];

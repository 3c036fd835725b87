// `npm start [-- OPTIONS]`: sets up, builds, and runs `isochrone start`.
import { buildIfStale, handOver, setUp, toRun, withSetupErrors } from './setup.mjs';

withSetupErrors(() => {
  const args = process.argv.slice(2);
  // Help needs no emulator.
  setUp(args.includes('--help') || args.includes('-h') ? [] : toRun);
  buildIfStale();
});
await handOver('dist/host/cli/main.js', ['start', ...process.argv.slice(2)]);

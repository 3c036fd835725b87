// `npm run hil [-- OPTIONS]`: sets up, builds, and runs `isochrone hil run`, or the subcommand that is named.
import { buildIfStale, handOver, setUp, toMeasure, withSetupErrors } from './setup.mjs';

const args = process.argv.slice(2);
const named = ['init', 'list', 'run', 'mutants'].includes(args[0] ?? '');
withSetupErrors(() => {
  // The host's own compiler runs the signal chain that devices are compared with.
  setUp(toMeasure);
  buildIfStale();
});
await handOver('dist/host/cli/main.js', ['hil', ...(named ? [] : ['run']), ...args]);

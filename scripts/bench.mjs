// `npm run bench -- NAME [OPTIONS]`: sets up, builds, and runs one measurement of bench/.
import { buildIfStale, handOver, setUp, toMeasure, withSetupErrors } from './setup.mjs';

withSetupErrors(() => {
  setUp(toMeasure);
  buildIfStale();
});
await handOver('dist/bench/main.js', process.argv.slice(2));

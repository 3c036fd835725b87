// `npm test`: sets up, then types, lint, formatting, C checks and every test. Arguments go to vitest, and with any of
// them the checks before it are left out: `npm test -- codegen`.
import { spawn, spawnSync } from 'node:child_process';
import { buildIfStale, root, setUp, toTest, withSetupErrors } from './setup.mjs';

withSetupErrors(() => {
  setUp(toTest);
  buildIfStale();
});

const args = process.argv.slice(2);
const checks = [
  ['lint', 'npx', ['eslint', '.']],
  ['formatting', 'npx', ['prettier', '--check', '--log-level', 'warn', '.']],
  ['types', 'npx', ['tsc', '--noEmit', '-p', 'tsconfig.json']],
  ['types of the page', 'npx', ['tsc', '-p', 'host/monitor/page/tsconfig.json']],
  ['types of its tests', 'npx', ['tsc', '-p', 'host/monitor/page/tsconfig.test.json']],
  ['formatting of C', 'bash', ['scripts/clang-format.sh', 'check']],
  ['C static analysis', 'bash', ['scripts/cppcheck.sh']],
  ['MISRA', 'npm', ['run', '--silent', 'misra']],
];
const CHECKS_AT_ONCE = 2;

/** Prints how it went. */
function check([name, command, parameters]) {
  return new Promise((resolve) => {
    const said = [];
    const child = spawn(command, parameters, { cwd: root });
    child.stdout.on('data', (chunk) => said.push(chunk));
    child.stderr.on('data', (chunk) => said.push(chunk));
    child.once('error', (error) => said.push(Buffer.from(error.message)));
    child.once('close', (status) => {
      console.log(`check: ${name} … ${status === 0 ? 'ok' : 'FAILED'}`);
      if (status !== 0) console.log(Buffer.concat(said).toString());
      resolve(status === 0);
    });
  });
}

const waiting = args.length > 0 ? [] : [...checks];
const failed = [];
await Promise.all(
  Array.from({ length: CHECKS_AT_ONCE }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (!(await check(next))) failed.push(next);
    }
  }),
);
if (failed.length > 0) {
  console.log(`0 passed, ${failed.length} failed`);
  process.exit(1);
}
const tests = spawnSync('npx', ['vitest', 'run', ...args], { cwd: root, stdio: 'inherit' });
process.exit(tests.status ?? 1);

// `npm test`: sets up, then types, lint, formatting, C checks and every test. Arguments go to vitest, and with any of
// them the checks before it are left out: `npm test -- codegen`.
import { spawnSync } from 'node:child_process';
import { buildIfStale, root, setUp, toTest, withSetupErrors } from './setup.mjs';

withSetupErrors(() => {
  setUp(toTest);
  buildIfStale();
});

const args = process.argv.slice(2);
const checks = [
  ['types', 'npx', ['tsc', '--noEmit', '-p', 'tsconfig.json']],
  ['types of the page', 'npx', ['tsc', '--noEmit', '-p', 'host/monitor/page/tsconfig.json']],
  ['lint', 'npx', ['eslint', '.']],
  ['formatting', 'npx', ['prettier', '--check', '--log-level', 'warn', '.']],
  ['formatting of C', 'bash', ['scripts/clang-format.sh', 'check']],
  ['C static analysis', 'bash', ['scripts/cppcheck.sh']],
];
for (const [name, command, parameters] of args.length > 0 ? [] : checks) {
  process.stdout.write(`check: ${name} … `);
  const result = spawnSync(command, parameters, { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) {
    console.log('FAILED');
    console.log(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`);
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
  console.log('ok');
}
const tests = spawnSync('npx', ['vitest', 'run', ...args], { cwd: root, stdio: 'inherit' });
process.exit(tests.status ?? 1);

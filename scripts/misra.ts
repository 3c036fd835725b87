/**
 * `npm run misra`: cppcheck's MISRA C:2012 addon on the hand-written C of the firmware. Each rule that is not kept stands with its reason in
 * firmware-templates/misra-deviations.md; a finding of any other rule is an error, and so is a deviation that nothing needs.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../codegen/package-root.js';
import { boardHeader } from '../host/toolchain/board-header.js';
import { loadBoard } from '../host/toolchain/board.js';

const run = promisify(execFile);
const TEMPLATES = 'firmware-templates';
const DEVIATIONS = `${TEMPLATES}/misra-deviations.md`;
/** Written by generators, from tables of numbers and from the wire schema; programs that never run on a product; and what is made of POSIX. */
const LEFT_OUT =
  /_weights\.c|_templates_|_taps\.c|iso_synthetic_beat\.c|iso_wire\.c|test-harness|hal\/linux|\/app\/(vectors|attribution)\/|update\/none/;
/** A board of each chip family: its header, its folders. */
const FAMILIES = [
  { board: 'mps2-an386', own: /^(?!.*hal\/(stm32|nrf52))/ },
  { board: 'netduinoplus2', own: /hal\/stm32(f4)?\// },
  { board: 'nucleo-h743zi', own: /hal\/stm32h7/ },
  { board: 'nucleo-u575zi-q', own: /hal\/stm32u5/ },
  { board: 'nrf52840-dk', own: /hal\/nrf52/ },
] as const;
const FILES_AT_ONCE = 12;

const deviations = new Set(
  [...readFileSync(join(packageRoot(), DEVIATIONS), 'utf8').matchAll(/^\| (\d+\.\d+) +\|/gm)].map(
    (match) => match[1] ?? '',
  ),
);

async function check(files: readonly string[], folders: readonly string[]): Promise<string[]> {
  // Of its own: cppcheck 2.10 lays a list of what it has seen beside the first file, where another run would take it for its own.
  const buildDir = mkdtempSync(join(tmpdir(), 'isochrone-misra-'));
  const { stderr } = await run(
    'cppcheck',
    [
      ...['--quiet', '--std=c99', '--addon=misra', '--suppress=missingIncludeSystem'],
      `--cppcheck-build-dir=${buildDir}`,
      ...['--template={file}:{line}: {id}'],
      ...folders.map((folder) => `-I${folder}`),
      ...files,
    ],
    { cwd: packageRoot(), maxBuffer: 64 * 1024 * 1024 },
  ).finally(() => rmSync(buildDir, { recursive: true }));
  return stderr.split('\n').filter((line) => line.includes('misra-c2012-'));
}

const { stdout } = await run('git', ['ls-files', `${TEMPLATES}/*.c`], { cwd: packageRoot() });
const sources = stdout.split('\n').filter((file) => file !== '' && !LEFT_OUT.test(file));
const jobs: (() => Promise<string[]>)[] = [];
for (const { board: name, own } of FAMILIES) {
  const board = await loadBoard(name);
  const generated = join('build', 'misra', name);
  mkdirSync(join(packageRoot(), generated), { recursive: true });
  writeFileSync(join(packageRoot(), generated, 'iso_board.h'), boardHeader(board));
  const folders = [
    generated,
    ...['core', 'hal', 'afe', 'app', 'update'].map((folder) => `${TEMPLATES}/${folder}`),
    ...board.hal.map((folder) => `${TEMPLATES}/hal/${folder}`),
  ];
  const files = sources.filter((file) => own.test(file));
  for (let at = 0; at < files.length; at += FILES_AT_ONCE) {
    jobs.push(() => check(files.slice(at, at + FILES_AT_ONCE), folders));
  }
}
const findings = new Set<string>();
await Promise.all(
  cpus().map(async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      for (const line of await job()) findings.add(line);
    }
  }),
);
const ruleOf = (finding: string): string => /misra-c2012-([\d.]+)/.exec(finding)?.[1] ?? '';
const seen = new Set([...findings].map(ruleOf));
const wrong = [...findings].filter((finding) => !deviations.has(ruleOf(finding))).sort();
const idle = [...deviations].filter((rule) => !seen.has(rule));
for (const finding of wrong) process.stdout.write(`${finding}\n`);
for (const rule of idle) {
  process.stdout.write(`${DEVIATIONS}: nothing deviates from rule ${rule} any more\n`);
}
process.stdout.write(
  `${sources.length} files: ${findings.size - wrong.length} deviations from ${deviations.size - idle.length} rules, ${wrong.length} findings of others\n`,
);
process.exitCode = wrong.length + idle.length === 0 ? 0 : 1;

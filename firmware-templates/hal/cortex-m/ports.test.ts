/** A receive ring that is full, and bytes that come at every moment of the driver's questions: ports.c itself, on a model of a UART. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';

const hal = join(packageRoot(), 'firmware-templates', 'hal');
const program = join(packageRoot(), 'build', 'test', 'drivers', `full-ring-${process.pid}`);

beforeAll(() => {
  mkdirSync(join(program, '..'), { recursive: true });
  execFileSync('gcc', [
    ...['-std=c99', '-O1', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-fsanitize=undefined'],
    ...['HAS_INJECT=1', ...board('LINK'), ...board('INJECT')].map((line) => `-DISO_BOARD_${line}`),
    ...[join(hal, 'cortex-m', 'test-harness'), join(hal, 'cortex-m'), hal].map(
      (folder) => `-I${folder}`,
    ),
    join(hal, 'cortex-m', 'test-harness', 'full_ring.c'),
    ...['-o', program],
  ]);
});

function board(port: 'LINK' | 'INJECT'): readonly string[] {
  const base = port === 'LINK' ? 1 : 2;
  const zeros = ['TRANSMIT_PIN', 'RECEIVE_PIN', 'PIN_FUNCTION', 'RECEIVE_IRQ', 'TRANSMIT_IRQ'];
  return [`${port}_BASE=${base}u`, `${port}_BAUD=1u`, ...zeros.map((name) => `${port}_${name}=0u`)];
}

it.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'loses no byte that comes %i questions after the one before',
  (questions) => {
    expect(execFileSync(program, [String(questions)], { encoding: 'utf8' }).trim()).toBe('100000');
  },
);

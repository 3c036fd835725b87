/** `isochrone doctor`: what is there, what is missing, what to do; changes nothing. */
import { runChecks } from '../doctor/checks.js';
import { deviceCheck } from '../doctor/device-check.js';
import { deviceOfUser } from '../session/device-of-user.js';

export async function runDoctor(options: {
  /** Of a device whose firmware is asked too. */
  readonly port?: string;
  readonly json: boolean;
}): Promise<void> {
  const { port } = options;
  const checks = [
    ...(await runChecks()),
    ...(port === undefined ? [] : [await deviceCheck(deviceOfUser(port, {}))]),
  ];
  if (options.json) {
    process.stdout.write(`${JSON.stringify(checks, null, 2)}\n`);
    return;
  }
  for (const { name, ok, detail, hint } of checks) {
    process.stdout.write(
      `${ok ? 'ok     ' : 'problem'}  ${name}: ${detail}${hint === '' ? '' : `\n           → ${hint}`}\n`,
    );
  }
}

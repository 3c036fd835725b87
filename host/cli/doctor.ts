/** `isochrone doctor`: what is there, what is missing, what to do; changes nothing. */
import { runChecks } from '../doctor/checks.js';

export async function runDoctor(options: { readonly json: boolean }): Promise<void> {
  const checks = await runChecks();
  if (options.json) {
    process.stdout.write(`${JSON.stringify(checks, null, 2)}\n`);
    return;
  }
  for (const { name, ok, detail, hint } of checks) {
    process.stdout.write(
      `${ok ? 'ok     ' : 'missing'}  ${name}: ${detail}${hint === '' ? '' : `\n           → ${hint}`}\n`,
    );
  }
}

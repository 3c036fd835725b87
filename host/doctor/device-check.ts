/** Whether the firmware on a port and this host speak of the same things. Asks for HELLO and for nothing else. */
import { IsochroneError } from '../../codegen/errors.js';
import { openLink } from '../serial/link.js';
import type { Transport } from '../serial/transport.js';
import type { Check } from './checks.js';

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

export async function deviceCheck(
  open: () => Promise<Transport>,
  helloTimeoutMs = 5000,
): Promise<Check> {
  const name = 'firmware';
  try {
    // Nothing is shown, so the segments need no names.
    const link = openLink({
      transport: await open(),
      segmentNames: [],
      timing: { helloTimeoutMs },
    });
    try {
      const { boardName, modelName, buildId } = await link.hello();
      const detail = `${boardName}, model ${modelName}, build ${hex(buildId)}, the wire schema of this host`;
      return { name, ok: true, detail, hint: '' };
    } finally {
      await link.close();
    }
  } catch (error) {
    if (!(error instanceof IsochroneError)) throw error;
    return { name, ok: false, detail: error.message, hint: error.hint };
  }
}

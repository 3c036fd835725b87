/** `isochrone ward`: every bed of a broker on one page. */
import type { IsochroneError } from '../../codegen/errors.js';
import { startWard } from '../ward/ward-server.js';
import { pageAccess, type PageAccessOptions } from './page-access.js';

export interface WardCommandOptions extends PageAccessOptions {
  readonly mqtt: string;
}

/** Ends when it is interrupted. */
export async function runWard(options: WardCommandOptions): Promise<void> {
  const { server, shown } = pageAccess(options);
  const [username, password] = [
    process.env['ISOCHRONE_MQTT_USER'],
    process.env['ISOCHRONE_MQTT_PASSWORD'],
  ];
  let said = '';
  const ward = await startWard({
    ...server,
    url: options.mqtt,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    onTrouble: (error: IsochroneError) => {
      // The client tries once a second; one line says it.
      if (error.message !== said) process.stderr.write(`${error.describe()}\n`);
      said = error.message;
    },
  });
  process.stderr.write('Isochrone — research use only, not a medical device.\n');
  process.stderr.write(`ward     ${ward.url}${shown}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await ward.close();
}

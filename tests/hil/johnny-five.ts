/** The packages of a rig come with it, and not with the project (host/hil/firmata-rig.ts). */
import { packages } from '../../host/hil/firmata-rig.js';

export const johnnyFiveIsInstalled = await packages().then(
  () => true,
  () => false,
);

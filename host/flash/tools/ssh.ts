/** A Linux board, where the firmware is a service: program or first slot are copied over ssh, and systemd starts it; --port is user@host. */
import { AREA_FILES } from '../flash-file.js';
import type { FlashTool } from './flash-tool.js';

const PROGRAM = '/usr/local/bin/isochrone-device';
/** systemd's name for it; the build writes its unit (host/toolchain/linux-image.ts). */
export const SERVICE = 'isochrone-device';
/** Never asks for a password: what waits for one on no terminal hangs. */
const BATCH = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10'];

/** systemd's StateDirectory of the unit, and the file in it (hal/linux/flash.c) by which the boot loader finds its first image. */
const STATE = '/var/lib/isochrone';
const SLOT = AREA_FILES.slotA;
/** Beside it, so that the last step is a rename. */
const NEW_SLOT = '/var/lib/isochrone-device.slot';

/** In place, as root on the machine: what is there is the old file or the new one, whenever the power fails. */
const startProgram = [
  `chmod +x ${PROGRAM}.new`,
  `mv ${PROGRAM}.new ${PROGRAM}`,
  `systemctl restart ${SERVICE}`,
];
/**
 * The other slot and what was decided between the two go last. Started without waiting for it: the boot loader may be what is
 * flashed next.
 */
const startSlot = [
  `systemctl stop ${SERVICE}`,
  `mkdir -p ${STATE}`,
  `cd ${STATE}`,
  `chown --reference=. ${NEW_SLOT}`,
  `mv ${NEW_SLOT} ${SLOT}`,
  'sync',
  `rm -f ${AREA_FILES.bootState} ${AREA_FILES.slotB}`,
  `systemctl --no-block start ${SERVICE}`,
];

export const ssh: FlashTool = {
  program: 'ssh',
  packageName: 'openssh-client',
  needsPort: true,
  commands: ({ imagePath, readbackPath, port, boardArguments, isSlot }) => {
    const options = [...BATCH, ...boardArguments];
    const remote = `${port}:${isSlot ? NEW_SLOT : `${PROGRAM}.new`}`;
    const start = isSlot ? startSlot : startProgram;
    return [
      { phase: 'write', program: 'scp', args: [...options, imagePath, remote] },
      { phase: 'verify', program: 'scp', args: [...options, remote, readbackPath] },
      { phase: 'reset', args: [...options, port, start.join(' && ')] },
    ];
  },
  progress: () => undefined,
  nothingThere:
    /Could not resolve|Connection refused|timed out|No route to host|Permission denied/i,
  nothingThereHint:
    'Check user@host of --port, and that your key is known there: ssh-copy-id user@host.',
};

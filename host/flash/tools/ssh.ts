/** A Linux board, where the firmware is a service: copied over ssh and started by systemd; --port is user@host. */
import type { FlashTool } from './flash-tool.js';

const PROGRAM = '/usr/local/bin/isochrone-device';
/** systemd's name for it; the build writes its unit (host/toolchain/linux-image.ts). */
export const SERVICE = 'isochrone-device';
/** Never asks for a password: what waits for one on no terminal hangs. */
const BATCH = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10'];

export const ssh: FlashTool = {
  program: 'ssh',
  packageName: 'openssh-client',
  needsPort: true,
  commands: ({ imagePath, readbackPath, port, boardArguments }) => [
    {
      phase: 'write',
      program: 'scp',
      args: [...BATCH, ...boardArguments, imagePath, `${port}:${PROGRAM}.new`],
    },
    {
      phase: 'verify',
      program: 'scp',
      args: [...BATCH, ...boardArguments, `${port}:${PROGRAM}.new`, readbackPath],
    },
    {
      phase: 'reset',
      args: [
        ...[...BATCH, ...boardArguments, port],
        `chmod +x ${PROGRAM}.new && mv ${PROGRAM}.new ${PROGRAM} && systemctl restart ${SERVICE}`,
      ],
    },
  ],
  progress: () => undefined,
  nothingThere:
    /Could not resolve|Connection refused|timed out|No route to host|Permission denied/i,
  nothingThereHint:
    'Check user@host of --port, and that your key is known there: ssh-copy-id user@host.',
};

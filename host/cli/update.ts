/** `isochrone update` and `isochrone keys`: a new firmware over the link, and the key pair that signs it. */
import { readFile } from 'node:fs/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { deviceOfUser } from '../session/device-of-user.js';
import { decodeImages } from '../update/image.js';
import { makeKeys } from '../update/keys.js';
import { updateDevice } from '../update/update-device.js';
import { UpdateLink } from '../update/update-link.js';
import { phaseProgress } from './phase-progress.js';

export interface UpdateCommand {
  readonly port: string;
  readonly image: string;
  readonly board?: string;
  readonly baud?: number;
  readonly json: boolean;
}

/** @throws IsochroneError FIRMWARE_IMAGE_DAMAGED, FIRMWARE_UPDATE_*, LINK_*, DEVICE_SILENT */
export async function runUpdate(options: UpdateCommand): Promise<void> {
  const images = decodeImages(await imageFile(options.image), options.image);
  const { board, baud } = options;
  const open = deviceOfUser(options.port, {
    ...(board === undefined ? {} : { board }),
    ...(baud === undefined ? {} : { baudRate: baud }),
  });
  const link = new UpdateLink(await open());
  const shown = phaseProgress();
  try {
    await link.open();
    const report = await updateDevice(link, images, { onProgress: (step) => shown.step(step) });
    shown.end();
    const { version, outcome, sentBytes, programBytes, milliseconds } = report;
    process.stdout.write(
      options.json
        ? `${JSON.stringify(report, null, 2)}\n`
        : outcome === 'same'
          ? `${report.board} runs ${version} already\n`
          : `${report.board} runs ${version}, confirmed; ${sentBytes} of ${programBytes} bytes sent in ${(milliseconds / 1000).toFixed(1)} s\n`,
    );
  } finally {
    await link.close();
  }
}

async function imageFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new IsochroneError('FIRMWARE_IMAGE_DAMAGED', `${file} cannot be read`, {
      hint: 'Give an image file that `isochrone build --key` wrote.',
      where: { file },
      cause,
    });
  }
}

/** @throws IsochroneError KEY_EXISTS */
export async function runKeys(options: {
  readonly name: string;
  readonly json: boolean;
}): Promise<void> {
  const files = await makeKeys(options.name);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(files, null, 2)}\n`
      : `${files.privateKey}: signs firmware, keep it where no device is\n${files.publicKey}: its public half\n`,
  );
}

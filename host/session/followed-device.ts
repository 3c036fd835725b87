/** A device whose stream is followed for as long as it takes, and whose firmware can be updated in between over the same port. */
import { IsochroneError } from '../../codegen/errors.js';
import { SEGMENT_NAMES } from '../cineecg/geometry.js';
import type { DeviceMessage } from '../protocol/messages.js';
import { DeviceCommands } from '../serial/device-commands.js';
import { connectDevice, type DeviceConnection } from '../serial/device-connection.js';
import type { Transport } from '../serial/transport.js';
import type { StreamEvent } from '../stream/events.js';
import type { FirmwareImage } from '../update/image.js';
import {
  updateDevice,
  type UpdateOptions,
  type UpdateProgress,
  type UpdateReport,
} from '../update/update-device.js';
import { UpdateLink } from '../update/update-link.js';

export interface FollowOptions {
  /** A new one for each try. */
  readonly transport: () => Transport | Promise<Transport>;
  readonly onEvent: (event: StreamEvent) => void;
  readonly onMessage?: (message: DeviceMessage) => void;
}

export class FollowedDevice {
  private connection: DeviceConnection | undefined;
  private update: (() => Promise<void>) | undefined;

  constructor(private readonly options: FollowOptions) {}

  /** Of the connection that is there now; undefined before `follow`, and during an update. */
  get commands(): DeviceCommands | undefined {
    return this.connection === undefined || this.update !== undefined
      ? undefined
      : new DeviceCommands(this.connection);
  }

  /**
   * Until the signal; a port that is lost is opened again.
   * @throws IsochroneError what no further try mends: LINK_SCHEMA_MISMATCH, LINK_PORT_DENIED, LINK_BUDGET
   */
  async follow(signal: AbortSignal): Promise<void> {
    for (;;) {
      const connection = connectDevice({
        transport: this.options.transport,
        segmentNames: SEGMENT_NAMES,
      });
      this.connection = connection;
      connection.on(this.options.onEvent);
      if (this.options.onMessage !== undefined) connection.onMessage(this.options.onMessage);
      const stop = (): void => void connection.close();
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      try {
        // Ends with the connection.
        for await (const event of connection.events()) void event;
      } finally {
        signal.removeEventListener('abort', stop);
        this.connection = undefined;
      }
      if (this.update === undefined) return;
      await this.update();
      this.update = undefined;
      if (signal.aborted) return;
    }
  }

  /**
   * Lets the port go, updates, and follows the device again.
   * @param images one for each slot, as an image file holds them
   * @throws IsochroneError PAGE_NO_DEVICE: nothing is followed; FIRMWARE_UPDATE_RUNNING; what `updateDevice` throws
   */
  updateFirmware(
    images: readonly FirmwareImage[],
    options: Pick<UpdateOptions, 'onProgress'> = {},
  ): Promise<UpdateReport> {
    const { connection } = this;
    if (this.update !== undefined) {
      throw new IsochroneError('FIRMWARE_UPDATE_RUNNING', 'The device is being updated already.', {
        hint: 'Wait for its end; it says how far it is.',
      });
    }
    if (connection === undefined) {
      throw new IsochroneError('PAGE_NO_DEVICE', 'There is no device to update.', {
        hint: 'Ask where the device is connected.',
      });
    }
    return new Promise((resolve, reject) => {
      this.update = () => this.overItsPort(images, options).then(resolve, reject);
      void connection.close();
    });
  }

  private async overItsPort(
    images: readonly FirmwareImage[],
    options: Pick<UpdateOptions, 'onProgress'>,
  ): Promise<UpdateReport> {
    const link = new UpdateLink(await this.options.transport());
    try {
      await link.open();
      return await updateDevice(link, images, options);
    } finally {
      await link.close();
    }
  }
}

/** `update: write 40 %`, once for each tenth of a phase, as a line of the log. */
export function tellProgress(say: (text: string) => void): (progress: UpdateProgress) => void {
  let told = '';
  return ({ phase, done, total }) => {
    const percent = total === 0 ? 100 : 10 * Math.floor((10 * done) / total);
    const text = `update: ${phase} ${percent} %`;
    if (text !== told) say(text);
    told = text;
  };
}

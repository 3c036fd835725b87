/** Voltages on electrodes, by MCP4728s on the I2C pins of a Firmata board: set on their internal reference, and asked back. */
import { IsochroneError } from '../../codegen/errors.js';
import type { Electrode } from '../stream/events.js';
import type { DacWiring } from './bench-map.js';
import {
  channelWrite,
  DAC_CHANNELS,
  DAC_MOST_CODE,
  DAC_READING_BYTES,
  DAC_STEP_MICROVOLT,
  fastWrite,
  holdsCode,
  updatesPerSecond,
} from './mcp4728.js';
import type { ElectrodeVoltages, VoltageOutputs } from './signal-source.js';

/** What is used of firmata-io. */
export interface I2cIo {
  i2cConfig(options: { readonly delay: number }): void;
  i2cWrite(address: number, bytes: readonly number[]): void;
  i2cReadOnce(address: number, count: number, done: (bytes: readonly number[]) => void): void;
}

/** Of the sketch's Wire library. */
const I2C_HZ = 100_000;
const ANSWER_LIMIT_MS = 2000;
/** Both signs of an electrode's voltage: its rest is the middle. */
const REST_CODE = (DAC_MOST_CODE + 1) / 2;

/**
 * All channels at rest, proven.
 * @throws IsochroneError HIL_RIG where a chip does not answer, or is not as it was set
 */
export async function openDac(
  io: I2cIo,
  { chips, attenuation }: DacWiring,
  baudRate: number,
): Promise<VoltageOutputs> {
  io.i2cConfig({ delay: 0 });
  for (const { address } of chips) {
    for (let channel = 0; channel < DAC_CHANNELS; channel += 1) {
      io.i2cWrite(address, channelWrite(channel, REST_CODE));
    }
    const reading = await read(io, address);
    for (let channel = 0; channel < DAC_CHANNELS; channel += 1) {
      if (!holdsCode(reading, channel, REST_CODE)) {
        throw dacError(address, `channel ${channel + 1} is not as it was set`);
      }
    }
  }
  const codeOf = (electrode: Electrode | null, voltages: ElectrodeVoltages): number => {
    const microvolt = electrode === null ? 0 : (voltages[electrode] ?? 0);
    const code = REST_CODE + Math.round((microvolt * attenuation) / DAC_STEP_MICROVOLT);
    return Math.min(DAC_MOST_CODE, Math.max(0, code));
  };
  return {
    updatesHz: updatesPerSecond(chips.length, { baudRate, i2cHz: I2C_HZ }),
    electrodes: chips.flatMap(({ electrodes }) => electrodes.filter((name) => name !== null)),
    set: (voltages) => {
      for (const { address, electrodes } of chips) {
        io.i2cWrite(address, fastWrite(electrodes.map((name) => codeOf(name, voltages))));
      }
    },
  };
}

function read(io: I2cIo, address: number): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(dacError(address, 'it does not answer'));
    }, ANSWER_LIMIT_MS);
    io.i2cReadOnce(address, DAC_READING_BYTES, (bytes) => {
      clearTimeout(timer);
      resolve(bytes);
    });
  });
}

function dacError(address: number, what: string): IsochroneError {
  return new IsochroneError(
    'HIL_RIG',
    `the DAC at I2C address 0x${address.toString(16)}: ${what}`,
    {
      hint: 'Check its supply, SDA and SCL, and its address in the bench map (docs/hil.md).',
      where: { address },
    },
  );
}

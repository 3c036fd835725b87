/** Records → windows as a network reads them: out of the device's own chain, or band-passed and scaled. */
import type { Leads } from '../../codegen/compile.js';
import { quantizeMicrovolt } from '../../codegen/emit/input-factor.js';
import type { IntegerProgram, SignalArray } from '../../codegen/integer/program.js';
import { inputCodes } from '../../codegen/interpret/input-codes.js';
import { toAcquisition } from '../records/acquisition.js';
import type { EcgRecord } from '../records/record.js';
import { scoredWindows, type LeadStatistics } from '../records/scored-windows.js';
import { buildNativeChain } from '../toolchain/native-chain.js';
import { readIoFile, unusable } from './io-file.js';
import { chainInput, independentWindow } from './windows.js';

/** One window: the float network's input, and its codes for an integer program. */
export interface RecordWindow {
  readonly float: Float32Array;
  /** `[1000][8]` as the chain gives it; absent of z-scores. */
  readonly microvolt?: Int16Array;
  codes(program: IntegerProgram): SignalArray;
}

export interface RecordInputs {
  readonly leads: Leads;
  /** Samples of a window of z-scores; the chain's windows are ten seconds. */
  readonly samples: number;
  /** Given, the leads are band-passed z-scores. */
  readonly statistics?: LeadStatistics;
}

/** Windows of each record, in order. */
export function windowsOfRecords(
  records: readonly EcgRecord[],
  { leads, samples, statistics }: RecordInputs,
): readonly (readonly RecordWindow[])[] {
  if (statistics !== undefined) {
    return records.map((record) =>
      scoredWindows(record, statistics, samples).map((float) => ({
        float,
        codes: (program) => inputCodes(program, float),
      })),
    );
  }
  return buildNativeChain()
    .windows(records.map((record) => toAcquisition(record).microvolt))
    .map((twelve) => {
      const microvolt = independentWindow(twelve);
      const window = leads === 8 ? microvolt : twelve;
      return [
        {
          float: chainInput(window, leads),
          microvolt,
          codes: (program: IntegerProgram) => quantizeMicrovolt(program, window),
        },
      ];
    });
}

/**
 * Mean and standard deviation of each lead, millivolt: `lead_mean` and `lead_std` of a file of arrays (see io-file.ts).
 * @throws IsochroneError IO_FILE
 */
export function readLeadStatistics(file: string, modelFile: string): LeadStatistics {
  const arrays = readIoFile(file, modelFile);
  const [mean, deviation] = ['lead_mean', 'lead_std'].map((name) => arrays.get(name)?.values);
  if (mean?.length !== 12 || deviation?.length !== 12) {
    throw unusable(file, 'it has no arrays lead_mean and lead_std of 12 values');
  }
  return { mean, deviation };
}

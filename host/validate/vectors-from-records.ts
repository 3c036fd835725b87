/** Records → network inputs, through the device's own signal chain. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { quantizeMicrovolt } from '../../codegen/emit/input-factor.js';
import { toAcquisition } from '../records/acquisition.js';
import { decodedRecords, openDecodedSet } from '../records/decoded-set.js';
import type { EcgRecord } from '../records/record.js';
import { DEFAULT_PATIENT } from '../records/synthetic/files.js';
import { synthesizePatient } from '../records/synthetic/patient.js';
import { buildNativeChain } from '../toolchain/native-chain.js';
import { CLASS_OF_WINNER, type NetworkVector } from '../toolchain/vectors.js';

/** One vector of each record's first window; the winner is explained. */
export function vectorsOf(
  network: CompiledNetwork,
  records: readonly EcgRecord[],
): readonly NetworkVector[] {
  const windows = buildNativeChain().windows(
    records.map((record) => toAcquisition(record).microvolt),
  );
  return windows.map((window) => ({
    input: quantizeMicrovolt(network.program, window),
    classIndex: CLASS_OF_WINNER,
  }));
}

/** The first `count` records of a decoded set. */
export async function firstRecords(setPath: string, count: number): Promise<readonly EcgRecord[]> {
  const records: EcgRecord[] = [];
  const set = await openDecodedSet(setPath);
  for await (const record of decodedRecords(set, 0, Math.min(count, set.recordCount))) {
    records.push(record);
  }
  return records;
}

/** `count` synthetic patients of ten seconds, seeds 1, 2, …: where no real record is at hand. */
export function syntheticRecords(count: number): readonly EcgRecord[] {
  return Array.from(
    { length: count },
    (_, index) => synthesizePatient({ ...DEFAULT_PATIENT, durationS: 10, seed: index + 1 }).record,
  );
}

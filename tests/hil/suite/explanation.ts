/** What the device says of where the evidence lies, beside the host's golden model of the same windows. */
import { toAcquisition } from '../../../host/records/acquisition.js';
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { compareExplanations } from '../../support/explanations.js';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

export function explanationTests(bench: Bench): void {
  hil(bench, 'explains as the golden model does', { needs: ['inject'] }, async (device) => {
    const { record } = synthesizePatient({ ...DEFAULT_PATIENT, durationS: 11 });
    await device.restart();
    await device.inject({ microvolt: toAcquisition(record).microvolt, speed: bench.speed });
    const { explanations, worstScore } = compareExplanations(device.events, record, bench.network);
    device.records.measure('explanations', explanations.length, 'results', { least: 2 });
    device.records.measure('largest difference of a segment’s share', worstScore, '1', {
      most: 1e-3,
    });
  });
}

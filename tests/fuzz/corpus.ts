/** Sound model files from which the damaged ones are made. */
import { testNetworks } from '../../codegen/testing/networks.js';
import { int8TfliteNetwork } from '../../codegen/testing/tflite-networks.js';
import { tfliteOperatorCases } from '../../codegen/testing/tflite-operator-cases.js';

export type ModelFormat = 'onnx' | 'tflite';

export interface CorpusFile {
  readonly name: string;
  readonly format: ModelFormat;
  readonly bytes: Uint8Array;
}

/** Every structure that the compiler supports, and every int8 operator of TFLite. */
export function corpus(): readonly CorpusFile[] {
  const tflite = [
    { name: 'int8 network', bytes: int8TfliteNetwork() },
    ...tfliteOperatorCases().map(({ name, bytes }) => ({ name, bytes })),
  ];
  return [
    ...testNetworks().map(({ name, bytes }) => ({
      name,
      format: 'onnx' as const,
      // Files are Buffers, whose slices share memory: damage would reach the source.
      bytes: Uint8Array.from(bytes),
    })),
    ...tflite.map((file) => ({ ...file, format: 'tflite' as const })),
  ];
}

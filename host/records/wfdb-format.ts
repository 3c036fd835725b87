/**
 * WFDB storage formats: bytes → samples of interleaved signals. Layouts: signal(5) of the WFDB Applications Guide.
 */
import type { WfdbFormat } from './wfdb-header.js';

interface StorageFormat {
  /** Bytes that `count` interleaved samples occupy. */
  readonly byteLength: (count: number) => number;
  /** Whole samples that so many bytes hold. */
  readonly sampleCapacity: (bytes: number) => number;
  readonly read: (bytes: Buffer, index: number) => number;
  /** The value that means "no sample". */
  readonly invalid: number;
}

const wholeBytes = (
  size: number,
  read: (bytes: Buffer, offset: number) => number,
  invalid: number,
): StorageFormat => ({
  byteLength: (count) => count * size,
  sampleCapacity: (bytes) => Math.floor(bytes / size),
  read: (bytes, index) => read(bytes, index * size),
  invalid,
});

export const STORAGE_FORMATS: Readonly<Record<WfdbFormat, StorageFormat>> = {
  16: wholeBytes(2, (bytes, offset) => bytes.readInt16LE(offset), -0x8000),
  24: wholeBytes(3, (bytes, offset) => bytes.readIntLE(offset, 3), -0x80_0000),
  32: wholeBytes(4, (bytes, offset) => bytes.readInt32LE(offset), -0x8000_0000),
  // Offset binary.
  80: wholeBytes(1, (bytes, offset) => bytes.readUInt8(offset) - 128, -128),
  // Two 12-bit samples in three bytes; a last odd sample takes two.
  212: {
    byteLength: (count) => Math.ceil((count * 3) / 2),
    sampleCapacity: (bytes) => Math.floor((bytes * 2) / 3),
    read: (bytes, index) => {
      const offset = Math.floor(index / 2) * 3;
      const twelveBits =
        index % 2 === 0
          ? bytes.readUInt8(offset) | ((bytes.readUInt8(offset + 1) & 0x0f) << 8)
          : bytes.readUInt8(offset + 2) | ((bytes.readUInt8(offset + 1) & 0xf0) << 4);
      return (twelveBits << 20) >> 20;
    },
    invalid: -0x800,
  },
};

/**
 * WFDB storage formats: bytes ↔ samples of interleaved signals. Layouts: signal(5) of the WFDB Applications Guide.
 */
import type { WfdbFormat } from './wfdb-header.js';

interface StorageFormat {
  /** Bytes that `count` interleaved samples occupy. */
  readonly byteLength: (count: number) => number;
  /** Whole samples that so many bytes hold. */
  readonly sampleCapacity: (bytes: number) => number;
  readonly read: (bytes: Buffer, index: number) => number;
  /** The value must lie in the format's range; of format 212 the bytes must be zero before. */
  readonly write: (bytes: Buffer, index: number, value: number) => void;
  /** Largest value. */
  readonly most: number;
  /** The value that means "no sample". */
  readonly invalid: number;
}

const wholeBytes = (
  size: number,
  read: (bytes: Buffer, offset: number) => number,
  write: (bytes: Buffer, value: number, offset: number) => void,
  invalid: number,
): StorageFormat => ({
  byteLength: (count) => count * size,
  sampleCapacity: (bytes) => Math.floor(bytes / size),
  read: (bytes, index) => read(bytes, index * size),
  write: (bytes, index, value) => {
    write(bytes, value, index * size);
  },
  most: -invalid - 1,
  invalid,
});

export const STORAGE_FORMATS: Readonly<Record<WfdbFormat, StorageFormat>> = {
  16: wholeBytes(
    2,
    (bytes, offset) => bytes.readInt16LE(offset),
    (bytes, value, offset) => bytes.writeInt16LE(value, offset),
    -0x8000,
  ),
  24: wholeBytes(
    3,
    (bytes, offset) => bytes.readIntLE(offset, 3),
    (bytes, value, offset) => bytes.writeIntLE(value, offset, 3),
    -0x80_0000,
  ),
  32: wholeBytes(
    4,
    (bytes, offset) => bytes.readInt32LE(offset),
    (bytes, value, offset) => bytes.writeInt32LE(value, offset),
    -0x8000_0000,
  ),
  // Offset binary.
  80: wholeBytes(
    1,
    (bytes, offset) => bytes.readUInt8(offset) - 128,
    (bytes, value, offset) => bytes.writeUInt8(value + 128, offset),
    -128,
  ),
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
    write: (bytes, index, value) => {
      const offset = Math.floor(index / 2) * 3;
      const high = (value >> 8) & 0x0f;
      if (index % 2 === 0) {
        bytes.writeUInt8(value & 0xff, offset);
        bytes.writeUInt8((bytes.readUInt8(offset + 1) & 0xf0) | high, offset + 1);
      } else {
        bytes.writeUInt8(value & 0xff, offset + 2);
        bytes.writeUInt8((bytes.readUInt8(offset + 1) & 0x0f) | (high << 4), offset + 1);
      }
    },
    most: 0x7ff,
    invalid: -0x800,
  },
};

/** What WFDB keeps of a sum or of a value that is too long. */
export function asInt16(value: number): number {
  return (value << 16) >> 16;
}

/** Firmware images as a device takes them (docs/update.md): a signed header of 256 bytes and the program; firmware-templates/update/iso_image.c judges them. */
import { createHash, sign, type KeyObject } from 'node:crypto';
import { IsochroneError } from '../../codegen/errors.js';
import { IMAGE_HEADER_BYTES } from '../protocol/schema/limits.js';
import { PROGRAM_OFFSET } from '../toolchain/slot-parts.js';

const MAGIC = Buffer.from('ISOIMG1\0', 'latin1');
const AT = {
  programOffset: 8,
  programBytes: 12,
  version: 16,
  oldestAllowed: 20,
  buildId: 24,
  slotAddress: 28,
  board: 32,
  hash: 64,
  signature: 192,
} as const;
const BOARD_BYTES = 32;
const HASH_BYTES = 64;

export interface ImageDescription {
  /** Name of the board file. */
  readonly board: string;
  /** Of the slot that it is linked for. */
  readonly slotAddress: number;
  /** major << 24 | minor << 16 | patch */
  readonly version: number;
  /** Once this image is confirmed the device takes none below. */
  readonly oldestAllowed: number;
  readonly buildId: number;
}

export interface FirmwareImage extends ImageDescription {
  readonly header: Uint8Array;
  readonly program: Uint8Array;
}

/** @param privateKey Ed25519 */
export function makeImage(
  description: ImageDescription,
  program: Uint8Array,
  privateKey: KeyObject,
): FirmwareImage {
  const header = Buffer.alloc(IMAGE_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(PROGRAM_OFFSET, AT.programOffset);
  header.writeUInt32LE(program.length, AT.programBytes);
  header.writeUInt32LE(description.version, AT.version);
  header.writeUInt32LE(description.oldestAllowed, AT.oldestAllowed);
  header.writeUInt32LE(description.buildId, AT.buildId);
  header.writeUInt32LE(description.slotAddress, AT.slotAddress);
  header.write(description.board, AT.board, BOARD_BYTES - 1, 'latin1');
  hashOf(program).copy(header, AT.hash);
  sign(null, header.subarray(0, AT.signature), privateKey).copy(header, AT.signature);
  return { ...description, header, program };
}

const hashOf = (program: Uint8Array): Buffer => createHash('sha512').update(program).digest();

/** Bytes of a slot, from its first on; what lies between header and program stays erased. */
export function slotContent({ header, program }: FirmwareImage): Uint8Array {
  const bytes = Buffer.alloc(PROGRAM_OFFSET + program.length, 0xff);
  bytes.set(header);
  bytes.set(program, PROGRAM_OFFSET);
  return bytes;
}

/** An image file: one image for each slot, header and program one behind the other. */
export function encodeImages(images: readonly FirmwareImage[]): Uint8Array {
  return Buffer.concat(images.flatMap(({ header, program }) => [header, program]));
}

/**
 * @param file named in errors
 * @throws IsochroneError FIRMWARE_IMAGE_DAMAGED
 */
export function decodeImages(bytes: Uint8Array, file: string): readonly FirmwareImage[] {
  const images: FirmwareImage[] = [];
  for (let at = 0; at < bytes.length;) {
    const image = decodeImage(bytes.subarray(at), file);
    images.push(image);
    at += IMAGE_HEADER_BYTES + image.program.length;
  }
  if (images.length === 0) throw damaged(file, 'it is empty');
  return images;
}

/** Whether it begins as an image does. */
export const isImage = (bytes: Buffer): boolean => bytes.subarray(0, MAGIC.length).equals(MAGIC);

/**
 * What slotContent made.
 * @param file named in errors
 * @throws IsochroneError FIRMWARE_IMAGE_DAMAGED
 */
export const decodeSlot = (bytes: Uint8Array, file: string): FirmwareImage =>
  decodeImage(bytes, file, PROGRAM_OFFSET);

function decodeImage(
  bytes: Uint8Array,
  file: string,
  programOffset = IMAGE_HEADER_BYTES,
): FirmwareImage {
  const header = Buffer.from(bytes.subarray(0, IMAGE_HEADER_BYTES));
  if (header.length < IMAGE_HEADER_BYTES || !isImage(header)) {
    throw damaged(file, 'it does not begin as an image does');
  }
  const programBytes = header.readUInt32LE(AT.programBytes);
  const program = new Uint8Array(bytes.subarray(programOffset, programOffset + programBytes));
  if (program.length < programBytes) {
    throw damaged(file, `it has ${program.length} of a program's ${programBytes} bytes`);
  }
  if (!hashOf(program).equals(header.subarray(AT.hash, AT.hash + HASH_BYTES))) {
    throw damaged(file, 'its program is not the one that its hash belongs to');
  }
  const name = header.subarray(AT.board, AT.board + BOARD_BYTES).toString('latin1');
  return {
    board: name.replace(/\0.*$/s, ''),
    slotAddress: header.readUInt32LE(AT.slotAddress),
    version: header.readUInt32LE(AT.version),
    oldestAllowed: header.readUInt32LE(AT.oldestAllowed),
    buildId: header.readUInt32LE(AT.buildId),
    header,
    program,
  };
}

function damaged(file: string, seen: string): IsochroneError {
  return new IsochroneError('FIRMWARE_IMAGE_DAMAGED', `${file} is no firmware image: ${seen}`, {
    hint: 'Make one with `isochrone build --key`, or copy the file again.',
    where: { file },
  });
}

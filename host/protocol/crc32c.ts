/** CRC-32C (Castagnoli), as in RFC 3720: reflected polynomial 0x82F63B78, initial value and final complement of all ones. */

export const CRC32C_POLYNOMIAL = 0x82f63b78;

/** `table[n]` is the effect of the byte n on a zero register. The C table is generated from this one. */
export const CRC32C_TABLE: Readonly<Uint32Array> = Uint32Array.from({ length: 256 }, (_, n) => {
  let register = n;
  for (let bit = 0; bit < 8; bit += 1) {
    register = (register & 1) === 1 ? (register >>> 1) ^ CRC32C_POLYNOMIAL : register >>> 1;
  }
  return register >>> 0;
});

/** The register before any byte. */
export const CRC32C_START = 0xffffffff;

/**
 * `SLICES[256 * k + n]`: the effect of the byte n with k zero bytes behind it. Eight bytes are then taken at once, each by a look-up that does
 * not wait for the one before (slicing-by-8: Kounavis and Berry, 2005).
 */
const SLICES = ((): Int32Array => {
  const slices = new Int32Array(8 * 256);
  slices.set(CRC32C_TABLE);
  for (let i = 256; i < slices.length; i += 1) {
    const before = slices[i - 256] ?? 0;
    slices[i] = (before >>> 8) ^ (CRC32C_TABLE[before & 0xff] ?? 0);
  }
  return slices;
})();

const slice = (behind: number, byte: number): number => SLICES[256 * behind + (byte & 0xff)] ?? 0;

/** Feeds bytes [from, to) to a register. The register is the CRC before its final complement. */
export function crc32cUpdate(
  register: number,
  bytes: Uint8Array,
  from = 0,
  to = bytes.length,
): number {
  let value = register | 0;
  let i = from;
  for (; i + 8 <= to; i += 8) {
    value ^=
      (bytes[i] ?? 0) |
      ((bytes[i + 1] ?? 0) << 8) |
      ((bytes[i + 2] ?? 0) << 16) |
      ((bytes[i + 3] ?? 0) << 24);
    value =
      slice(7, value) ^
      slice(6, value >>> 8) ^
      slice(5, value >>> 16) ^
      slice(4, value >>> 24) ^
      slice(3, bytes[i + 4] ?? 0) ^
      slice(2, bytes[i + 5] ?? 0) ^
      slice(1, bytes[i + 6] ?? 0) ^
      slice(0, bytes[i + 7] ?? 0);
  }
  for (; i < to; i += 1) value = (value >>> 8) ^ slice(0, value ^ (bytes[i] ?? 0));
  return value >>> 0;
}

export function crc32cFinish(register: number): number {
  return ~register >>> 0;
}

export function crc32c(bytes: Uint8Array): number {
  return crc32cFinish(crc32cUpdate(CRC32C_START, bytes));
}

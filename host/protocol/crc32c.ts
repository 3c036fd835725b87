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

/** Feeds bytes [from, to) to a register. The register is the CRC before its final complement. */
export function crc32cUpdate(
  register: number,
  bytes: Uint8Array,
  from = 0,
  to = bytes.length,
): number {
  let value = register;
  for (let i = from; i < to; i += 1) {
    value = (value >>> 8) ^ (CRC32C_TABLE[(value ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  }
  return value >>> 0;
}

export function crc32cFinish(register: number): number {
  return ~register >>> 0;
}

export function crc32c(bytes: Uint8Array): number {
  return crc32cFinish(crc32cUpdate(CRC32C_START, bytes));
}

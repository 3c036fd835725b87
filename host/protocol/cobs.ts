/** Consistent overhead byte stuffing (Cheshire and Baker, 1999), whole frames. The incremental decoder is in frame.ts. */

/** Bytes that `count` bytes take when encoded, at the most, without the delimiter. */
export function cobsMaxEncoded(count: number): number {
  return count + Math.floor(count / 254) + 1;
}

/**
 * Encodes `bytes[0, count)` into `out` from `at` on and ends it with the zero; gives the index after it.
 * `out` must have room for cobsMaxEncoded(count) + 1 bytes.
 */
export function cobsEncode(bytes: Uint8Array, count: number, out: Uint8Array, at = 0): number {
  let codeAt = at;
  let next = at + 1;
  let code = 1;
  for (let i = 0; i < count; i += 1) {
    // A full block is closed when more follows, not before: a frame may end with one.
    if (code === 0xff) {
      out[codeAt] = code;
      codeAt = next;
      next += 1;
      code = 1;
    }
    const byte = bytes[i] ?? 0;
    if (byte === 0) {
      out[codeAt] = code;
      codeAt = next;
      next += 1;
      code = 1;
    } else {
      out[next] = byte;
      next += 1;
      code += 1;
    }
  }
  out[codeAt] = code;
  out[next] = 0;
  return next + 1;
}

/** Bytes as the page posts them. */
export function base64Of(bytes: Uint8Array): string {
  // Arguments of one call are limited; a multiple of 3 keeps padding to the end.
  const step = 3 * 4096;
  let text = '';
  for (let at = 0; at < bytes.length; at += step) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + step)));
  }
  return text;
}

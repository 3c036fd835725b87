/** A text that is too long for its place in UTF-8 ends where it must; a letter stays whole. */
export function withinBytes(text: string, most: number): string {
  let bytes = 0;
  let end = 0;
  for (const letter of text) {
    bytes += Buffer.byteLength(letter);
    if (bytes > most) return text.slice(0, end);
    end += letter.length;
  }
  return text;
}

/**
 * An event as JSON: one form for the page, a broker, standard output and the file of a recorder. Typed arrays (in-process) become plain arrays, and
 * numbers that JSON cannot carry become null, which readers show as "–". Free of Node imports: the page's bundle includes it.
 */
export function toJson(message: { readonly kind: string }): string {
  return JSON.stringify(message, (_key, value: unknown) =>
    ArrayBuffer.isView(value) && !(value instanceof DataView)
      ? Array.from(value as unknown as ArrayLike<number>)
      : value,
  );
}

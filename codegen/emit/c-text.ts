/** Small helpers for readable, deterministic C. */

/** A C identifier from a tensor or node name; `index` keeps two names apart that differ only in punctuation. */
export function identifier(index: number, name: string): string {
  const plain = name
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  return `layer_${String(index).padStart(2, '0')}_${plain === '' ? 'operation' : plain.slice(0, 40)}`;
}

/** `static const TYPE NAME[] = {…};`, wrapped at 100 columns. */
export function constantArray(type: string, name: string, values: ArrayLike<number>): string {
  const lines: string[] = [];
  let line = '   ';
  for (let i = 0; i < values.length; i += 1) {
    const item = ` ${intLiteral(values[i] ?? 0)},`;
    if (line.length + item.length > 100) {
      lines.push(line);
      line = '   ';
    }
    line += item;
  }
  lines.push(line);
  return `static const ${type} ${name}[${values.length}] = {\n${lines.join('\n')}\n};\n`;
}

/** −2³¹ has no literal of its own in C. */
export function intLiteral(value: number): string {
  return value === -2_147_483_648 ? '(-2147483647 - 1)' : String(value);
}

/** A float constant that reads back exactly. */
export function floatLiteral(value: number): string {
  const text = Math.fround(value).toPrecision(9);
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

export function comment(lines: readonly string[]): string {
  return `/* ${lines.join('\n * ')} */\n`;
}

/** A string that is safe inside C quotes. */
export function stringLiteral(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]|["\\?]/g, '_')}"`;
}

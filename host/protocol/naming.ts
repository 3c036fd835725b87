/** camelCase or UPPER_SNAKE → snake_case. */
export function snakeCase(name: string): string {
  return name === name.toUpperCase()
    ? name.toLowerCase()
    : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Anything → UPPER_SNAKE fit for a C constant (`ST-T` → `ST_T`, `logLevel` → `LOG_LEVEL`). */
export function constantCase(name: string): string {
  return snakeCase(name)
    .replace(/[^a-zA-Z0-9]/g, '_')
    .toUpperCase();
}

/** camelCase or UPPER_SNAKE → PascalCase. */
export function pascalCase(name: string): string {
  return snakeCase(name)
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

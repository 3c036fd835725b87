/** Builds the C codec with its driver, sanitizers on, and talks to it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { snakeCase } from '../../../host/protocol/naming.js';
import type { Field, MessageSchema, WireSchema } from '../../../host/protocol/schema-types.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const FLAGS = [
  ...['-std=c99', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-Wshadow'],
  ...['-Wdouble-promotion', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
];

export type Mode = 'payloads' | 'fields' | 'encode';

/** @returns how to run the driver: bytes to its input, bytes from its output. */
export function buildHarness(
  schema: WireSchema,
  folder: string,
): (mode: Mode, input: Uint8Array) => Buffer {
  const build = `${root}build/${folder}`;
  writeDispatch(schema, build);
  const core = ['iso_wire', 'iso_frame', 'iso_cobs', 'iso_crc32c'].map(
    (name) => `${root}firmware-templates/core/${name}.c`,
  );
  const program = `${build}/harness`;
  const sources = [...core, `${root}tests/conformance/wire/harness.c`, `${build}/dispatch.c`];
  const include = ['-I', build, '-I', `${root}firmware-templates/core`];
  // -Wdouble-promotion guards the device; the driver prints floats, which is a promotion.
  const flags = FLAGS.filter((flag) => flag !== '-Wdouble-promotion');
  for (const source of core) execFileSync('gcc', [...FLAGS, ...include, '-fsyntax-only', source]);
  execFileSync('gcc', [...flags, ...include, ...sources, '-o', program]);
  return (mode, input) => execFileSync(program, [mode], { input, maxBuffer: 1 << 29 });
}

/** dispatch.h and dispatch.c: a payload of any type through its C codec. */
export function writeDispatch(schema: WireSchema, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/dispatch.h`, dispatchHeader());
  writeFileSync(`${folder}/dispatch.c`, dispatchSource(schema));
}

function dispatchHeader(): string {
  return `#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Decodes into the struct and encodes it again; prints the struct as JSON where \`json\` is given. */
bool dispatch(uint8_t type, const uint8_t *payload, size_t payload_bytes, uint8_t *again,
              size_t *again_bytes, FILE *json);
`;
}

/** Prints what the struct holds under each name: encoding again would not notice two fields swapped. */
function print(field: Field, target: string): string[] {
  const each = (limit: string, body: readonly string[]): string[] => [
    'fputs("[", json);',
    `for (unsigned i = 0; i < ${limit}; i++) {`,
    'fputs(i > 0u ? "," : "", json);',
    ...body,
    '}',
    'fputs("]", json);',
  ];
  switch (field.kind) {
    case 'scalar':
      return field.type === 'f32'
        ? [`fprintf(json, "%.17g", (double)${target});`]
        : [`fprintf(json, "%lld", (long long)${target});`];
    case 'enum':
      return [`fprintf(json, "%u", (unsigned)${target});`];
    case 'text':
      return [`fprintf(json, "\\"%s\\"", ${target});`];
    case 'texts':
      return each(`message.${snakeCase(field.countName)}`, [
        `fprintf(json, "\\"%s\\"", ${target}[i]);`,
      ]);
    case 'fixed':
      return each(`${field.length}u`, print({ ...field, kind: 'scalar' }, `${target}[i]`));
    case 'list':
      return each(
        `message.${snakeCase(field.countName)} * ${field.per}u`,
        print({ ...field, kind: 'scalar' }, `${target}[i]`),
      );
    case 'records':
      return each(`message.${snakeCase(field.countName)}`, [
        ...printFields(field.fields, `${target}[i]`),
      ]);
  }
}

function printFields(fields: readonly Field[], target: string): string[] {
  return [
    'fputs("{", json);',
    ...fields.flatMap((field, i) => [
      `fputs("${i > 0 ? ',' : ''}\\"${field.name}\\":", json);`,
      ...print(field, `${target}.${snakeCase(field.name)}`),
    ]),
    'fputs("}", json);',
  ];
}

function dispatchCase(message: MessageSchema): string[] {
  const name = snakeCase(message.name);
  const head = `case ISO_WIRE_${message.name}: {`;
  if (message.fields.length === 0) {
    return [
      head,
      'if (json != NULL) { fputs("{}\\n", json); }',
      '*again_bytes = 0;',
      'return payload_bytes == 0u;',
      '}',
    ];
  }
  return [
    head,
    `static iso_wire_${name} message;`,
    `if (!iso_wire_decode_${name}(&message, payload, payload_bytes)) { return false; }`,
    `*again_bytes = iso_wire_encode_${name}(&message, again, ISO_WIRE_MAX_PAYLOAD);`,
    'if (json != NULL) {',
    ...printFields(message.fields, 'message'),
    'fputs("\\n", json);',
    '}',
    'return true;',
    '}',
  ];
}

function dispatchSource(schema: WireSchema): string {
  return [
    '#include "dispatch.h"',
    '#include "iso_wire.h"',
    'bool dispatch(uint8_t type, const uint8_t *payload, size_t payload_bytes, uint8_t *again,',
    '              size_t *again_bytes, FILE *json) {',
    'switch (type) {',
    ...schema.messages.flatMap(dispatchCase),
    'default: return false;',
    '}',
    '}',
    '',
  ].join('\n');
}

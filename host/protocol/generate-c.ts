/**
 * Writes the C side of the wire from the schema: one struct, one encoder and one decoder per message.
 * The text comes out as clang-format leaves it, so that formatting never touches a generated file.
 */
import { messageMaxBytes } from './layout.js';
import { constantCase, snakeCase } from './naming.js';
import { schemaHash } from './schema-hash.js';
import type {
  EnumField,
  Field,
  MessageSchema,
  RecordListField,
  ScalarField,
  ScalarType,
  WireSchema,
} from './schema-types.js';

const COLUMNS = 100;
const HEADING = '/* Generated from host/protocol/schema.ts by `npm run generate`: do not edit. */';

const C_TYPE: Readonly<Record<ScalarType, string>> = {
  u8: 'uint8_t',
  u16: 'uint16_t',
  u32: 'uint32_t',
  i8: 'int8_t',
  i16: 'int16_t',
  f32: 'float',
};

const structName = (message: MessageSchema): string => `iso_wire_${snakeCase(message.name)}`;
const recordType = (field: RecordListField): string => `iso_wire_${snakeCase(field.recordName)}`;

/** Breaks an argument list where clang-format does: as many as fit, the rest under the first. */
function call(head: string, args: readonly string[], tail: string): string[] {
  const oneLine = `${head}(${args.join(', ')})${tail}`;
  if (oneLine.length <= COLUMNS) return [oneLine];
  const indent = ' '.repeat(head.length + 1);
  const lines: string[] = [];
  let line = `${head}(`;
  args.forEach((argument, i) => {
    const piece = argument + (i === args.length - 1 ? `)${tail}` : ',');
    const separator = line.endsWith('(') || line === indent ? '' : ' ';
    if (line.length + separator.length + piece.length > COLUMNS) {
      lines.push(line);
      line = indent + piece;
    } else {
      line += separator + piece;
    }
  });
  return [...lines, line];
}

/** One line where it fits, else a block, wrapped. */
function comment(words: string): string[] {
  if (words.length + 6 <= COLUMNS) return [`/* ${words} */`];
  const lines = ['/*'];
  let line = ' *';
  for (const word of words.split(' ')) {
    if (line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = ' *';
    }
    line += ` ${word}`;
  }
  return [...lines, line, ' */'];
}

function encoderHead(message: MessageSchema, tail: string): string[] {
  const args = [`const ${structName(message)} *message`, 'uint8_t *payload', 'size_t capacity'];
  return call(`size_t iso_wire_encode_${snakeCase(message.name)}`, args, tail);
}

function decoderHead(message: MessageSchema, tail: string): string[] {
  const args = [
    `${structName(message)} *message`,
    'const uint8_t *payload',
    'size_t payload_bytes',
  ];
  return call(`bool iso_wire_decode_${snakeCase(message.name)}`, args, tail);
}

function structField(field: Field): string[] {
  const name = snakeCase(field.name);
  const doc = `    /* ${field.doc} */`;
  switch (field.kind) {
    case 'scalar':
      return [doc, `    ${C_TYPE[field.type]} ${name};`];
    case 'enum':
      return [doc, `    uint8_t ${name};`];
    case 'text':
      return [doc, `    char ${name}[${field.maxBytes + 1}];`];
    case 'texts':
      return [
        `    uint8_t ${snakeCase(field.countName)};`,
        doc,
        `    char ${name}[${field.max}][${field.maxBytes + 1}];`,
      ];
    case 'fixed':
      return [doc, `    ${C_TYPE[field.type]} ${name}[${field.length}];`];
    case 'list':
      return [
        `    uint8_t ${snakeCase(field.countName)};`,
        doc,
        `    ${C_TYPE[field.type]} ${name}[${field.max * field.per}];`,
      ];
    case 'records':
      return [
        `    uint8_t ${snakeCase(field.countName)};`,
        doc,
        `    ${recordType(field)} ${name}[${field.max}];`,
      ];
  }
}

function structs(message: MessageSchema): string[] {
  const lines: string[] = [];
  for (const field of message.fields) {
    if (field.kind !== 'records') continue;
    const parts = field.fields.flatMap(structField);
    lines.push('typedef struct {', ...parts, `} ${recordType(field)};`, '');
  }
  if (message.fields.length === 0) {
    const remark = 'It has no payload, and so neither a struct nor a codec.';
    return [...comment(`${message.name}: ${message.doc} ${remark}`), ''];
  }
  lines.push(...comment(`${message.name}: ${message.doc}`));
  lines.push('typedef struct {', ...message.fields.flatMap(structField));
  lines.push(`} ${structName(message)};`, '', ...encoderHead(message, ';'));
  lines.push(...decoderHead(message, ';'), '');
  return lines;
}

function limits(message: MessageSchema): string[] {
  const prefix = `ISO_WIRE_${message.name}`;
  return message.fields.flatMap((field) => {
    switch (field.kind) {
      case 'list':
        return [`#define ${prefix}_MAX_${constantCase(field.countName)} ${field.max}u`];
      case 'texts':
      case 'records':
        return [`#define ${prefix}_MAX_${constantCase(field.countName)} ${field.max}u`];
      default:
        return [];
    }
  });
}

export function generateHeader(schema: WireSchema): string {
  const hash = `0x${schemaHash(schema).toString(16).toUpperCase().padStart(8, '0')}u`;
  const lines = [
    HEADING,
    ...comment(
      'Payloads of the wire (docs/wire.md). Encoders give the bytes written, or 0 when the payload does ' +
        'not fit or the message holds more than its maximum. Decoders give false when the payload is not ' +
        'exactly one such message; the struct is then undefined. Texts are NUL-terminated in the struct. ' +
        'An encoder reads every field: clear a struct before filling it.',
    ),
    '#ifndef ISO_WIRE_H',
    '#define ISO_WIRE_H',
    '',
    '#include <stdbool.h>',
    '#include <stddef.h>',
    '#include <stdint.h>',
    '',
    `#define ISO_WIRE_PROTOCOL_VERSION ${schema.protocolVersion}u`,
    `#define ISO_WIRE_SCHEMA_HASH ${hash}`,
    `#define ISO_WIRE_MAX_PAYLOAD ${schema.maxPayloadBytes}u`,
    '',
    '/* Frame types. */',
    ...schema.messages.map(
      ({ name, type }) =>
        `#define ISO_WIRE_${name} 0x${type.toString(16).toUpperCase().padStart(2, '0')}u`,
    ),
    '',
    '/* The longest payload of each message. */',
    ...schema.messages.map((m) => `#define ISO_WIRE_${m.name}_MAX_BYTES ${messageMaxBytes(m)}u`),
    '',
    '/* The most elements of each counted field. */',
    ...schema.messages.flatMap(limits),
    '',
  ];
  for (const { name, doc, values } of schema.enums) {
    lines.push(`/* ${doc} */`);
    values.forEach((value, i) => {
      lines.push(`#define ISO_WIRE_${constantCase(name)}_${constantCase(value)} ${i}u`);
    });
    lines.push('');
  }
  lines.push(
    '/* Whether the CRC of this frame type leaves the schema hash out. */',
    'bool iso_wire_type_is_plain(uint8_t type);',
    '/* Whether the schema knows this frame type. */',
    'bool iso_wire_type_is_known(uint8_t type);',
    '/* Copies an ASCII string into a text field of `capacity` bytes, cut off where it is too long. */',
    'void iso_wire_set_text(char *field, size_t capacity, const char *text);',
    '',
  );
  for (const message of schema.messages) lines.push(...structs(message));
  lines.push('#endif', '');
  return lines.join('\n');
}

function putScalar(type: ScalarType, value: string): string {
  const unsigned = type === 'i8' ? 'u8' : type === 'i16' ? 'u16' : type;
  return `put_${unsigned}(&out, ${unsigned === type ? value : `(${C_TYPE[unsigned]})${value}`});`;
}

function getScalar(type: ScalarType): string {
  const unsigned = type === 'i8' ? 'u8' : type === 'i16' ? 'u16' : type;
  return unsigned === type ? `get_${type}(&in)` : `(${C_TYPE[type]})get_${unsigned}(&in)`;
}

function loop(limit: string, body: readonly string[]): string[] {
  return [
    `    for (size_t i = 0; i < ${limit}; i++) {`,
    ...body.map((l) => `        ${l}`),
    '    }',
  ];
}

/** Elements that a counted field may hold without leaving its array. */
const guarded = (count: string, max: number): string => `bounded(message->${count}, ${max}u)`;

function encodePart(part: ScalarField | EnumField, target: string, enumSize: EnumSize): string {
  return part.kind === 'scalar'
    ? putScalar(part.type, target)
    : `put_choice(&out, ${target}, ${enumSize(part)}u);`;
}

function decodePart(part: ScalarField | EnumField, target: string, enumSize: EnumSize): string {
  return part.kind === 'scalar'
    ? `${target} = ${getScalar(part.type)};`
    : `${target} = get_choice(&in, ${enumSize(part)}u);`;
}

type EnumSize = (field: EnumField) => number;

function encodeField(field: Field, enumSize: EnumSize): string[] {
  const target = `message->${snakeCase(field.name)}`;
  switch (field.kind) {
    case 'scalar':
    case 'enum':
      return [`    ${encodePart(field, target, enumSize)}`];
    case 'text':
      return [`    put_text(&out, ${target}, ${field.maxBytes}u);`];
    case 'fixed':
      return loop(`${field.length}u`, [putScalar(field.type, `${target}[i]`)]);
    default: {
      const count = snakeCase(field.countName);
      const head = `    put_count(&out, message->${count}, ${field.max}u);`;
      const limit = guarded(count, field.max);
      if (field.kind === 'texts') {
        return [head, ...loop(limit, [`put_text(&out, ${target}[i], ${field.maxBytes}u);`])];
      }
      if (field.kind === 'list') {
        const scaled = field.per === 1 ? limit : `${limit} * ${field.per}u`;
        return [head, ...loop(scaled, [putScalar(field.type, `${target}[i]`)])];
      }
      const body = field.fields.map((part) =>
        encodePart(part, `${target}[i].${snakeCase(part.name)}`, enumSize),
      );
      return [head, ...loop(limit, body)];
    }
  }
}

function decodeField(field: Field, enumSize: EnumSize): string[] {
  const target = `message->${snakeCase(field.name)}`;
  switch (field.kind) {
    case 'scalar':
    case 'enum':
      return [`    ${decodePart(field, target, enumSize)}`];
    case 'text':
      return [`    get_text(&in, ${target}, ${field.maxBytes}u);`];
    case 'fixed':
      return loop(`${field.length}u`, [`${target}[i] = ${getScalar(field.type)};`]);
    default: {
      const count = `message->${snakeCase(field.countName)}`;
      const head = `    ${count} = get_count(&in, ${field.max}u);`;
      if (field.kind === 'texts') {
        return [head, ...loop(count, [`get_text(&in, ${target}[i], ${field.maxBytes}u);`])];
      }
      if (field.kind === 'list') {
        const limit = field.per === 1 ? count : `(size_t)${count} * ${field.per}u`;
        return [head, ...loop(limit, [`${target}[i] = ${getScalar(field.type)};`])];
      }
      const body = field.fields.map((part) =>
        decodePart(part, `${target}[i].${snakeCase(part.name)}`, enumSize),
      );
      return [head, ...loop(count, body)];
    }
  }
}

function caseList(messages: readonly MessageSchema[]): string[] {
  return messages.map(({ name }) => `    case ISO_WIRE_${name}:`);
}

function typeSwitch(name: string, messages: readonly MessageSchema[]): string[] {
  return [
    `bool ${name}(uint8_t type) {`,
    '    switch (type) {',
    ...caseList(messages),
    '        return true;',
    '    default:',
    '        return false;',
    '    }',
    '}',
    '',
  ];
}

/**
 * The body of the codec; `primitives` is the hand-written text of the byte readers and writers
 * (generate-c-primitives.ts).
 */
export function generateSource(schema: WireSchema, primitives: string): string {
  const sizes = new Map(schema.enums.map(({ name, values }) => [name, values.length]));
  const enumSize: EnumSize = (field) => sizes.get(field.enumName) ?? 0;
  const lines = [HEADING, '#include "iso_wire.h"', '', '#include <string.h>', '', primitives];
  const plain = schema.messages.filter(({ checksum }) => checksum === 'plain');
  lines.push(...typeSwitch('iso_wire_type_is_plain', plain));
  lines.push(...typeSwitch('iso_wire_type_is_known', schema.messages));
  for (const message of schema.messages) {
    if (message.fields.length === 0) continue;
    lines.push(
      ...encoderHead(message, ' {'),
      '    writer out = {payload, capacity, 0u, false};',
      ...message.fields.flatMap((field) => encodeField(field, enumSize)),
      '    return out.failed ? 0u : out.used;',
      '}',
      '',
      ...decoderHead(message, ' {'),
      '    reader in = {payload, payload_bytes, 0u, false};',
      ...message.fields.flatMap((field) => decodeField(field, enumSize)),
      '    return !in.failed && in.used == in.size;',
      '}',
      '',
    );
  }
  return lines.join('\n');
}

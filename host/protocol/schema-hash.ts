import { crc32c } from './crc32c.js';
import type { Field, WireSchema } from './schema-types.js';

/**
 * The schema as text, one line per fact that changes how bytes are read or what they mean. Documentation is left out.
 * The same text gives the same hash in any language; docs/wire-messages.md prints it.
 */
export function canonicalSchema(schema: WireSchema): string {
  const lines = [`isochrone wire ${schema.protocolVersion} payload ${schema.maxPayloadBytes}`];
  for (const { name, values } of schema.enums) lines.push(`enum ${name} ${values.join(' ')}`);
  for (const message of schema.messages) {
    lines.push(`message ${message.type} ${message.name} ${message.direction} ${message.checksum}`);
    for (const field of message.fields) lines.push(`  ${field.name} ${fieldLayout(field)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Layout of one field in the notation of the canonical text and of the reference tables. */
export function fieldLayout(field: Field): string {
  switch (field.kind) {
    case 'scalar':
      return field.type;
    case 'enum':
      return `u8(${field.enumName})`;
    case 'text':
      return `text<=${field.maxBytes}`;
    case 'texts':
      return `[text<=${field.maxBytes}]<=${field.max}`;
    case 'fixed':
      return `[${field.type}]=${field.length}`;
    case 'list':
      return `[${field.type}${field.per === 1 ? '' : `*${field.per}`}]<=${field.max}`;
    case 'records': {
      const parts = field.fields.map((part) => `${part.name} ${fieldLayout(part)}`);
      return `[${parts.join(', ')}]<=${field.max}`;
    }
  }
}

export function schemaHash(schema: WireSchema): number {
  return crc32c(new TextEncoder().encode(canonicalSchema(schema)));
}

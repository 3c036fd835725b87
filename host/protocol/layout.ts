import { SCALAR_BYTES, type Field, type MessageSchema } from './schema-types.js';

/** The most bytes that a field can take on the wire. */
export function fieldMaxBytes(field: Field): number {
  switch (field.kind) {
    case 'scalar':
      return SCALAR_BYTES[field.type];
    case 'enum':
      return 1;
    case 'text':
      return 1 + field.maxBytes;
    case 'texts':
      return 1 + field.max * (1 + field.maxBytes);
    case 'fixed':
      return field.length * SCALAR_BYTES[field.type];
    case 'list':
      return 1 + field.max * field.per * SCALAR_BYTES[field.type];
    case 'records':
      return 1 + field.max * field.fields.reduce((sum, part) => sum + fieldMaxBytes(part), 0);
  }
}

/** The most payload bytes that a message can take. */
export function messageMaxBytes(message: MessageSchema): number {
  return message.fields.reduce((sum, field) => sum + fieldMaxBytes(field), 0);
}

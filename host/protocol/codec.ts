/** Payloads: message ↔ bytes, by interpreting the schema. */
import { IsochroneError } from '../../codegen/errors.js';
import { messageMaxBytes } from './layout.js';
import type { Message } from './messages.js';
import { WIRE_SCHEMA } from './schema.js';
import {
  SCALAR_BYTES,
  type EnumField,
  type Field,
  type MessageSchema,
  type ScalarField,
  type ScalarType,
} from './schema-types.js';

/** What a field can hold before its type is known; `Message` is this, checked by the generated types. */
type Loose = Record<string, unknown>;

const BY_NAME = new Map(WIRE_SCHEMA.messages.map((message) => [message.name, message]));
const BY_TYPE = new Map(WIRE_SCHEMA.messages.map((message) => [message.type, message]));
const ENUM_VALUES = new Map(WIRE_SCHEMA.enums.map(({ name, values }) => [name, values]));
const RANGE: Readonly<Record<Exclude<ScalarType, 'f32'>, readonly [number, number]>> = {
  u8: [0, 0xff],
  u16: [0, 0xffff],
  u32: [0, 0xffffffff],
  i8: [-0x80, 0x7f],
  i16: [-0x8000, 0x7fff],
};

export function messageSchema(name: Message['kind']): MessageSchema {
  const schema = BY_NAME.get(name);
  if (schema === undefined) throw unencodable(name, 'no such message in the schema');
  return schema;
}

export function messageSchemaByType(type: number): MessageSchema | undefined {
  return BY_TYPE.get(type);
}

function unencodable(where: string, problem: string): IsochroneError {
  return new IsochroneError('WIRE_VALUE_INVALID', `Cannot put ${where} on the wire: ${problem}.`, {
    hint: 'Give a value within the limits of docs/wire-messages.md.',
    where: { field: where },
  });
}

function malformed(message: string, problem: string): IsochroneError {
  return new IsochroneError('WIRE_PAYLOAD_MALFORMED', `Malformed ${message} payload: ${problem}.`, {
    hint: 'The sender does not follow docs/wire-messages.md; update its firmware.',
    where: { message },
  });
}

class Writer {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private used = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  scalar(type: ScalarType, value: unknown, where: string): void {
    if (typeof value !== 'number') throw unencodable(where, `not a number: ${String(value)}`);
    const at = this.used;
    this.used += SCALAR_BYTES[type];
    if (type === 'f32') {
      this.view.setFloat32(at, value, true);
      return;
    }
    const [min, max] = RANGE[type];
    if (!Number.isInteger(value) || value < min || value > max) {
      throw unencodable(where, `${value} is not an integer from ${min} to ${max}`);
    }
    if (type === 'u8') this.view.setUint8(at, value);
    else if (type === 'i8') this.view.setInt8(at, value);
    else if (type === 'u16') this.view.setUint16(at, value, true);
    else if (type === 'i16') this.view.setInt16(at, value, true);
    else this.view.setUint32(at, value, true);
  }

  count(value: number, max: number, where: string): void {
    if (value > max) throw unencodable(where, `${value} elements, at most ${max} fit`);
    this.scalar('u8', value, where);
  }

  text(value: unknown, maxBytes: number, where: string): void {
    if (typeof value !== 'string') throw unencodable(where, `not a text: ${String(value)}`);
    const encoded = new TextEncoder().encode(value);
    if (encoded.includes(0)) throw unencodable(where, 'it holds a NUL');
    this.count(encoded.length, maxBytes, where);
    this.bytes.set(encoded, this.used);
    this.used += encoded.length;
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }
}

class Reader {
  private readonly view: DataView;
  private used = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly message: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private take(count: number): number {
    const at = this.used;
    if (at + count > this.bytes.length) {
      throw malformed(this.message, `it ends after ${this.bytes.length} bytes`);
    }
    this.used += count;
    return at;
  }

  scalar(type: ScalarType): number {
    const at = this.take(SCALAR_BYTES[type]);
    switch (type) {
      case 'u8':
        return this.view.getUint8(at);
      case 'i8':
        return this.view.getInt8(at);
      case 'u16':
        return this.view.getUint16(at, true);
      case 'i16':
        return this.view.getInt16(at, true);
      case 'u32':
        return this.view.getUint32(at, true);
      case 'f32':
        return this.view.getFloat32(at, true);
    }
  }

  scalars(type: ScalarType, count: number): number[] {
    // Checked before anything is allocated: a count is a claim of the sender.
    const bytes = count * SCALAR_BYTES[type];
    if (this.used + bytes > this.bytes.length) this.take(bytes);
    const at = this.used;
    const { view } = this;
    const values = new Array<number>(count);
    // What fills a link, without a call for each value.
    if (type === 'i16') {
      for (let i = 0; i < count; i += 1) values[i] = view.getInt16(at + 2 * i, true);
    } else if (type === 'f32') {
      for (let i = 0; i < count; i += 1) values[i] = view.getFloat32(at + 4 * i, true);
    } else {
      for (let i = 0; i < count; i += 1) values[i] = this.scalar(type);
      return values;
    }
    this.used += bytes;
    return values;
  }

  count(max: number, field: string): number {
    const count = this.scalar('u8');
    if (count > max) throw malformed(this.message, `${field} claims ${count} of at most ${max}`);
    return count;
  }

  text(maxBytes: number, field: string): string {
    const count = this.count(maxBytes, field);
    const at = this.take(count);
    const bytes = this.bytes.subarray(at, at + count);
    if (bytes.includes(0)) throw malformed(this.message, `${field} holds a NUL`);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw malformed(this.message, `${field} is not UTF-8`);
    }
  }

  end(): void {
    const rest = this.bytes.length - this.used;
    if (rest > 0) throw malformed(this.message, `${rest} bytes too many`);
  }
}

function elements(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unencodable(where, 'not an array');
  return value;
}

function writePart(
  part: ScalarField | EnumField,
  value: unknown,
  where: string,
  out: Writer,
): void {
  if (part.kind === 'scalar') {
    out.scalar(part.type, value, where);
    return;
  }
  const index = (ENUM_VALUES.get(part.enumName) ?? []).indexOf(String(value));
  if (index < 0) throw unencodable(where, `"${String(value)}" is not a ${part.enumName}`);
  out.scalar('u8', index, where);
}

function writeField(field: Field, value: unknown, where: string, out: Writer): void {
  switch (field.kind) {
    case 'scalar':
    case 'enum':
      writePart(field, value, where, out);
      return;
    case 'text':
      out.text(value, field.maxBytes, where);
      return;
    case 'texts': {
      const items = elements(value, where);
      out.count(items.length, field.max, where);
      for (const item of items) out.text(item, field.maxBytes, where);
      return;
    }
    case 'fixed': {
      const items = elements(value, where);
      if (items.length !== field.length) {
        throw unencodable(where, `${items.length} elements, not ${field.length}`);
      }
      for (const item of items) out.scalar(field.type, item, where);
      return;
    }
    case 'list': {
      const items = elements(value, where);
      if (items.length % field.per !== 0) {
        throw unencodable(where, `${items.length} elements, not a multiple of ${field.per}`);
      }
      out.count(items.length / field.per, field.max, where);
      for (const item of items) out.scalar(field.type, item, where);
      return;
    }
    case 'records': {
      const items = elements(value, where) as readonly Loose[];
      out.count(items.length, field.max, where);
      for (const item of items) {
        for (const part of field.fields) {
          writePart(part, item[part.name], `${where}[].${part.name}`, out);
        }
      }
      return;
    }
  }
}

function readPart(part: ScalarField | EnumField, message: string, input: Reader): number | string {
  if (part.kind === 'scalar') return input.scalar(part.type);
  const index = input.scalar('u8');
  const value = ENUM_VALUES.get(part.enumName)?.[index];
  if (value === undefined) throw malformed(message, `${part.name} ${index} is unknown`);
  return value;
}

function readField(field: Field, message: string, input: Reader): unknown {
  switch (field.kind) {
    case 'scalar':
    case 'enum':
      return readPart(field, message, input);
    case 'text':
      return input.text(field.maxBytes, field.name);
    case 'texts': {
      const count = input.count(field.max, field.name);
      return Array.from({ length: count }, () => input.text(field.maxBytes, field.name));
    }
    case 'fixed':
      return input.scalars(field.type, field.length);
    case 'list':
      return input.scalars(field.type, input.count(field.max, field.name) * field.per);
    case 'records': {
      const count = input.count(field.max, field.name);
      return Array.from({ length: count }, () =>
        Object.fromEntries(field.fields.map((part) => [part.name, readPart(part, message, input)])),
      );
    }
  }
}

/** @throws IsochroneError WIRE_VALUE_INVALID naming the field when a value does not fit. */
export function encodePayload(message: Message): Uint8Array {
  const schema = messageSchema(message.kind);
  const out = new Writer(messageMaxBytes(schema));
  // The generated interfaces and the schema describe the same fields; here they are walked by name.
  const loose = message as unknown as Loose;
  for (const field of schema.fields) {
    writeField(field, loose[field.name], `${message.kind}.${field.name}`, out);
  }
  return out.finish();
}

/** @throws IsochroneError WIRE_PAYLOAD_MALFORMED when the bytes are not exactly one such message. */
export function decodePayload(type: number, payload: Uint8Array): Message {
  const schema = messageSchemaByType(type);
  if (schema === undefined) throw malformed(`type ${type}`, 'the schema does not know it');
  const input = new Reader(payload, schema.name);
  const message: Loose = { kind: schema.name };
  for (const field of schema.fields) message[field.name] = readField(field, schema.name, input);
  input.end();
  return message as unknown as Message;
}

/** The grammar in which `schema.ts` describes the wire. Everything on the wire is little-endian and packed. */

export type ScalarType = 'u8' | 'u16' | 'u32' | 'i8' | 'i16' | 'f32';

export const SCALAR_BYTES: Readonly<Record<ScalarType, number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  i8: 1,
  i16: 2,
  f32: 4,
};

interface FieldBase {
  /** camelCase; C gets the snake_case of it. Units are part of the name. */
  readonly name: string;
  readonly doc: string;
}

export interface ScalarField extends FieldBase {
  readonly kind: 'scalar';
  readonly type: ScalarType;
}

/** A u8 index into a named enumeration; an index beyond it makes the payload malformed. */
export interface EnumField extends FieldBase {
  readonly kind: 'enum';
  readonly enumName: string;
}

/** u8 byte count, then UTF-8 without NUL. */
export interface TextField extends FieldBase {
  readonly kind: 'text';
  readonly maxBytes: number;
}

/** u8 count, then that many texts. */
export interface TextListField extends FieldBase {
  readonly kind: 'texts';
  readonly countName: string;
  readonly max: number;
  readonly maxBytes: number;
}

/** Exactly `length` scalars, without a count. */
export interface FixedArrayField extends FieldBase {
  readonly kind: 'fixed';
  readonly type: ScalarType;
  readonly length: number;
}

/** u8 count ≤ `max`, then count × `per` scalars. */
export interface ListField extends FieldBase {
  readonly kind: 'list';
  readonly type: ScalarType;
  readonly countName: string;
  readonly max: number;
  readonly per: number;
}

/** u8 count ≤ `max`, then that many records of scalars and enumerations. */
export interface RecordListField extends FieldBase {
  readonly kind: 'records';
  readonly countName: string;
  /** Singular, camelCase: names the generated type. */
  readonly recordName: string;
  readonly max: number;
  readonly fields: readonly (ScalarField | EnumField)[];
}

export type Field =
  | ScalarField
  | EnumField
  | TextField
  | TextListField
  | FixedArrayField
  | ListField
  | RecordListField;

export type Direction = 'device_to_host' | 'host_to_device';

export interface MessageSchema {
  /** UPPER_SNAKE. */
  readonly name: string;
  /** Frame type byte; the top bit is set from host to device. */
  readonly type: number;
  readonly direction: Direction;
  /** `plain`: the schema hash stays out of the CRC, so that peers of different schemas can still introduce themselves. */
  readonly checksum: 'plain' | 'schema';
  readonly doc: string;
  readonly fields: readonly Field[];
}

export interface EnumSchema {
  readonly name: string;
  readonly doc: string;
  /** Index = value on the wire. */
  readonly values: readonly string[];
}

/** Messages that serve one purpose and share one rule of delivery. */
export interface TrafficGroup {
  /** File name of the generated types. */
  readonly name: string;
  readonly title: string;
  /** The rule of delivery. */
  readonly doc: string;
  readonly enums: readonly EnumSchema[];
  readonly messages: readonly MessageSchema[];
}

export interface WireSchema {
  readonly protocolVersion: number;
  readonly maxPayloadBytes: number;
  readonly groups: readonly TrafficGroup[];
  /** Of all groups, in their order. */
  readonly enums: readonly EnumSchema[];
  readonly messages: readonly MessageSchema[];
}

export function wireSchema(
  schema: Pick<WireSchema, 'protocolVersion' | 'maxPayloadBytes' | 'groups'>,
): WireSchema {
  return {
    ...schema,
    enums: schema.groups.flatMap(({ enums }) => enums),
    messages: schema.groups.flatMap(({ messages }) => messages),
  };
}

export const scalar = (name: string, type: ScalarType, doc: string): ScalarField => ({
  kind: 'scalar',
  name,
  type,
  doc,
});

export const choice = (name: string, enumName: string, doc: string): EnumField => ({
  kind: 'enum',
  name,
  enumName,
  doc,
});

export const text = (name: string, maxBytes: number, doc: string): TextField => ({
  kind: 'text',
  name,
  maxBytes,
  doc,
});

export const texts = (
  name: string,
  countName: string,
  max: number,
  maxBytes: number,
  doc: string,
): TextListField => ({ kind: 'texts', name, countName, max, maxBytes, doc });

export const fixed = (
  name: string,
  type: ScalarType,
  length: number,
  doc: string,
): FixedArrayField => ({ kind: 'fixed', name, type, length, doc });

export const list = (
  name: string,
  type: ScalarType,
  options: { readonly countName: string; readonly max: number; readonly per?: number },
  doc: string,
): ListField => ({
  kind: 'list',
  name,
  type,
  countName: options.countName,
  max: options.max,
  per: options.per ?? 1,
  doc,
});

export const records = (
  name: string,
  options: { readonly countName: string; readonly recordName: string; readonly max: number },
  fields: readonly (ScalarField | EnumField)[],
  doc: string,
): RecordListField => ({ kind: 'records', name, ...options, fields, doc });

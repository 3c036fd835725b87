/** Writes messages.ts: the type of every message, and the enumerations. */
import { pascalCase, constantCase } from './naming.js';
import type { Field, MessageSchema, WireSchema } from './schema-types.js';

const COLUMNS = 100;

function fieldType(field: Field): string {
  switch (field.kind) {
    case 'scalar':
      return 'number';
    case 'enum':
      return pascalCase(field.enumName);
    case 'text':
      return 'string';
    case 'texts':
      return 'readonly string[]';
    case 'fixed':
    case 'list':
      return 'readonly number[]';
    case 'records':
      return `readonly ${pascalCase(field.recordName)}[]`;
  }
}

function fieldDoc(field: Field): string {
  switch (field.kind) {
    case 'list':
      return field.per === 1
        ? `${field.doc} At most ${field.max}.`
        : `${field.doc} At most ${field.max} × ${field.per}.`;
    case 'texts':
    case 'records':
      return `${field.doc} At most ${field.max}.`;
    case 'fixed':
      return `${field.doc} Exactly ${field.length}.`;
    case 'text':
      return `${field.doc} At most ${field.maxBytes} bytes.`;
    default:
      return field.doc;
  }
}

const property = (field: Field): string[] => [
  `  /** ${fieldDoc(field)} */`,
  `  readonly ${field.name}: ${fieldType(field)};`,
];

function messageInterface(message: MessageSchema): string[] {
  const lines: string[] = [];
  for (const field of message.fields) {
    if (field.kind !== 'records') continue;
    lines.push(`export interface ${pascalCase(field.recordName)} {`);
    lines.push(...field.fields.flatMap(property), '}', '');
  }
  lines.push(`/** ${message.doc} */`, `export interface ${pascalCase(message.name)}Message {`);
  lines.push(`  readonly kind: '${message.name}';`, ...message.fields.flatMap(property), '}', '');
  return lines;
}

function union(name: string, members: readonly string[]): string[] {
  const oneLine = `export type ${name} = ${members.join(' | ')};`;
  return oneLine.length <= COLUMNS
    ? [oneLine]
    : [`export type ${name} =`, ...members.map((m) => `  | ${m}`)].map((line, i, all) =>
        i === all.length - 1 ? `${line};` : line,
      );
}

function constantList(name: string, values: readonly string[]): string[] {
  const oneLine = `export const ${name} = [${values.join(', ')}] as const;`;
  return oneLine.length <= COLUMNS
    ? [oneLine]
    : [`export const ${name} = [`, ...values.map((value) => `  ${value},`), '] as const;'];
}

export function generateMessages(schema: WireSchema): string {
  const lines = [
    '/* Generated from host/protocol/schema.ts by `npm run generate`: do not edit. */',
    '',
  ];
  for (const { name, doc, values } of schema.enums) {
    const constant = `${constantCase(name)}_VALUES`;
    const quoted = values.map((value) => `'${value}'`);
    lines.push(`/** ${doc} Index = value on the wire. */`);
    lines.push(...constantList(constant, quoted));
    lines.push(`export type ${pascalCase(name)} = (typeof ${constant})[number];`, '');
  }
  for (const message of schema.messages) lines.push(...messageInterface(message));
  const names = (direction: string): string[] =>
    schema.messages
      .filter((message) => message.direction === direction)
      .map(({ name }) => `${pascalCase(name)}Message`);
  lines.push(...union('DeviceMessage', names('device_to_host')), '');
  lines.push(...union('HostMessage', names('host_to_device')), '');
  lines.push('export type Message = DeviceMessage | HostMessage;', '');
  return lines.join('\n');
}

/** Writes docs/wire-messages.md: the payload of every message as tables, and the text behind the schema hash. */
import { messageMaxBytes } from './layout.js';
import { canonicalSchema, fieldLayout, schemaHash } from './schema-hash.js';
import type { Field, MessageSchema, TrafficGroup, WireSchema } from './schema-types.js';

const hex = (value: number, digits: number): string =>
  `0x${value.toString(16).toUpperCase().padStart(digits, '0')}`;

/** A Markdown table with padded columns, as the formatter leaves it. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

function rows(field: Field): string[][] {
  const own = [`\`${field.name}\``, `\`${fieldLayout(field)}\``, field.doc];
  if (field.kind !== 'records') return [own];
  const parts = field.fields.map((part) => [
    `\`${field.name}[].${part.name}\``,
    `\`${fieldLayout(part)}\``,
    part.doc,
  ]);
  return [[own[0] ?? '', `\`[record]<=${field.max}\``, field.doc], ...parts];
}

function groupSection({ title, doc, messages }: TrafficGroup): string[] {
  return [`## ${title}`, '', doc, '', ...messages.flatMap(section)];
}

function section(message: MessageSchema): string[] {
  const facts = [
    message.direction === 'device_to_host' ? 'device → host' : 'host → device',
    message.checksum === 'plain' ? 'CRC without the schema hash' : 'CRC with the schema hash',
    message.fields.length === 0
      ? 'no payload'
      : `payload of at most ${messageMaxBytes(message)} bytes`,
  ];
  const lines = [`### ${hex(message.type, 2)} ${message.name}`, '', message.doc];
  lines.push(`(${facts.join('; ')})`, '');
  if (message.fields.length > 0) {
    lines.push(...table(['field', 'layout', 'meaning'], message.fields.flatMap(rows)), '');
  }
  return lines;
}

export function generateReference(schema: WireSchema): string {
  const enumRows = schema.enums.map(({ name, doc, values }) => [
    `\`${name}\``,
    values.map((value, i) => `${i} = \`${value}\``).join(', '),
    doc,
  ]);
  return [
    '<!-- Generated from host/protocol/schema.ts by `npm run generate`: do not edit. -->',
    '',
    '# Messages of the wire',
    '',
    'Framing, checksum, layout notation and rules of conduct are in [wire.md](wire.md).',
    '',
    `Protocol version ${schema.protocolVersion}, schema hash \`${hex(schemaHash(schema), 8)}\`, payload of at most ${schema.maxPayloadBytes} bytes.`,
    '',
    '## Enumerations',
    '',
    ...table(['name', 'values', 'meaning'], enumRows),
    '',
    ...schema.groups.flatMap(groupSection),
    '## Canonical text',
    '',
    'The schema hash is the CRC-32C of this text in UTF-8: every line ends with one line feed, and there is nothing else.',
    '',
    '```text',
    canonicalSchema(schema).trimEnd(),
    '```',
    '',
  ].join('\n');
}

/** Writes messages/: the types of each class of traffic, and messages.ts, which has them all. */
import { pascalCase, constantCase } from './naming.js';
import type { Field, MessageSchema, TrafficGroup, WireSchema } from './schema-types.js';

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

const HEADING = (source: string): string =>
  `/* Generated from host/protocol/${source} by \`npm run generate\`: do not edit. */`;

function generateGroup({ name: group, doc: rule, enums, messages }: TrafficGroup): string {
  const lines = [HEADING(`schema/${group}.ts`), `/* ${rule} */`, ''];
  for (const { name, doc, values } of enums) {
    const constant = `${constantCase(name)}_VALUES`;
    const quoted = values.map((value) => `'${value}'`);
    lines.push(`/** ${doc} Index = value on the wire. */`);
    lines.push(...constantList(constant, quoted));
    lines.push(`export type ${pascalCase(name)} = (typeof ${constant})[number];`, '');
  }
  for (const message of messages) lines.push(...messageInterface(message));
  return lines.join('\n');
}

function generateIndex(schema: WireSchema): string {
  const typeName = (message: MessageSchema): string => `${pascalCase(message.name)}Message`;
  const lines = [HEADING('schema.ts'), ''];
  for (const { name, messages } of schema.groups) {
    lines.push(...importTypes(messages.map(typeName), `./messages/${name}.js`));
  }
  lines.push('', ...schema.groups.map(({ name }) => `export * from './messages/${name}.js';`), '');
  const names = (direction: string): string[] =>
    schema.messages.filter((message) => message.direction === direction).map(typeName);
  lines.push(...union('DeviceMessage', names('device_to_host')), '');
  lines.push(...union('HostMessage', names('host_to_device')), '');
  lines.push('export type Message = DeviceMessage | HostMessage;', '');
  return lines.join('\n');
}

function importTypes(names: readonly string[], from: string): string[] {
  const oneLine = `import type { ${names.join(', ')} } from '${from}';`;
  return oneLine.length <= COLUMNS
    ? [oneLine]
    : ['import type {', ...names.map((name) => `  ${name},`), `} from '${from}';`];
}

/** Path relative to host/protocol → content. */
export function generateMessages(schema: WireSchema): Record<string, string> {
  return {
    'messages.ts': generateIndex(schema),
    ...Object.fromEntries(
      schema.groups.map((group) => [`messages/${group.name}.ts`, generateGroup(group)]),
    ),
  };
}

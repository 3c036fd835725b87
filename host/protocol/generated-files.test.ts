import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from './generated-files.js';
import { schemaHash } from './schema-hash.js';
import { WIRE_SCHEMA } from './schema.js';

const root = new URL('../../', import.meta.url);

describe('generated files of the wire', () => {
  it.each(Object.entries(generatedFiles()))('%s is current (npm run generate)', (path, content) => {
    expect(readFileSync(new URL(path, root), 'utf8')).toBe(content);
  });
});

describe('the schema hash', () => {
  const rest = WIRE_SCHEMA.messages.slice(1);

  it('changes with what changes the bytes, not with documentation', () => {
    const before = schemaHash(WIRE_SCHEMA);
    const renumbered = WIRE_SCHEMA.messages.map((m) =>
      m.name === 'PATH' ? { ...m, type: 0x40 } : m,
    );
    expect(schemaHash({ ...WIRE_SCHEMA, messages: renumbered })).not.toBe(before);
    expect(schemaHash({ ...WIRE_SCHEMA, messages: rest })).not.toBe(before);
    const reworded = WIRE_SCHEMA.messages.map((m) => ({ ...m, doc: 'Other words.' }));
    expect(schemaHash({ ...WIRE_SCHEMA, messages: reworded })).toBe(before);
  });
});

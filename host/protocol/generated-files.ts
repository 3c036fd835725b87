import { CRC32C_TABLE } from './crc32c.js';
import { damagedLines } from './damaged-lines.js';
import { generateHeader, generateSource } from './generate-c.js';
import { C_PRIMITIVES } from './generate-c-primitives.js';
import { generateReference } from './generate-reference.js';
import { generateMessages } from './generate-typescript.js';
import { WIRE_SCHEMA } from './schema.js';
import { conformanceVectors } from './vectors.js';

function crcTableHeader(): string {
  const words = [...CRC32C_TABLE].map((n) => `0x${n.toString(16).toUpperCase().padStart(8, '0')}u`);
  const lines: string[] = [];
  for (let i = 0; i < words.length; i += 7) lines.push(`    ${words.slice(i, i + 7).join(', ')},`);
  return [
    '/* Generated from host/protocol/crc32c.ts by `npm run generate`: do not edit. */',
    '#ifndef ISO_CRC32C_TABLE_H',
    '#define ISO_CRC32C_TABLE_H',
    '',
    '#include <stdint.h>',
    '',
    '/* Effect of each byte on a zero register. */',
    'static const uint32_t iso_crc32c_table[256] = {',
    ...lines,
    '};',
    '',
    '#endif',
    '',
  ].join('\n');
}

/** Every file that is written from the wire schema: path relative to the repository root → content. */
export function generatedFiles(): Record<string, string> {
  return {
    'firmware-templates/core/iso_crc32c_table.h': crcTableHeader(),
    'firmware-templates/core/iso_wire.h': generateHeader(WIRE_SCHEMA),
    'firmware-templates/core/iso_wire.c': generateSource(WIRE_SCHEMA, C_PRIMITIVES),
    ...Object.fromEntries(
      Object.entries(generateMessages(WIRE_SCHEMA)).map(([path, content]) => [
        `host/protocol/${path}`,
        content,
      ]),
    ),
    'docs/wire-messages.md': generateReference(WIRE_SCHEMA),
    'tests/conformance/wire/vectors.json': conformanceVectors(WIRE_SCHEMA),
    'tests/conformance/wire/damaged-lines.json': damagedLines(),
  };
}

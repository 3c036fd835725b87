/**
 * Every message of the wire, once; each class of traffic is a file of schema/. `npm run generate` writes from it the C codec
 * (firmware-templates/core/iso_wire.h, .c), the TypeScript types (messages.ts, messages/) and the reference tables
 * (docs/wire-messages.md); codec.ts interprets it directly. Any change here changes the schema hash, so that peers built for
 * different schemas refuse each other by name.
 */
import { wireSchema, type WireSchema } from './schema-types.js';
import { bulk } from './schema/bulk.js';
import { commands } from './schema/commands.js';
import { health } from './schema/health.js';
import { introduction } from './schema/introduction.js';
import { results } from './schema/results.js';
import { samples } from './schema/samples.js';
import { signal } from './schema/signal.js';
import { tests } from './schema/tests.js';
import { time } from './schema/time.js';
import { update } from './schema/update.js';

export const WIRE_SCHEMA: WireSchema = wireSchema({
  protocolVersion: 1,
  maxPayloadBytes: 512,
  groups: [introduction, health, samples, signal, results, commands, time, bulk, tests, update],
});

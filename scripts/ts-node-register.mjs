// The development runner: `node --import ./scripts/ts-node-register.mjs FILE.ts`.
// ts-node's own --esm flag fails on Node 20; registering its loader this way works.
// Types are not checked here: that is `npm run typecheck`'s job.
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

register('ts-node/esm/transpile-only', pathToFileURL('./'));

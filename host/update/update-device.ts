/** One update, from the question what runs to the confirmed new image. Given again after an interruption it goes on where the device stands. */
import { setTimeout as sleep } from 'node:timers/promises';
import { IsochroneError } from '../../codegen/errors.js';
import type { UpdateOutcome, UpdateStateMessage } from '../protocol/messages.js';
import { PART_BYTES } from '../protocol/schema/limits.js';
import { deviceSilent } from '../serial/ask.js';
import type { FirmwareImage } from './image.js';
import type { UpdateLink } from './update-link.js';
import { versionText } from './version.js';

export const UPDATE_PHASES = ['erase', 'write', 'verify', 'restart', 'confirm'] as const;
export type UpdatePhaseName = (typeof UPDATE_PHASES)[number];

export interface UpdateProgress {
  readonly phase: UpdatePhaseName;
  readonly done: number;
  readonly total: number;
}

export interface UpdateReport {
  readonly board: string;
  readonly version: string;
  readonly buildId: number;
  /** `same`: this very image ran already, and is confirmed. */
  readonly outcome: 'updated' | 'same';
  /** Bytes of the program that were sent; fewer than all where an earlier attempt had left some. */
  readonly sentBytes: number;
  readonly programBytes: number;
  readonly milliseconds: number;
}

export interface UpdateOptions {
  readonly onProgress?: (progress: UpdateProgress) => void;
  /** From the restart to the new image's first answer. */
  readonly restartMs?: number;
  /** False leaves the new image on trial: a test sees it given up. */
  readonly confirm?: boolean;
}

const NO_SLOT = 255;
const POLL_MS = 50;
/** Silences without a byte of progress. */
const ATTEMPTS = 8;
/** Boot loader, self-test of a large network, and a port that has to be opened again. */
const RESTART_MS = 30_000;

type Refusal = Exclude<UpdateOutcome, 'done'>;

const REASONS: Readonly<Record<Refusal, readonly [string, string]>> = {
  not_built_in: [
    'it runs no image from a slot',
    'Flash it once with the boot loader and a first image: `isochrone build --key`, `isochrone flash`.',
  ],
  another_run: ['it has restarted meanwhile', 'Give the command again.'],
  on_trial: [
    'another image is on trial',
    'Confirm or refuse that one first: update with its own file, or restart the device until the one before returns.',
  ],
  not_an_image: ['the file holds no image that it knows', 'Make it with `isochrone build --key`.'],
  wrong_board: ['the image is for another board', 'Build it for the board that the device is.'],
  wrong_slot: [
    'the image is linked for another place',
    'Build it from the board file that the device was built from.',
  ],
  does_not_fit: ['the image is larger than its slot', 'Build it with a smaller network.'],
  bad_signature: [
    'the image is not signed with the key that it trusts',
    'Sign with the private half of the key that its firmware was built with.',
  ],
  older_than_allowed: [
    'the version is older than it allows',
    'An image that was confirmed forbids older ones: give a newer --version.',
  ],
  incomplete: ['it does not hold the whole image', 'Give the command again.'],
  hash_differs: [
    'what it holds is not what was signed',
    'Give the command again; if it stays, its flash is worn.',
  ],
  not_checked: ['the image was not checked', 'Give the command again.'],
  self_test_failed: [
    'the new image failed its self-test; the one before returns',
    'Do not use this image: build it again and validate it.',
  ],
  flash_failed: ['its flash does not take the image', 'The device is to be repaired.'],
};

function refused(outcome: Refusal, state: UpdateStateMessage): IsochroneError {
  const [words, hint] = REASONS[outcome];
  return new IsochroneError('FIRMWARE_UPDATE_REFUSED', `the device refuses the update: ${words}`, {
    hint,
    where: {
      reason: outcome,
      running: versionText(state.version),
      oldestAllowed: versionText(state.oldestAllowed),
    },
  });
}

function accepted(state: UpdateStateMessage): UpdateStateMessage {
  if (state.outcome !== 'done') throw refused(state.outcome, state);
  return state;
}

/**
 * @param images one for each slot, as an image file holds them
 * @throws IsochroneError FIRMWARE_UPDATE_REFUSED with `where.reason`, FIRMWARE_UPDATE_ROLLED_BACK, DEVICE_SILENT, LINK_LOST
 */
export async function updateDevice(
  link: UpdateLink,
  images: readonly FirmwareImage[],
  options: UpdateOptions = {},
): Promise<UpdateReport> {
  const startedAt = performance.now();
  const before = await link.ask('tell');
  if (before.runningSlot === NO_SLOT) throw refused('not_built_in', before);
  const running = images.find(({ buildId }) => buildId === before.buildId);
  const report = (image: FirmwareImage, sentBytes: number): UpdateReport => ({
    board: image.board,
    version: versionText(image.version),
    buildId: image.buildId,
    outcome: sentBytes === 0 && running === image && before.onTrial === 0 ? 'same' : 'updated',
    sentBytes,
    programBytes: image.program.length,
    milliseconds: Math.round(performance.now() - startedAt),
  });
  // An earlier attempt got as far as the restart, or further.
  if (running?.version === before.version) {
    await confirm(link, running, options);
    return report(running, 0);
  }
  const image = images.find(({ slotAddress }) => slotAddress === before.freeSlotAddress);
  if (image === undefined) throw refused('wrong_slot', before);
  const begun = await untilPhase(link, accepted(await link.begin(image.header)), 'erase', options);
  const sentBytes = await sendProgram(link, image.program, begun, options);
  await untilPhase(link, accepted(await link.ask('check')), 'verify', options);
  const checked = await link.ask('check');
  accepted(checked);
  accepted(await link.ask('activate'));
  await restart(link, image, before.bootId, options);
  if (options.confirm ?? true) await confirm(link, image, options);
  return report(image, sentBytes);
}

/** While the device erases or checks. */
async function untilPhase(
  link: UpdateLink,
  first: UpdateStateMessage,
  phase: 'erase' | 'verify',
  { onProgress }: UpdateOptions,
): Promise<UpdateStateMessage> {
  const busy = phase === 'erase' ? 'erasing' : 'checking';
  let state = first;
  while (state.phase === busy) {
    onProgress?.({ phase, done: state.workDone, total: state.workBytes });
    await sleep(POLL_MS);
    state = await link.ask('tell');
  }
  onProgress?.({ phase, done: 1, total: 1 });
  return state;
}

/** Parts as far as the credit reaches; what was lost is sent again. @returns bytes sent, repetitions left out */
async function sendProgram(
  link: UpdateLink,
  program: Uint8Array,
  begun: UpdateStateMessage,
  { onProgress }: UpdateOptions,
): Promise<number> {
  let { heldBytes: held, creditBytes: credit } = begun;
  const first = held;
  let sent = held;
  let failures = 0;
  while (held < program.length) {
    onProgress?.({ phase: 'write', done: held, total: program.length });
    const granted = Math.min(credit, program.length);
    while (sent < granted) {
      const end = Math.min(sent + PART_BYTES, granted);
      await link.sendPart(sent, program.subarray(sent, end));
      sent = end;
    }
    const answer = await link.held();
    if (answer !== undefined && answer.heldBytes > held) {
      ({ heldBytes: held, creditBytes: credit } = answer);
      failures = 0;
      continue;
    }
    // Of a part that was left out, behind one that was lost.
    if (answer !== undefined) continue;
    failures += 1;
    if (failures > ATTEMPTS) throw deviceSilent('a part of the image');
    const state = accepted(await link.ask('tell'));
    // A device that restarted holds nothing open: the next attempt goes on from its flash.
    if (state.bootId !== begun.bootId) throw refused('another_run', state);
    ({ heldBytes: held, creditBytes: credit } = state);
    sent = held;
  }
  onProgress?.({ phase: 'write', done: held, total: program.length });
  return program.length - first;
}

async function restart(
  link: UpdateLink,
  image: FirmwareImage,
  bootId: number,
  { onProgress, restartMs = RESTART_MS }: UpdateOptions,
): Promise<void> {
  onProgress?.({ phase: 'restart', done: 0, total: 1 });
  let state = await link.ask('restart', bootId);
  const deadline = performance.now() + restartMs;
  while (state.bootId === bootId) {
    if (performance.now() > deadline) throw deviceSilent('the restart');
    await sleep(POLL_MS);
    state = await link.ask('tell');
  }
  requireImage(link, state, image);
  onProgress?.({ phase: 'restart', done: 1, total: 1 });
}

/** @throws IsochroneError FIRMWARE_UPDATE_ROLLED_BACK */
function requireImage(
  link: UpdateLink,
  state: UpdateStateMessage,
  { buildId, version }: FirmwareImage,
): void {
  if (state.buildId === buildId && state.version === version) return;
  const said = link.loggedError === undefined ? '' : `; it says: ${link.loggedError}`;
  throw new IsochroneError(
    'FIRMWARE_UPDATE_ROLLED_BACK',
    `the new image did not hold; the device runs ${versionText(state.version)} again${said}`,
    {
      hint: 'Validate the image (`isochrone validate`) before the next attempt.',
      where: { running: versionText(state.version), buildId: state.buildId },
    },
  );
}

/** An image that fails its test gives itself up: the one before may be who answers. */
async function confirm(
  link: UpdateLink,
  image: FirmwareImage,
  { onProgress }: UpdateOptions,
): Promise<void> {
  onProgress?.({ phase: 'confirm', done: 0, total: 1 });
  requireImage(link, accepted(await link.ask('confirm')), image);
  onProgress?.({ phase: 'confirm', done: 1, total: 1 });
}

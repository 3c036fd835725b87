/** A new firmware over the link (docs/update.md): into the slot that does not run, on credit, checked, tried and confirmed. */
import { choice, fixed, list, scalar, type TrafficGroup } from '../schema-types.js';
import { IMAGE_HEADER_BYTES, PART_BYTES } from './limits.js';

const requestId = scalar('requestId', 'u16', 'Names this request; the answer carries it.');

export const update: TrafficGroup = {
  name: 'update',
  title: 'Update',
  doc: 'Plain frames that never change, so that a device of any schema is updated. The host repeats what is not answered; each request brings about a state and not a step.',
  enums: [
    {
      name: 'updateAction',
      doc: 'What the host wants of an update.',
      values: ['tell', 'check', 'activate', 'restart', 'confirm', 'give_up'],
    },
    {
      name: 'updateOutcome',
      doc: 'Whether it was done, and why not.',
      values: [
        ...['done', 'not_built_in', 'another_run', 'on_trial', 'not_an_image', 'wrong_board'],
        ...['wrong_slot', 'does_not_fit', 'bad_signature', 'older_than_allowed', 'incomplete'],
        ...['hash_differs', 'not_checked', 'self_test_failed', 'flash_failed'],
      ],
    },
    {
      name: 'updatePhase',
      doc: 'How far an update is.',
      values: ['idle', 'erasing', 'receiving', 'checking', 'checked', 'activated'],
    },
  ],
  messages: [
    {
      name: 'UPDATE_STATE',
      type: 0x1c,
      direction: 'device_to_host',
      checksum: 'plain',
      doc: 'The answer to UPDATE_BEGIN and UPDATE.',
      fields: [
        scalar('requestId', 'u16', 'The request that this answers.'),
        choice('outcome', 'updateOutcome', 'Whether it was done; of a check, how it ended.'),
        choice('phase', 'updatePhase', 'How far the update is.'),
        scalar(
          'runningSlot',
          'u8',
          '0 or 1; 255: the image runs from no slot and takes no update.',
        ),
        scalar('onTrial', 'u8', '1: the running image has yet to be confirmed.'),
        scalar('attemptsLeft', 'u8', 'Starts that it has left before the one before it returns.'),
        scalar('rolledBack', 'u8', '1: the last trial was given up, and this image returned.'),
        scalar('bootId', 'u32', 'That of HELLO.'),
        scalar('buildId', 'u32', 'That of HELLO.'),
        scalar(
          'version',
          'u32',
          'Of the running image: major in the top byte, minor in the next, patch in the lower two.',
        ),
        scalar('oldestAllowed', 'u32', 'The least version that is taken.'),
        scalar(
          'freeSlotAddress',
          'u32',
          'Where an image must be linked to run from the other slot.',
        ),
        scalar('freeSlotBytes', 'u32', 'Room for the image, its header included.'),
        scalar('workDone', 'u32', 'Bytes erased or checked so far, in these phases.'),
        scalar('workBytes', 'u32', 'Of so many.'),
        scalar('heldBytes', 'u32', 'Bytes of the program that are held: go on from here.'),
        scalar('creditBytes', 'u32', 'The host may send as far as this byte.'),
      ],
    },
    {
      name: 'UPDATE_HELD',
      type: 0x1d,
      direction: 'device_to_host',
      checksum: 'plain',
      doc: 'The answer to UPDATE_DATA.',
      fields: [
        scalar('heldBytes', 'u32', 'Bytes of the program from the first on, without a gap.'),
        scalar('creditBytes', 'u32', 'The host may send as far as this byte.'),
      ],
    },
    {
      name: 'UPDATE_BEGIN',
      type: 0x93,
      direction: 'host_to_device',
      checksum: 'plain',
      doc: 'Begins an update, or goes on with one of the same header. The device acquires no more until it restarts.',
      fields: [
        requestId,
        fixed(
          'header',
          'u8',
          IMAGE_HEADER_BYTES,
          'Of the image: judged before anything is erased.',
        ),
      ],
    },
    {
      name: 'UPDATE_DATA',
      type: 0x94,
      direction: 'host_to_device',
      checksum: 'plain',
      doc: 'A part of the program, within the credit.',
      fields: [
        scalar('firstByte', 'u32', 'Its place; one that does not follow what is held is left out.'),
        list('bytes', 'u8', { countName: 'byteCount', max: PART_BYTES }, 'The part.'),
      ],
    },
    {
      name: 'UPDATE',
      type: 0x95,
      direction: 'host_to_device',
      checksum: 'plain',
      doc:
        'tell: nothing but the answer; check: what was received; activate: try it at the next start; restart: start anew, if bootId is the ' +
        "run's; confirm: keep the image that runs; give_up: the one before returns at the next start.",
      fields: [
        requestId,
        choice('action', 'updateAction', 'What is wanted.'),
        scalar('bootId', 'u32', 'The run to end, of restart.'),
      ],
    },
  ],
};

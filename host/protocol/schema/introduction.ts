/** By which device and host learn who the other is. */
import { choice, list, scalar, text, texts, type TrafficGroup } from '../schema-types.js';

import { MAX_CLASSES, METHODS, START_TESTS } from './limits.js';

export const introduction: TrafficGroup = {
  name: 'introduction',
  title: 'Introduction',
  doc: 'Plain frames: peers of any schema understand the first six bytes of HELLO.',
  enums: [
    {
      name: 'resetCause',
      doc: 'What ended the run before; `unannounced`: nobody said, nor does the chip.',
      values: [
        ...['power_on', 'software', 'fault', 'watchdog', 'brown_out', 'pin'],
        ...['unannounced'],
      ],
    },
    {
      name: 'startTest',
      doc: 'A part of the test at the start, in the order of the bits of `startFaults`.',
      values: [...START_TESTS],
    },
    {
      name: 'startState',
      doc: 'How far the test at the start is.',
      values: ['testing', 'passed', 'failed'],
    },
  ],
  messages: [
    {
      name: 'HELLO',
      type: 0x01,
      direction: 'device_to_host',
      checksum: 'plain',
      doc: 'Who the device is. First frame after a reset, once a second, and the answer to HELLO_REQUEST.',
      fields: [
        scalar(
          'protocolVersion',
          'u16',
          'ISO_WIRE_PROTOCOL_VERSION. These first six bytes never move.',
        ),
        scalar('schemaHash', 'u32', 'ISO_WIRE_SCHEMA_HASH.'),
        text('boardName', 32, 'Name of the board file.'),
        text('modelName', 32, 'Name of the network.'),
        scalar('modelHash', 'u32', 'CRC-32C of the integer program.'),
        scalar('buildId', 'u32', 'Identifies what the firmware was built from.'),
        scalar('bootId', 'u32', 'Differs from one start to the next; equal ids mean the same run.'),
        list(
          'uniqueId',
          'u8',
          { countName: 'uniqueIdBytes', max: 16 },
          'The chip identity, as read.',
        ),
        scalar('sampleRateHz', 'u16', 'Acquisition rate; the axis of every sampleIndex.'),
        scalar('networkRateHz', 'u16', 'Rate of the network input and of the mean beat.'),
        scalar(
          'lsbNanovolt',
          'u32',
          'Resolution of the front end; SAMPLES are in microvolt regardless.',
        ),
        scalar('leadCount', 'u8', 'Leads per sample.'),
        scalar('ticksPerSecond', 'u32', 'Rate of every deviceTick.'),
        scalar('windowSamples', 'u16', 'Length of a window in acquisition samples.'),
        texts('classNames', 'classCount', MAX_CLASSES, 8, 'In the order of every per-class array.'),
        list(
          'operatingPoints',
          'f32',
          { countName: 'operatingPointCount', max: MAX_CLASSES },
          'Probability from which each class is called; none: the network names none.',
        ),
        list(
          'methods',
          'u8',
          { countName: 'methodCount', max: METHODS.length },
          'What explains, values of `method`; the first explains every result, the others on request.',
        ),
        choice('resetCause', 'resetCause', 'What ended the run before.'),
        choice('startState', 'startState', 'How far the test at the start is.'),
        scalar('startFaults', 'u8', 'What failed of it, a bit each, in the order of `startTest`.'),
      ],
    },
    {
      name: 'HELLO_REQUEST',
      type: 0x81,
      direction: 'host_to_device',
      checksum: 'plain',
      doc: 'Asks for HELLO now.',
      fields: [scalar('hostVersion', 'u16', "The host's ISO_WIRE_PROTOCOL_VERSION.")],
    },
  ],
};

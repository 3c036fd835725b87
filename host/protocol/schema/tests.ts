/** The network on an input of the host's, layer by layer (docs/wire.md). */
import { choice, list, scalar, type TrafficGroup } from '../schema-types.js';
import { MAX_CLASSES, PART_BYTES } from './limits.js';

export const tests: TrafficGroup = {
  name: 'tests',
  title: 'Tests of the network',
  doc: 'The host repeats what is not answered.',
  enums: [
    {
      name: 'testStatus',
      doc: 'Whether a test run took place, and why not.',
      values: ['done', 'acquiring', 'input_incomplete', 'no_such_class'],
    },
  ],
  messages: [
    {
      name: 'TEST_INPUT_HELD',
      type: 0x0f,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'How much of a test input the device holds; the answer to TEST_INPUT.',
      fields: [scalar('byteCount', 'u32', 'Bytes from the first on, without a gap.')],
    },
    {
      name: 'TEST_LAYER',
      type: 0x10,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'One layer of a test run, in the order they run, forward then gradient.',
      fields: [
        scalar('layerIndex', 'u16', 'From 0.'),
        scalar('byteCount', 'u32', 'Of its output.'),
        scalar('crc', 'u32', 'CRC-32C of its output.'),
      ],
    },
    {
      name: 'TEST_RESULT',
      type: 0x11,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'A test run has ended, or was refused; the answer to TEST_RUN, and to TEST_INPUT where it is refused.',
      fields: [
        choice('status', 'testStatus', 'Whether the network ran; without, the rest is 0.'),
        scalar('explainedClass', 'u8', 'The class that was explained.'),
        scalar('gradientCrc', 'u32', 'CRC-32C of the gradient; of no bytes without explanation.'),
        scalar('saturations', 'u32', 'Saturated gradient values of this run.'),
        list(
          'logits',
          'i16',
          { countName: 'logitCount', max: MAX_CLASSES },
          'Steps, one per class.',
        ),
      ],
    },
    {
      name: 'TEST_INPUT',
      type: 0x8a,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'A part of an input of the network, for a device that is stopped. A part at 0 begins anew.',
      fields: [
        scalar('firstByte', 'u32', 'Its place; one that does not follow what is held is left out.'),
        list(
          'bytes',
          'u8',
          { countName: 'byteCount', max: PART_BYTES },
          "The network's own codes.",
        ),
      ],
    },
    {
      name: 'TEST_RUN',
      type: 0x8b,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Run the network on the input that is held, which is used up.',
      fields: [
        scalar('classIndex', 'u8', 'The class to explain, or 255 for the winner.'),
        scalar('inputCrc', 'u32', 'CRC-32C of the whole input.'),
      ],
    },
  ],
};

/** Something long that the device holds, read piece by piece on credit, behind everything live. */
import { choice, list, scalar, type TrafficGroup } from '../schema-types.js';
import { PART_BYTES } from './limits.js';

const requestId = scalar('requestId', 'u16', 'The READ_OBJECT that this belongs to.');

export const bulk: TrafficGroup = {
  name: 'bulk',
  title: 'Bulk',
  doc: 'Sent only on credit of the host, and only into a line that is idle.',
  enums: [
    {
      name: 'bulkObject',
      doc: 'What can be read.',
      values: ['network_input', 'crash_record', 'layer_times'],
    },
    {
      name: 'bulkState',
      doc: 'What became of a reading.',
      values: ['open', 'not_there', 'changed'],
    },
  ],
  messages: [
    {
      name: 'OBJECT',
      type: 0x1a,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'The answer to READ_OBJECT; and once more when the object changed while it was read.',
      fields: [
        requestId,
        choice('state', 'bulkState', 'Whether it can be read; otherwise the rest is 0.'),
        scalar('byteCount', 'u32', 'Of the whole object.'),
        scalar('crc', 'u32', 'CRC-32C of the whole object.'),
        scalar('resultId', 'u16', 'The answer that a network_input belongs to.'),
      ],
    },
    {
      name: 'OBJECT_PART',
      type: 0x1b,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'A part that the credit covers.',
      fields: [
        requestId,
        scalar('firstByte', 'u32', 'Its place.'),
        list('bytes', 'u8', { countName: 'byteCount', max: PART_BYTES }, 'The part.'),
      ],
    },
    {
      name: 'READ_OBJECT',
      type: 0x90,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Opens an object for reading; ends a reading that was open.',
      fields: [
        scalar('requestId', 'u16', 'Names this reading.'),
        choice('object', 'bulkObject', 'Which.'),
      ],
    },
    {
      name: 'CREDIT',
      type: 0x91,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'The device may send these bytes; takes the place of the credit before.',
      fields: [
        requestId,
        scalar('firstByte', 'u32', 'From here: what was lost is asked for again.'),
        scalar('byteCount', 'u16', 'So many at most; 0 pauses.'),
      ],
    },
  ],
};

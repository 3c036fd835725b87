/** Samples, from the device and for it, and the end of a record. */
import { list, scalar, type TrafficGroup } from '../schema-types.js';

import { LEADS } from './limits.js';

export const samples: TrafficGroup = {
  name: 'samples',
  title: 'Samples',
  doc: 'A stream: never sent again, what is missing is told by index.',
  enums: [],
  messages: [
    {
      name: 'SAMPLES',
      type: 0x03,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'A run of raw samples. Never sent again; what is missing is reported by index.',
      fields: [
        scalar('firstSampleIndex', 'u32', 'Index of the first sample of this frame.'),
        scalar('deviceTick', 'u32', 'When that sample was taken; wraps.'),
        scalar(
          'samplesDropped',
          'u32',
          'Since start: lost before the device or left out for want of room.',
        ),
        list(
          'microvolt',
          'i16',
          { countName: 'sampleCount', max: 10, per: LEADS },
          'Sample-major, leads I II V1 V2 V3 V4 V5 V6.',
        ),
      ],
    },
    {
      name: 'INJECT',
      type: 0x82,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Samples in place of a front end, for emulators and benches.',
      fields: [
        scalar('firstSampleIndex', 'u32', 'Index of the first sample of this frame.'),
        scalar(
          'contactMeasured',
          'u16',
          'Electrodes whose contact the front end measures: bit 0 RA, LA, LL, V1 to V6.',
        ),
        scalar('contactOff', 'u16', 'Of these, those without contact, during all of this frame.'),
        list(
          'microvolt',
          'i16',
          { countName: 'sampleCount', max: 20, per: LEADS },
          'Sample-major, leads I II V1 V2 V3 V4 V5 V6.',
        ),
      ],
    },
    {
      name: 'END_OF_RECORD',
      type: 0x83,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'No INJECT follows; the device finishes and answers END.',
      fields: [
        scalar('sampleCount', 'u32', 'Samples of the record: one more than its last index.'),
      ],
    },
    {
      name: 'END',
      type: 0x0d,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'The injected record has ended and everything about it has been sent.',
      fields: [scalar('sampleCount', 'u32', 'Samples of the record, lost ones included.')],
    },
  ],
};

/** The clocks of device and host, side by side. */
import { scalar, type TrafficGroup } from '../schema-types.js';

export const time: TrafficGroup = {
  name: 'time',
  title: 'Time',
  doc: 'Repeated as the host likes: of many exchanges those with the shortest way there and back count.',
  enums: [],
  messages: [
    {
      name: 'TIME_REPLY',
      type: 0x19,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'The answer to TIME_REQUEST.',
      fields: [
        scalar('requestId', 'u16', 'The request that this answers.'),
        scalar('receivedTick', 'u32', 'deviceTick when the device took the request; wraps.'),
        scalar('sentTick', 'u32', 'deviceTick when it wrote this answer; wraps.'),
        scalar('unixSeconds', 'u32', 'The time of day by SET_TIME; 0: it was not told.'),
        scalar('milliseconds', 'u16', 'Of that second.'),
      ],
    },
    {
      name: 'TIME_REQUEST',
      type: 0x8e,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Asks for both ticks.',
      fields: [scalar('requestId', 'u16', 'Names this exchange.')],
    },
    {
      name: 'SET_TIME',
      type: 0x8f,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Tells the device the time of day; deviceTick and sampleIndex go on as they were.',
      fields: [
        scalar('requestId', 'u16', 'Names this request; COMMAND_RESULT carries it.'),
        scalar('unixSeconds', 'u32', 'Seconds since 1970-01-01 00:00:00 UTC.'),
        scalar('milliseconds', 'u16', 'Of that second.'),
      ],
    },
  ],
};

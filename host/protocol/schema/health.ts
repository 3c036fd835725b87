/** What the device says of itself. */
import { choice, fixed, scalar, text, type TrafficGroup } from '../schema-types.js';

import { DUTIES } from './limits.js';

export const health: TrafficGroup = {
  name: 'health',
  title: 'Health',
  doc: 'Repeated each second, so that a lost one heals itself.',
  enums: [
    { name: 'logLevel', doc: 'How serious a line is.', values: ['info', 'warning', 'error'] },
    { name: 'duty', doc: "What the device's loop does in turn.", values: [...DUTIES] },
  ],
  messages: [
    {
      name: 'STATUS',
      type: 0x02,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'Health, once a second and before END. Counters run since the start and wrap at 2^32.',
      fields: [
        scalar('uptimeMs', 'u32', 'Since the start.'),
        scalar('deviceTick', 'u32', 'At encoding; wraps.'),
        scalar('samplesReceived', 'u32', 'Samples that reached the device from its front end.'),
        scalar(
          'samplesDropped',
          'u32',
          'Samples that the device did not put on the wire; as in SAMPLES.',
        ),
        scalar(
          'framesDropped',
          'u32',
          'Frames of any type that found no room in the transmit buffer.',
        ),
        scalar('receiveErrors', 'u32', 'Damaged or malformed frames received, all ports.'),
        scalar('transmitHighWater', 'u16', 'Most bytes ever queued for the link.'),
        scalar('receiveHighWater', 'u16', 'Most bytes ever waiting from any port.'),
        scalar('cpuLoadPermille', 'u16', 'Busy share of the last second.'),
        scalar('stackHighWaterBytes', 'u32', 'Deepest stack use so far.'),
        scalar('gradientSaturations', 'u32', 'Saturated gradient values so far.'),
        scalar(
          'injectCredit',
          'u16',
          'Samples of INJECT that the receive buffer has room for now.',
        ),
        scalar('loopWorstTicks', 'u32', 'The longest round of the loop so far, sleep left out.'),
        scalar(
          'interruptWorstTicks',
          'u32',
          'The longest that the periodic interrupt had to wait so far; 0 where it is not measured.',
        ),
        fixed(
          'dutyWorstTicks',
          'u32',
          DUTIES.length,
          'The longest turn of each duty so far, in the order of `duty`.',
        ),
      ],
    },
    {
      name: 'LOG',
      type: 0x0c,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'A line for people.',
      fields: [choice('level', 'logLevel', 'How serious.'), text('text', 200, 'The line.')],
    },
  ],
};

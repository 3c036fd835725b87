/**
 * Every message of the wire, once. `npm run generate` writes from it the C codec (firmware-templates/core/iso_wire.h, .c),
 * the TypeScript types (messages.ts) and the reference tables (docs/wire-messages.md); codec.ts interprets it directly.
 * Any change here changes the schema hash, so that peers built for different schemas refuse each other by name.
 */
import {
  choice,
  fixed,
  list,
  records,
  scalar,
  text,
  texts,
  type MessageSchema,
  type WireSchema,
} from './schema-types.js';
import { signalEnums, signalMessages } from './schema-signal.js';
import { MAX_CLASSES, testEnums, testsFromDevice, testsFromHost } from './schema-tests.js';

const LEADS = 8;
const DERIVED_LEADS = 12;
const PHASES = 3;
/** 17 AHA segments and 4 of the right ventricle. */
const SEGMENTS = 21;
/** `relevance` is layer-wise relevance propagation. */
const METHODS = [
  ...['gradient_x_input', 'integrated_gradients', 'smoothgrad'],
  ...['grad_cam', 'occlusion', 'relevance'],
];
/** 0.8 s of mean beat at 100 Hz. */
const MAX_BEAT_SAMPLES = 80;

const deviceToHost: readonly MessageSchema[] = [
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
        'methods',
        'u8',
        { countName: 'methodCount', max: METHODS.length },
        'What explains, values of `method`; the first explains every result, the others on request.',
      ),
    ],
  },
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
      scalar('injectCredit', 'u16', 'Samples of INJECT that the receive buffer has room for now.'),
    ],
  },
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
    name: 'BEAT',
    type: 0x04,
    direction: 'device_to_host',
    checksum: 'schema',
    doc: 'A QRS complex was found.',
    fields: [
      scalar('sampleIndex', 'u32', 'R mark, filter delays removed.'),
      scalar('rrMs', 'u16', 'Since the previous beat; 0 when there is none to measure from.'),
      scalar(
        'noisePercent',
        'u8',
        'Unrest between the beats against a beat; above 35 the beat is a guess.',
      ),
    ],
  },
  {
    name: 'RESULT',
    type: 0x05,
    direction: 'device_to_host',
    checksum: 'schema',
    doc: "The network's answer for one window.",
    fields: [
      scalar('resultId', 'u16', 'Names this result in everything that follows; wraps.'),
      scalar('windowFirstSampleIndex', 'u32', 'First acquisition sample of the window.'),
      scalar('windowSampleCount', 'u16', 'Acquisition samples that the window spans.'),
      scalar('winner', 'u8', 'Index of the most probable class.'),
      scalar('networkMicroseconds', 'u32', 'Time of the forward pass.'),
      scalar('explainMicroseconds', 'u32', 'Time of the backward pass and of the heart mapping.'),
      list(
        'probabilities',
        'f32',
        { countName: 'probabilityCount', max: MAX_CLASSES },
        'Sigmoid of each logit.',
      ),
      list('logits', 'f32', { countName: 'logitCount', max: MAX_CLASSES }, 'One per class.'),
    ],
  },
  {
    name: 'EXPLANATION',
    type: 0x06,
    direction: 'device_to_host',
    checksum: 'schema',
    doc: 'Where the evidence of a result lies. Evidence is signed, in logit units, mean per beat.',
    fields: [
      scalar('resultId', 'u16', 'The result that is explained.'),
      scalar('classIndex', 'u8', 'The class that is explained.'),
      choice('method', 'method', 'How the attribution was made.'),
      choice('mapping', 'mapping', 'How it was carried to the heart.'),
      choice('transform', 'transform', 'How leads became a vectorcardiogram.'),
      scalar('beatCount', 'u8', 'Beats that were averaged.'),
      scalar(
        'residualShare',
        'f32',
        'Share of the evidence outside every vectorcardiogram, 0 to 1.',
      ),
      fixed('meanQrsMicrovolt', 'f32', 3, 'Mean vectorcardiogram over QRS: left, down, back.'),
      scalar('topSegment', 'u8', 'Index of the highest score.'),
      fixed(
        'leadEvidence',
        'f32',
        DERIVED_LEADS * PHASES,
        'Lead-major: 12 leads, each P, QRS, ST-T.',
      ),
      fixed(
        'segmentScores',
        'f32',
        SEGMENTS,
        '17 AHA segments, RV base, mid, apex, outflow; sum 1.',
      ),
      fixed('segmentSpread', 'f32', SEGMENTS, 'Standard deviation over beats, same order.'),
    ],
  },
  {
    name: 'BEAT_LEAD',
    type: 0x07,
    direction: 'device_to_host',
    checksum: 'schema',
    doc: 'The mean beat of one lead; eight of them belong to an explanation.',
    fields: [
      scalar('resultId', 'u16', 'The result that is explained.'),
      scalar('leadIndex', 'u8', '0 to 7, order of SAMPLES.'),
      scalar('rateHz', 'u16', 'Rate of the mean beat.'),
      scalar('rIndex', 'u8', 'Index of the R mark inside the beat.'),
      list('microvolt', 'i16', { countName: 'sampleCount', max: MAX_BEAT_SAMPLES }, 'The beat.'),
    ],
  },
  {
    name: 'BEAT_ATTRIBUTION',
    type: 0x08,
    direction: 'device_to_host',
    checksum: 'schema',
    doc: 'The mean attribution of one lead over the beat; twelve of them belong to an explanation.',
    fields: [
      scalar('resultId', 'u16', 'The result that is explained.'),
      scalar('leadIndex', 'u8', '0 to 11, twelve-lead order.'),
      scalar('scale', 'f32', 'Logit units per step.'),
      list(
        'steps',
        'i8',
        { countName: 'sampleCount', max: MAX_BEAT_SAMPLES },
        'Signed attribution.',
      ),
    ],
  },
  {
    name: 'BEAT_FIDUCIALS',
    type: 0x09,
    direction: 'device_to_host',
    checksum: 'schema',
    doc: 'Indices into the mean beat; -1 when not found.',
    fields: [
      scalar('resultId', 'u16', 'The result that is explained.'),
      scalar('pOnset', 'i16', 'Start of the P wave.'),
      scalar('pEnd', 'i16', 'End of the P wave.'),
      scalar('qrsOnset', 'i16', 'Start of the QRS complex.'),
      scalar('jPoint', 'i16', 'End of the QRS complex.'),
      scalar('tPeak', 'i16', 'Peak of the T wave.'),
      scalar('tEnd', 'i16', 'End of the T wave.'),
    ],
  },
  {
    name: 'PATH',
    type: 0x0a,
    direction: 'device_to_host',
    checksum: 'schema',
    doc: 'A part of the CineECG path. Frank frame (X left, Y inferior, Z posterior), origin in the heart.',
    fields: [
      scalar('resultId', 'u16', 'The result that is explained.'),
      scalar('partIndex', 'u8', '0 to partCount - 1.'),
      scalar('partCount', 'u8', 'Parts of this path, 1 to 16; the same in each of them.'),
      records(
        'points',
        { countName: 'pointCount', recordName: 'pathPoint', max: 40 },
        [
          scalar('xHundredthMm', 'i16', 'To the left.'),
          scalar('yHundredthMm', 'i16', 'Downwards.'),
          scalar('zHundredthMm', 'i16', 'Backwards.'),
          choice('phase', 'phase', 'Part of the beat.'),
          scalar(
            'evidence',
            'f32',
            'Mean over leads of the magnitude of attribution, logit units.',
          ),
        ],
        'In the order of time.',
      ),
    ],
  },
  {
    name: 'RESULT_END',
    type: 0x0b,
    direction: 'device_to_host',
    checksum: 'schema',
    doc: 'Everything about this result has been sent; the host answers with ACK when it has all of it.',
    fields: [
      scalar('resultId', 'u16', 'The result that is complete.'),
      choice('explanation', 'explanationState', 'Whether its explanation was sent, or why not.'),
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
  {
    name: 'END',
    type: 0x0d,
    direction: 'device_to_host',
    checksum: 'schema',
    doc: 'The injected record has ended and everything about it has been sent.',
    fields: [scalar('sampleCount', 'u32', 'Samples of the record, lost ones included.')],
  },
  ...signalMessages,
  ...testsFromDevice,
];

const hostToDevice: readonly MessageSchema[] = [
  {
    name: 'HELLO_REQUEST',
    type: 0x81,
    direction: 'host_to_device',
    checksum: 'plain',
    doc: 'Asks for HELLO now.',
    fields: [scalar('hostVersion', 'u16', "The host's ISO_WIRE_PROTOCOL_VERSION.")],
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
    fields: [scalar('sampleCount', 'u32', 'Samples of the record: one more than its last index.')],
  },
  {
    name: 'START',
    type: 0x84,
    direction: 'host_to_device',
    checksum: 'schema',
    doc: 'Start acquisition. A device acquires from its start without being told.',
    fields: [],
  },
  {
    name: 'STOP',
    type: 0x85,
    direction: 'host_to_device',
    checksum: 'schema',
    doc: 'Stop acquisition; HELLO and STATUS go on.',
    fields: [],
  },
  {
    name: 'SET_CLASS',
    type: 0x86,
    direction: 'host_to_device',
    checksum: 'schema',
    doc: 'Which class to explain from the next result on.',
    fields: [scalar('classIndex', 'u8', 'Index, or 255 for the winner of each result.')],
  },
  {
    name: 'EXPLAIN',
    type: 0x8c,
    direction: 'host_to_device',
    checksum: 'schema',
    doc: 'Answer for the signal as it is now, explained this once for this class by this method.',
    fields: [
      scalar('classIndex', 'u8', 'Index, or 255 for the winner.'),
      choice('method', 'method', 'One of those that HELLO names.'),
    ],
  },
  {
    name: 'ACK',
    type: 0x87,
    direction: 'host_to_device',
    checksum: 'schema',
    doc: 'The host has all of a result; it need not be sent again.',
    fields: [scalar('resultId', 'u16', 'The result that arrived.')],
  },
  {
    name: 'REBOOT',
    type: 0x88,
    direction: 'host_to_device',
    checksum: 'schema',
    doc: 'Restart the device.',
    fields: [],
  },
  ...testsFromHost,
];

export const WIRE_SCHEMA: WireSchema = {
  protocolVersion: 1,
  maxPayloadBytes: 512,
  enums: [
    { name: 'method', doc: 'How an attribution is made.', values: METHODS },
    {
      name: 'mapping',
      doc: 'How an attribution is carried from leads to the heart.',
      values: ['adjoint_direction', 'paper_like_position', 'chain_rule'],
    },
    {
      name: 'transform',
      doc: 'How leads become a vectorcardiogram.',
      values: ['kors', 'inverse_dower', 'geometric'],
    },
    { name: 'phase', doc: 'Part of the beat.', values: ['P', 'QRS', 'ST-T'] },
    ...signalEnums,
    ...testEnums,
    { name: 'logLevel', doc: 'How serious a line is.', values: ['info', 'warning', 'error'] },
  ],
  messages: [...deviceToHost, ...hostToDevice],
};

/** What the host asks of the device. Each command has an id and is answered; what is asked again under the same id is done once. */
import { choice, scalar, type TrafficGroup } from '../schema-types.js';

const requestId = scalar('requestId', 'u16', 'Names this request; the answer carries it.');
const answered = scalar('requestId', 'u16', 'The request that this answers.');
const outcome = choice('outcome', 'commandOutcome', 'Whether it was done, and why not.');
const setting = choice('setting', 'setting', 'Which.');

export const commands: TrafficGroup = {
  name: 'commands',
  title: 'Commands',
  doc: 'Each is answered with its requestId; the host asks again until it is.',
  enums: [
    {
      name: 'commandOutcome',
      doc: 'What became of a command.',
      values: [
        ...['done', 'no_such_class', 'out_of_range', 'exceeds_link', 'not_built_in'],
        ...['another_run'],
      ],
    },
    {
      name: 'setting',
      doc: 'What a host may change of a running device.',
      values: ['result_interval_ms', 'samples_per_frame', 'explanations', 'median_beats'],
    },
    {
      name: 'selfTest',
      doc: 'Outcome of the known-answer test.',
      values: ['passed', 'answer_differs', 'explanation_differs', 'not_built_in'],
    },
  ],
  messages: [
    {
      name: 'CONFIGURATION',
      type: 0x16,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'What fills the line: follows each HELLO, and each SETTING that changed something.',
      fields: [
        scalar('linkBaud', 'u32', 'Rate of the line; 0 where it has none.'),
        scalar('resultIntervalMs', 'u32', 'Signal from one result to the next.'),
        scalar('samplesPerFrame', 'u8', 'Samples in each SAMPLES.'),
        scalar('explanations', 'u8', '1: results are explained.'),
        scalar('medianBeats', 'u8', '1: MEDIAN_LEAD is sent.'),
        scalar('measuresBeats', 'u8', '1: the build measures beats.'),
      ],
    },
    {
      name: 'COMMAND_RESULT',
      type: 0x17,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'The answer to START, STOP, SET_CLASS, EXPLAIN, SET_TIME and REBOOT.',
      fields: [answered, outcome],
    },
    {
      name: 'SETTING',
      type: 0x18,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'The answer to GET_SETTING and SET_SETTING.',
      fields: [
        answered,
        outcome,
        setting,
        scalar('value', 'u32', 'As it is now.'),
        scalar('least', 'u32', 'The least that this build takes.'),
        scalar('most', 'u32', 'The most that it takes; a slow line may bear less.'),
      ],
    },
    {
      name: 'SELF_TEST_RESULT',
      type: 0x0e,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'How the known-answer test went; the answer to SELF_TEST.',
      fields: [
        answered,
        choice('outcome', 'selfTest', 'What the network made of the known input.'),
      ],
    },
    {
      name: 'START',
      type: 0x84,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Start acquisition. A device acquires from its start without being told.',
      fields: [requestId],
    },
    {
      name: 'STOP',
      type: 0x85,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Stop acquisition; HELLO and STATUS go on.',
      fields: [requestId],
    },
    {
      name: 'SET_CLASS',
      type: 0x86,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Which class to explain from the next result on.',
      fields: [
        requestId,
        scalar('classIndex', 'u8', 'Index, or 255 for the winner of each result.'),
      ],
    },
    {
      name: 'REBOOT',
      type: 0x88,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Restart the device, if it still is in this run.',
      fields: [requestId, scalar('bootId', 'u32', 'The run to end: that of HELLO.')],
    },
    {
      name: 'SELF_TEST',
      type: 0x89,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Run the known-answer test now.',
      fields: [requestId],
    },
    {
      name: 'GET_SETTING',
      type: 0x92,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Asks what a setting is.',
      fields: [requestId, setting],
    },
    {
      name: 'SET_SETTING',
      type: 0x8d,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Changes a setting; it is kept where the board has flash for it.',
      fields: [requestId, setting, scalar('value', 'u32', 'From now on.')],
    },
    {
      name: 'TEST_SIGNAL',
      type: 0x1e,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'The answer to SET_TEST_SIGNAL: a square wave on every lead, as it should come out.',
      fields: [
        answered,
        choice(
          'outcome',
          'commandOutcome',
          'Whether the front end has one; without, the rest is 0.',
        ),
        scalar('peakToPeakMicrovolt', 'u32', 'From its low to its high level.'),
        scalar('periodSamples', 'u16', 'At sampleRateHz.'),
      ],
    },
    {
      name: 'SET_TEST_SIGNAL',
      type: 0x96,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: "Puts the front end's own test signal in the place of the electrodes, or takes it away. While it lasts samples are sent, and no beat, electrode or result is made of them. Ends with the run.",
      fields: [requestId, scalar('on', 'u8', '1: the test signal; 0: the electrodes.')],
    },
  ],
};

/** Answers of the network and where their evidence lies. */
import { choice, fixed, list, records, scalar, type TrafficGroup } from '../schema-types.js';

import { MAX_CLASSES, METHODS } from './limits.js';

const DERIVED_LEADS = 12;
const PHASES = 3;
/** 17 AHA segments and 4 of the right ventricle. */
const SEGMENTS = 21;
/** 0.8 s of mean beat at 100 Hz. */
const MAX_BEAT_SAMPLES = 80;

export const results: TrafficGroup = {
  name: 'results',
  title: 'Results',
  doc: 'Sent again until they are acknowledged; the host tells each once.',
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
    {
      name: 'explanationState',
      doc: 'Whether a result was explained, and why not.',
      values: [
        ...['sent', 'not_compiled', 'lead_off', 'poor_signal'],
        ...['no_beat', 'no_qrs', 'no_evidence', 'switched_off', 'unfamiliar'],
      ],
    },
  ],
  messages: [
    {
      name: 'RESULT',
      type: 0x05,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: "The network's answer for one window. Withheld, it has neither probabilities nor logits, and RESULT_END says why.",
      fields: [
        scalar('resultId', 'u16', 'Names this result in everything that follows; wraps.'),
        scalar('windowFirstSampleIndex', 'u32', 'First acquisition sample of the window.'),
        scalar('windowSampleCount', 'u16', 'Acquisition samples that the window spans.'),
        scalar('winner', 'u8', 'Index of the most probable class; 0 where the answer is withheld.'),
        scalar('networkMicroseconds', 'u32', 'Time of the forward pass.'),
        scalar('explainMicroseconds', 'u32', 'Time of the backward pass and of the heart mapping.'),
        scalar(
          'unfamiliarity',
          'f32',
          'How unlike the training data: above 1 the answer is withheld; -1: not known.',
        ),
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
      name: 'EXPLAIN',
      type: 0x8c,
      direction: 'host_to_device',
      checksum: 'schema',
      doc: 'Answer for the signal as it is now, explained this once for this class by this method.',
      fields: [
        scalar('requestId', 'u16', 'Names this request; COMMAND_RESULT carries it.'),
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
  ],
};

/** The part of the wire that tells of the signal itself: electrodes, quality, beats, spikes, the measured beat (docs/signal.md). */
import { choice, fixed, list, scalar, type TrafficGroup } from '../schema-types.js';
import { LEADS } from './limits.js';

/** 1.18 s of median beat at 125 Hz. */
const MAX_MEDIAN_SAMPLES = 148;
/** In the order of enum iso_electrode. */
const ELECTRODES = ['RA', 'LA', 'LL', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'];

const contact = (electrode: string): ReturnType<typeof choice> => {
  const name = electrode.charAt(0) + electrode.slice(1).toLowerCase();
  return choice(`contact${name}`, 'contact', `Electrode ${electrode}.`);
};
const offset = (name: string, what: string): ReturnType<typeof scalar> =>
  scalar(name, 'i16', `${what}, acquisition samples from sampleIndex; -32768: not there.`);
const interval = (name: string, what: string): ReturnType<typeof scalar> =>
  scalar(name, 'u16', `${what}; 0: not known.`);

export const signal: TrafficGroup = {
  name: 'signal',
  title: 'Signal',
  doc: 'A stream as samples are, but for SIGNAL_STATE, which is repeated each second.',
  enums: [
    {
      name: 'signalStages',
      doc: 'What a build does with the signal: watches it, or measures its beats as well.',
      values: ['watch', 'measure'],
    },
    {
      name: 'signalSource',
      doc: 'What the samples show.',
      values: ['electrodes', 'test_signal'],
    },
    { name: 'contact', doc: 'An electrode on the skin.', values: ['unknown', 'on', 'off'] },
    {
      name: 'quality',
      doc: 'Whether a signal can be read.',
      values: ['unknown', 'readable', 'poor'],
    },
    {
      name: 'reversal',
      doc: 'Electrodes that seem to have changed places.',
      values: [
        ...['not_judged', 'none', 'ra_la', 'la_ll', 'ra_ll'],
        ...['v1_v2', 'v2_v3', 'v3_v4', 'v4_v5', 'v5_v6', 'v1_v3', 'v1_to_v6'],
      ],
    },
    {
      name: 'mains',
      doc: 'Mains interference.',
      values: ['not_watched', 'none', 'hz_50', 'hz_60'],
    },
  ],
  messages: [
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
      name: 'SIGNAL_STATE',
      type: 0x12,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'What the device knows of its signal: with each change, once a second and before END.',
      fields: [
        scalar('sampleIndex', 'u32', 'The newest sample that it is known of.'),
        choice('stages', 'signalStages', 'What this build does with the signal.'),
        choice(
          'source',
          'signalSource',
          'Of a test signal nothing is made: no beats, no results, no states of electrodes.',
        ),
        ...ELECTRODES.map(contact),
        choice('quality', 'quality', 'Whether the last ten seconds can be read.'),
        fixed(
          'leadReasons',
          'u8',
          LEADS,
          'What speaks against each lead, order of SAMPLES. Bits: 1 flat, 2 restless, 4 wander.',
        ),
        choice(
          'limbReversal',
          'reversal',
          'Limb electrodes that seem exchanged in the last window.',
        ),
        choice('chestReversal', 'reversal', 'The same of chest electrodes.'),
        choice('mains', 'mains', 'Mains interference that is found and subtracted.'),
        scalar('mainsMillihertz', 'u32', 'Its frequency; 0 when there is none.'),
      ],
    },
    {
      name: 'PACER_SPIKE',
      type: 0x13,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'A pacemaker spike was found. None says nothing about spikes too small to be seen at this rate.',
      fields: [scalar('sampleIndex', 'u32', 'Its moment, delays removed.')],
    },
    {
      name: 'BEAT_MEASUREMENT',
      type: 0x14,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'The median beat, measured anew with each beat that joins it. Marks hold for all leads together.',
      fields: [
        scalar('sampleIndex', 'u32', 'Middle of the QRS of the newest beat in it.'),
        scalar('beatCount', 'u8', 'Beats in it, at most 8.'),
        offset('pOnset', 'Start of the P wave'),
        offset('pEnd', 'End of the P wave'),
        offset('qrsOnset', 'Start of the QRS complex'),
        offset('qrsEnd', 'End of the QRS complex'),
        offset('tPeak', 'Peak of the T wave'),
        offset('tEnd', 'End of the T wave'),
        interval('heartRatePerMin', 'From the mean of the last eight RR intervals'),
        interval('meanRrMs', 'That mean'),
        interval('prMs', 'P onset to QRS onset'),
        interval('qrsMs', 'QRS onset to QRS end'),
        interval('qtMs', 'QRS onset to T end'),
        interval('qtcFridericiaMs', 'QT / (RR / 1 s)^(1/3)'),
        interval('qtcBazettMs', 'QT / (RR / 1 s)^(1/2)'),
      ],
    },
    {
      name: 'MEDIAN_LEAD',
      type: 0x15,
      direction: 'device_to_host',
      checksum: 'schema',
      doc: 'One lead of the median beat; eight follow a BEAT_MEASUREMENT, at most once in 2.5 s.',
      fields: [
        scalar('sampleIndex', 'u32', 'That of its BEAT_MEASUREMENT.'),
        scalar('leadIndex', 'u8', '0 to 7, order of SAMPLES.'),
        scalar('rateHz', 'u16', 'Rate of the samples.'),
        scalar('centreIndex', 'u8', 'The sample that begins at sampleIndex.'),
        list(
          'microvolt',
          'i16',
          { countName: 'sampleCount', max: MAX_MEDIAN_SAMPLES },
          'The beat.',
        ),
      ],
    },
  ],
};

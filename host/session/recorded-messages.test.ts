import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../codegen/testing/random.js';
import type { DeviceMessage } from '../protocol/messages.js';
import { startRecorder } from '../records/recorder.js';
import { readWfdb } from '../records/wfdb.js';
import { openLink } from '../serial/link.js';
import { memoryTransport } from '../serial/memory-transport.js';
import { FrameEncoder } from '../protocol/frame.js';
import { StreamTranslator } from '../serial/stream-translator.js';
import {
  explanationMessages,
  helloMessage,
  resultMessage,
  samplesMessage,
  SEGMENT_NAMES,
  unansweredMessages,
} from '../serial/test-device.js';
import type { StreamEvent } from '../stream/events.js';
import { toMessages } from './recorded-messages.js';
import { replayStart, replayTransport } from './replay-transport.js';

const folder = mkdtempSync(join(tmpdir(), 'isochrone-recorded-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const signal = (sampleIndex: number): DeviceMessage => ({
  kind: 'SIGNAL_STATE',
  sampleIndex,
  stages: 'measure',
  source: 'electrodes',
  contactRa: 'on',
  contactLa: 'on',
  contactLl: 'unknown',
  contactV1: 'on',
  contactV2: 'off',
  contactV3: 'on',
  contactV4: 'on',
  contactV5: 'on',
  contactV6: 'on',
  quality: 'poor',
  leadReasons: [0, 5, 0, 2, 0, 0, 0, 7],
  limbReversal: 'ra_la',
  chestReversal: 'v1_to_v6',
  mains: 'hz_60',
  mainsMillihertz: 59_950,
});
const measurement: DeviceMessage = {
  kind: 'BEAT_MEASUREMENT',
  sampleIndex: 700,
  beatCount: 8,
  pOnset: -32768,
  pEnd: -32768,
  qrsOnset: -22,
  qrsEnd: 25,
  tPeak: 150,
  tEnd: 180,
  heartRatePerMin: 71,
  meanRrMs: 845,
  prMs: 0,
  qrsMs: 94,
  qtMs: 404,
  qtcFridericiaMs: 427,
  qtcBazettMs: 440,
};
const medianLeads = Array.from({ length: 8 }, (_, leadIndex): DeviceMessage => ({
  kind: 'MEDIAN_LEAD',
  sampleIndex: 700,
  leadIndex,
  rateHz: 125,
  centreIndex: 40,
  microvolt: Array.from({ length: 100 }, (_unused, t) => leadIndex * 10 - t),
}));

function translated(messages: readonly DeviceMessage[]): StreamEvent[] {
  const events: StreamEvent[] = [];
  const translator = new StreamTranslator({
    segmentNames: SEGMENT_NAMES,
    emit: (event) => events.push(event),
    acknowledge: () => undefined,
    onRestart: () => undefined,
  });
  for (const message of messages) translator.accept(message);
  return events;
}

/** Attributions as a device scales them: any float32, steps of seven bits. */
function scaledExplanation(resultId: number, seed: number): readonly DeviceMessage[] {
  const random = seededRandom(seed);
  return explanationMessages(resultId).map((message) =>
    message.kind === 'BEAT_ATTRIBUTION'
      ? {
          ...message,
          scale: Math.fround(10 ** (8 * random() - 6)),
          steps: message.steps.map(() => Math.round(254 * random()) - 127),
        }
      : message,
  );
}

const everything: readonly DeviceMessage[] = [
  helloMessage(),
  { kind: 'BEAT', sampleIndex: 690, rrMs: 845, noisePercent: 3 },
  signal(700),
  {
    ...signal(800),
    source: 'test_signal',
    limbReversal: 'not_judged',
    chestReversal: 'none',
    mains: 'not_watched',
  } as DeviceMessage,
  { ...signal(900), limbReversal: 'none', chestReversal: 'v2_v3', mains: 'none' } as DeviceMessage,
  { kind: 'PACER_SPIKE', sampleIndex: 710 },
  measurement,
  ...medianLeads,
  resultMessage(1),
  ...explanationMessages(1),
  { ...resultMessage(2), kind: 'RESULT', probabilities: [NaN, 0.5] },
  ...scaledExplanation(2, 5),
  resultMessage(3),
  { kind: 'RESULT_END', resultId: 3, explanation: 'no_beat' },
  ...unansweredMessages(4, 'unfamiliar'),
  { kind: 'LOG', level: 'warning', text: 'Später: ä' },
];

describe('what a device said', () => {
  it('follows from what the host made of it', () => {
    const events = translated(everything);
    expect(events.map(({ kind }) => kind)).toEqual([
      ...['hello', 'beat', 'signal', 'signal', 'signal', 'pacer', 'measurement', 'median-beat'],
      ...[
        'result',
        'explanation',
        'result',
        'explanation',
        'result',
        'withheld',
        'withheld',
        'log',
      ],
    ]);
    expect(translated(events.flatMap(toMessages))).toEqual(events);
  });

  it('is the same attribution to the bit, whatever its scale', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const events = translated([helloMessage(), resultMessage(1), ...scaledExplanation(1, seed)]);
      expect(translated(events.flatMap(toMessages))).toEqual(events);
    }
  });
});

it('a record gives its events back, with its gaps and marks, at the moments at which they came', async () => {
  const { transport, device } = memoryTransport(() => undefined);
  const link = openLink({ transport, segmentNames: SEGMENT_NAMES });
  const recorder = startRecorder({ folder, name: 'bed', sampleRateHz: 500 });
  const told: StreamEvent[] = [];
  link.on((event) => {
    recorder.publish(event);
    told.push(event);
  });
  await Promise.resolve();
  const encoder = new FrameEncoder();
  const say = (message: DeviceMessage): void => device.send(encoder.encode(message));
  say(helloMessage());
  for (let first = 4000; first < 6000; first += 10) {
    // 7 left out by the device, then 23 lost; then a link that loses 13.
    if (first >= 4500 && first < 4530) continue;
    const at = first >= 5000 ? first + 13 : first;
    say(samplesMessage(at, 10, first >= 4530 ? 7 : 0));
    if (first === 4700) for (const message of everything) say(message);
    if (first === 4900) {
      const mark: StreamEvent = {
        kind: 'mark',
        sampleIndex: 4888,
        text: 'patient moved '.repeat(30),
      };
      recorder.publish(mark);
      told.push(mark);
    }
  }
  say({ kind: 'END', sampleCount: 6020 });
  await recorder.close();
  await link.close();

  const record = await readWfdb(join(folder, 'bed-0001'));
  expect(record.remarks).toEqual([]);
  const again: StreamEvent[] = [];
  const replayed = openLink({
    transport: replayTransport(record, { speed: Infinity, onMark: (mark) => again.push(mark) }),
    segmentNames: SEGMENT_NAMES,
    expectedFirstSampleIndex: replayStart(record),
  });
  await new Promise<void>((resolve) => {
    replayed.on((event) => {
      again.push(event);
      if (event.kind === 'end') resolve();
    });
  });
  await replayed.close();
  expect(told.filter(({ kind }) => kind === 'gap')).toHaveLength(4);
  expect(story(again)).toEqual(story(told));
});

/** Samples one by one, so that frames may be cut elsewhere; what the host itself says of its link is another's. */
function story(events: readonly StreamEvent[]): unknown[] {
  return events.flatMap((event): unknown[] => {
    if (event.kind === 'link' || event.kind === 'status') return [];
    if (event.kind !== 'samples') return [event];
    return (event.microvolt[0] ?? []).map((_, t) => [
      event.firstSampleIndex + t,
      ...event.microvolt.map((lead) => lead[t]),
    ]);
  });
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildDriver, Rows } from '../../firmware-templates/core/test-harness/rows.js';
import { FrameEncoder } from '../protocol/frame.js';
import type { ConfigurationMessage, Message } from '../protocol/messages.js';
import { linkBudget, linkLoad, type LinkConfiguration } from './link-budget.js';
import { openLink, type DeviceLink } from './link.js';
import { memoryTransport } from './memory-transport.js';
import {
  explanationMessages,
  helloMessage,
  resultMessage,
  samplesMessage,
  SEGMENT_NAMES,
} from './test-device.js';

/** Bytes on the line of a result whose beat and path are as long as they get. */
function resultBytes(): number {
  const encoder = new FrameEncoder();
  const beat = 80;
  const longest = (message: Message): Message => {
    switch (message.kind) {
      case 'BEAT_LEAD':
        return { ...message, microvolt: Array.from({ length: beat }, (_, i) => i * 300 - 9000) };
      case 'BEAT_ATTRIBUTION':
        return { ...message, steps: new Array<number>(beat).fill(3) };
      case 'PATH':
        return { ...message, points: Array.from({ length: 40 }, () => message.points).flat() };
      default:
        return message;
    }
  };
  return [resultMessage(1), ...explanationMessages(1)]
    .map((message) => encoder.encode(longest(message)).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}

const EVERYTHING: LinkConfiguration = {
  sampleRateHz: 500,
  samplesPerFrame: 10,
  resultIntervalMs: 2500,
  explanations: true,
  medianBeats: true,
  measuresBeats: true,
};

describe('the budget of the link', () => {
  it('starts from frames as docs/wire.md tells their size', () => {
    expect(new FrameEncoder().encode(samplesMessage(100_000)).length).toBe(181);
    expect(resultBytes()).toBe(3882);
  });

  it('is an upper bound of what is sent, and not a loose one', () => {
    const load = linkLoad(EVERYTHING);
    expect(load.samplesBitsPerS).toBe(181 * 10 * 50);
    const sent = (resultBytes() * 10) / 2.5;
    expect(load.resultsBitsPerS).toBeGreaterThanOrEqual(sent);
    expect(load.resultsBitsPerS).toBeLessThan(sent * 1.05);
    // As docs/wire.md tells them.
    expect(Math.ceil(load.otherBitsPerS / 100)).toBe(95);
    expect(Math.ceil(load.medianBitsPerS / 100)).toBe(101);
    expect(Math.round(100 * linkBudget(EVERYTHING, 921_600).share)).toBe(14);
  });

  it.each<[number, Partial<LinkConfiguration>, string, RegExp | undefined]>([
    [57_600, {}, 'refused', /use 230400 baud\.$/],
    [115_200, {}, 'tight', /explanations 0, median_beats 0 and/],
    [115_200, { explanations: false, medianBeats: false }, 'fits', undefined],
    [230_400, {}, 'fits', undefined],
    [921_600, {}, 'fits', undefined],
    [
      230_400,
      { resultIntervalMs: 250 },
      'tight',
      /use 460800 baud, or explanations 0, or result_interval_ms 5000\.$/,
    ],
    [230_400, { samplesPerFrame: 1 }, 'tight', /samples_per_frame 10\.$/],
    [
      115_200,
      { samplesPerFrame: 1 },
      'refused',
      /explanations 0, median_beats 0 and samples_per_frame 10\.$/,
    ],
  ])('at %i baud with %j: %s', (baudRate, changed, verdict, hint) => {
    const budget = linkBudget({ ...EVERYTHING, ...changed }, baudRate);
    expect(budget.verdict).toBe(verdict);
    if (hint === undefined) expect(budget.problem).toBeUndefined();
    else expect(budget.problem?.hint).toMatch(hint);
  });

  it('is the same on the device', () => {
    const device = buildDriver('link_budget', ['iso_link_budget']);
    const cases = [4800, 57_600, 115_200, 230_400, 921_600, 0].flatMap((baudRate) =>
      [500, 999, 2500, 60_000].flatMap((resultIntervalMs) =>
        [1, 3, 7, 10].flatMap((samplesPerFrame) =>
          [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
            baudRate,
            configuration: {
              sampleRateHz: 500,
              resultIntervalMs,
              samplesPerFrame,
              explanations: (bits & 1) !== 0,
              medianBeats: (bits & 2) !== 0,
              measuresBeats: (bits & 4) !== 0,
            },
          })),
        ),
      ),
    );
    const rows = new Rows();
    for (const { baudRate, configuration } of cases) {
      rows.push(0, baudRate, Object.values(configuration).map(Number));
    }
    const answers = device(rows);
    expect(answers).toHaveLength(cases.length);
    cases.forEach(({ baudRate, configuration }, i) => {
      expect(answers[i]?.first).toBe(linkLoad(configuration).bitsPerS);
      const fits = baudRate === 0 || linkBudget(configuration, baudRate).verdict === 'fits';
      expect(answers[i]?.kind).toBe(fits ? 1 : 0);
    });
  });
});

describe('a link whose device tells its configuration', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const configuration: ConfigurationMessage = {
    kind: 'CONFIGURATION',
    linkBaud: 921_600,
    resultIntervalMs: 2500,
    samplesPerFrame: 10,
    explanations: 1,
    medianBeats: 1,
    measuresBeats: 1,
  };
  async function told(
    message: ConfigurationMessage,
    baudRate?: number,
  ): Promise<{ link: DeviceLink; texts: string[] }> {
    const { transport, device } = memoryTransport(() => undefined);
    const link = openLink({
      transport,
      segmentNames: SEGMENT_NAMES,
      ...(baudRate === undefined ? {} : { baudRate }),
    });
    const texts: string[] = [];
    link.on((event) => {
      if (event.kind === 'log') texts.push(event.text);
    });
    await vi.advanceTimersByTimeAsync(1);
    const encoder = new FrameEncoder();
    for (let i = 0; i < 3; i += 1) {
      device.send(encoder.encode(helloMessage()));
      device.send(encoder.encode(message));
    }
    return { link, texts };
  }

  it('knows how full its line is', async () => {
    const { link, texts } = await told(configuration);
    expect(link.statistics().budget).toMatchObject({ verdict: 'fits' });
    expect(texts).toEqual([]);
    await link.close();
  });

  it('has no budget where the line has no rate', async () => {
    const { link } = await told({ ...configuration, linkBaud: 0 });
    expect(link.statistics().budget).toBeUndefined();
    await link.close();
  });

  it('warns, once, of pictures that may not pass, and goes on', async () => {
    const { link, texts } = await told(configuration, 115_200);
    expect(texts).toEqual([expect.stringMatching(/fills 1\d\d % .* To fit: use 230400 baud/)]);
    expect(link.state).toBe('streaming');
    await link.close();
  });

  it('is refused where not even the samples pass', async () => {
    const { link } = await told({ ...configuration, linkBaud: 57_600 });
    expect(link.state).toBe('lost');
    const read = async (): Promise<void> => {
      for await (const event of link.events()) void event;
    };
    await expect(read()).rejects.toMatchObject({ code: 'LINK_BUDGET' });
  });
});

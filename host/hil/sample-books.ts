/** Where every sample that was put in has gone. */
import type { GapEvent, SamplesEvent, StreamEvent } from '../stream/events.js';
import { NO_SAMPLES, type SampleBooks } from './record.js';

const LEADS = 8;

/**
 * @param sent sample-major, eight leads, from sampleIndex 0 of the run
 * @param events of that run
 * @param resetBeforeEnd the device was reset while it had samples: what did not come back until then is lost to that
 */
export function sampleBooks(
  sent: Int16Array,
  events: readonly StreamEvent[],
  resetBeforeEnd = false,
): SampleBooks {
  const count = sent.length / LEADS;
  const seen = new Uint8Array(count);
  const books = { ...NO_SAMPLES, sent: count };
  for (const event of events) {
    if (event.kind === 'samples') {
      deliver(event, sent, seen, books);
    } else if (event.kind === 'gap') {
      const missing = claim(seen, event);
      if (event.cause === 'link') books.lostOnLink += missing;
      else books.droppedByDevice += missing;
    }
  }
  const rest = seen.reduce((sum, told) => sum + (told === 0 ? 1 : 0), 0);
  return resetBeforeEnd ? { ...books, lostToReset: rest } : { ...books, unaccounted: rest };
}

function deliver(
  { firstSampleIndex, microvolt }: SamplesEvent,
  sent: Int16Array,
  seen: Uint8Array,
  books: { delivered: number; altered: number },
): void {
  const length = microvolt[0]?.length ?? 0;
  for (let i = 0; i < length; i += 1) {
    const index = firstSampleIndex + i;
    if (index >= seen.length || seen[index] !== 0) continue;
    seen[index] = 1;
    books.delivered += 1;
    const same = microvolt.every((lead, n) => lead[i] === sent[index * LEADS + n]);
    if (!same) books.altered += 1;
  }
}

function claim(seen: Uint8Array, { firstSampleIndex, sampleCount }: GapEvent): number {
  let claimed = 0;
  for (let i = firstSampleIndex; i < firstSampleIndex + sampleCount && i < seen.length; i += 1) {
    if (seen[i] === 0) claimed += 1;
    seen[i] = 1;
  }
  return claimed;
}

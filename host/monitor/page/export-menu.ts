/** What the screen shows, as a file: a picture, a page of paper, or the signal in a format that others read. */
import {
  EXPORT_PATH,
  type ExportAnswer,
  type ExportFormat,
  type ExportRequest,
} from '../messages.js';
import type { Archive } from './archive.js';
import { post } from './connection.js';
import { base64Of } from './base64.js';
import { byId, setText } from './dom.js';
import { pagePicture } from './picture.js';
import type { PageState } from './state.js';
import type { Review } from './review.js';
import type { TraceBuffer } from './trace-buffer.js';

const SAMPLE_RATE_HZ = 500;
/** Ten minutes; what a request may hold (MAX_EXPORT_BYTES of the server) is more. */
const MOST_SAMPLES = 10 * 60 * SAMPLE_RATE_HZ;
const INDEPENDENT = 8;
const MISSING = -32_768;

/** Where the parts of an export are. */
export interface ExportSource {
  readonly traces: TraceBuffer;
  readonly archive: Archive;
  /** Whose device and marks are named, whatever moment is shown. */
  readonly live: PageState;
  readonly review: Review;
}

export function makeExportMenu(source: ExportSource): void {
  const status = byId('footer-status', HTMLOutputElement);
  const menu = byId('export', HTMLDetailsElement);
  for (const button of menu.querySelectorAll('button')) {
    button.addEventListener('click', () => {
      menu.open = false;
      setText(status, '');
      const format = button.value;
      const done =
        format === 'print'
          ? Promise.resolve(print())
          : format === 'png'
            ? pagePicture().then((blob) => {
                save('isochrone.png', blob);
              })
            : exportSignal(exportRequest(format as ExportFormat, source));
      done.catch((error: unknown) => {
        setText(status, `Export failed: ${error instanceof Error ? error.message : String(error)}`);
      });
    });
  }
}

/** The signal up to the shown moment, with its beats and marks; what is missing stays missing. */
export function exportRequest(
  format: ExportFormat,
  { traces, archive, live, review }: ExportSource,
): ExportRequest {
  const shown = review.shown();
  const end = shown.traces.end;
  const first = Math.max(traces.first, end - MOST_SAMPLES);
  const bytes = new Uint8Array((end - first) * INDEPENDENT * 2);
  const view = new DataView(bytes.buffer);
  for (let i = first, at = 0; i < end; i += 1) {
    for (let lead = 0; lead < INDEPENDENT; lead += 1, at += 2) {
      const value = traces.independent(lead, i);
      view.setInt16(at, Number.isNaN(value) ? MISSING : value, true);
    }
  }
  return {
    format,
    firstSampleIndex: first,
    microvoltBase64: base64Of(bytes),
    beats: archive.beatSamples(first, end),
    marks: live.marks.filter(({ sampleIndex }) => sampleIndex >= first && sampleIndex < end),
    ...(shown.result === undefined ? {} : { result: shown.result }),
    device: live.hello?.boardName ?? 'unknown',
  };
}

async function exportSignal(request: ExportRequest): Promise<void> {
  const response = await post(EXPORT_PATH, request);
  const { files } = (await response.json()) as ExportAnswer;
  for (const { name, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    save(name, new Blob([bytes]));
  }
}

function save(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

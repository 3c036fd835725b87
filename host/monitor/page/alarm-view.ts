import { fixed } from '../explanation-words.js';
import type { Alarm, Liveness } from './alarms.js';
import { byId, setText } from './dom.js';

const WORDS = {
  live: '',
  waiting: 'Waiting for the device',
  stale: 'No live signal',
  ended: 'Record ended — not live',
} as const;

/** The two alarm bars: what is wrong with the measuring, and what with the heart. */
export function showAlarms(
  technical: Alarm | undefined,
  heart: Alarm | undefined,
  ageMs: number | undefined,
): void {
  showAlarm('alarm', technical, technical === undefined ? '' : `Technical: ${technical.text}`);
  showAlarm('alarm-heart', heart, heart === undefined ? '' : `Heart: ${heart.text}`);
  setText(byId('alarm-age', HTMLElement), technical?.priority === 'medium' ? ageWords(ageMs) : '');
}

function showAlarm(id: string, alarm: Alarm | undefined, text: string): void {
  const bar = byId(id, HTMLDivElement);
  bar.hidden = alarm === undefined;
  bar.className = `alarm ${alarm?.priority ?? ''}`;
  setText(byId(`${id}-text`, HTMLElement), text);
}

/** What lies over the sweep; a moment of the past has no veil, whatever the link does now. */
export function showVeil(
  liveness: Liveness['state'],
  shown: { reviewing: boolean; ageMs: number | undefined; ratePerMin: number | undefined },
): void {
  const state = shown.reviewing ? 'live' : liveness;
  const stage = byId('sweep-stage', HTMLDivElement);
  stage.classList.toggle('blank', state === 'stale' || state === 'waiting');
  stage.classList.toggle('dim', state === 'ended');
  byId('veil', HTMLDivElement).hidden = state === 'live';
  const age = ageWords(shown.ageMs);
  const words = state === 'stale' && age !== '' ? `${WORDS.stale} — ${age}` : WORDS[state];
  setText(byId('veil-text', HTMLElement), words);
  const live = `live, heart rate ${fixed(shown.ratePerMin, 0)} per minute`;
  byId('sweep-trace', HTMLCanvasElement).setAttribute(
    'aria-label',
    state === 'live' ? `Twelve-lead sweep, ${shown.reviewing ? 'past' : live}` : words,
  );
}

function ageWords(ageMs: number | undefined): string {
  return ageMs === undefined ? '' : `last sample ${fixed(ageMs / 1000, 1)} s ago`;
}

/** The ward: each bed a card, the most urgent first; a click opens the bed's own page. */
import { WARD_PATH, type BedSummary, type WardMessage } from '../../ward/messages.js';
import { capitalised, fixed } from '../explanation-words.js';
import { openSocket } from './connection.js';
import { byId, element, setText } from './dom.js';
import { showStatus } from './panels.js';

/** Without a word from the server for this long nothing on the page is current. */
const STALE_MS = 3000;
const LOOK_MS = 250;

let newest: WardMessage | undefined;
let heardAtMs = performance.now();
let connected = false;

/** What stands on a card, in the order in which it is read. */
function card(bed: BedSummary): HTMLLIElement {
  const item = element('li', '', bed.live ? 'bed' : 'bed old');
  for (const { about, priority, text } of bed.alarms) {
    const what = about === 'heart' ? 'Heart' : 'Technical';
    item.append(element('div', `${what}: ${text}`, `alarm ${priority}`));
  }
  const title = element('h2');
  if (bed.page === undefined) {
    title.textContent = bed.bed;
  } else {
    const link = element('a', bed.bed);
    link.href = bed.page;
    title.append(link);
  }
  const found =
    bed.className === '' ? [] : [`${bed.className} ${fixed(bed.probability ?? undefined)}`];
  const said = [...found, ...(bed.place === '' ? [] : [bed.place])];
  const answer = said.length === 0 ? 'no result yet' : said.join(', ');
  const silent =
    bed.silentMs === null || bed.live ? '' : `, silent for ${fixed(bed.silentMs / 1000, 0)} s`;
  item.append(
    title,
    element('div', `${fixed(bed.ratePerMin ?? undefined, 0)} /min`, 'rate'),
    element('div', capitalised(answer), 'answer'),
    element('div', `${bed.state}${bed.board === '' ? '' : `, ${bed.board}`}${silent}`, 'state'),
  );
  return item;
}

function show(): void {
  const stale = performance.now() - heardAtMs > STALE_MS;
  const lost =
    !connected || stale
      ? 'Connection to the ward’s server lost'
      : newest?.brokerConnected === false
        ? 'Connection to the broker lost'
        : '';
  byId('alarm', HTMLDivElement).hidden = lost === '';
  setText(
    byId('alarm-text', HTMLElement),
    lost === '' ? '' : `Technical: ${lost}. Nothing here is current.`,
  );
  document.querySelector('main')?.classList.toggle('lost', lost !== '');
  const beds = newest?.beds ?? [];
  const alarmed = beds.filter(({ alarms }) => alarms.length > 0).length;
  showStatus(byId('status', HTMLElement), [
    ['Beds', String(beds.length)],
    ['Live', String(beds.filter(({ live }) => live).length)],
    ['With an alarm', String(alarmed)],
  ]);
  byId('none', HTMLParagraphElement).hidden = beds.length > 0;
}

openSocket<WardMessage>(
  WARD_PATH,
  (message) => {
    newest = message;
    heardAtMs = performance.now();
    byId('beds', HTMLUListElement).replaceChildren(...message.beds.map(card));
    show();
  },
  (now) => {
    connected = now;
  },
);
setInterval(show, LOOK_MS);

/** The engineer's view: link, device, settings, commands. */
import type { LinkStatisticsEvent } from '../../stream/events.js';
import { resetWords, startWords, timingEntries } from '../device-words.js';
import { fixed } from '../explanation-words.js';
import { COMMAND_PATH, FIRMWARE_PATH } from '../messages.js';
import { base64Of } from './base64.js';
import { post } from './connection.js';
import { byId, element, setText } from './dom.js';
import { showStatus } from './panels.js';
import type { PageState } from './state.js';

interface SettingValue {
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

type Entries = [name: string, value: string][];

/** Names and values of the link's table. */
export function linkEntries(link: LinkStatisticsEvent | undefined): Entries {
  if (link === undefined) return [['Link', 'nothing counted yet']];
  const known = (value: number | null, digits: number, unit: string): string =>
    value === null ? 'not known' : `${fixed(value, digits)} ${unit}`;
  const bound = link.driftBoundPpm === null ? '' : ` ± ${fixed(link.driftBoundPpm, 1)}`;
  return [
    ['Bytes', `${fixed(link.bytesPerS, 0)} /s`],
    ['Samples', `${fixed(link.samplesPerS, 0)} /s`],
    ['Delivered', String(link.samplesDelivered)],
    ['Lost on the link', String(link.samplesLostOnLink)],
    ['Left out by the device', String(link.samplesDroppedByDevice)],
    ['CRC errors', String(link.crcErrors)],
    ['Damaged frames', String(link.damagedFrames)],
    ['Resyncs', String(link.resyncs)],
    [
      'Clock drift',
      link.driftPpm === null ? 'not known' : `${fixed(link.driftPpm, 1)}${bound} ppm`,
    ],
    ['Round trip', known(link.roundTripMs, 1, 'ms')],
    ['Line used at most', known(link.lineShare === null ? null : 100 * link.lineShare, 0, '%')],
  ];
}

/** Names and values of the device's table. */
export function deviceEntries(state: PageState): Entries {
  const { hello, status, result } = state;
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  return [
    ...(hello === undefined
      ? []
      : ([
          ['Board', hello.boardName],
          ['Model', `${hello.modelName} ${hex(hello.modelHash)}`],
          ['Build', hex(hello.buildId)],
          ['Run', hex(hello.bootId)],
          ['Explains by', hello.methods.join(', ')],
          ['Started after', resetWords(hello)],
          ['Test at the start', startWords(hello)],
        ] satisfies Entries)),
    ...(status === undefined
      ? []
      : ([
          ['Up', `${fixed(status.uptimeMs / 1000, 0)} s`],
          ['CPU', `${fixed(status.cpuLoadPermille / 10, 1)} %`],
          ['Stack, highest', `${status.stackHighWaterBytes} bytes`],
          ['Samples taken', String(status.samplesReceived)],
          ['Samples dropped', String(status.samplesDropped)],
          ['Frames dropped', String(status.framesDropped)],
          ['Receive errors', String(status.receiveErrors)],
          ['Gradients saturated', String(status.gradientSaturations)],
          ...(hello === undefined ? [] : timingEntries(hello, status)),
        ] satisfies Entries)),
    ...(result === undefined
      ? []
      : ([
          ['Network', `${fixed(result.networkMicroseconds / 1000, 1)} ms`],
          ['Explanation', `${fixed(result.explainMicroseconds / 1000, 1)} ms`],
        ] satisfies Entries)),
  ];
}

export class Engineer {
  private readonly dialog = byId('engineer', HTMLDialogElement);

  constructor(private readonly state: PageState) {
    byId('engineer-open', HTMLButtonElement).addEventListener('click', () => {
      this.dialog.showModal();
      this.refresh();
      this.offer();
      void this.ask({ name: 'settings' });
    });
    byId('engineer-close', HTMLButtonElement).addEventListener('click', () => this.dialog.close());
    for (const button of byId('commands', HTMLDivElement).querySelectorAll('button')) {
      button.addEventListener('click', () => this.command(button.value));
    }
    byId('firmware', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.update();
    });
  }

  /** Called a few times a second. */
  refresh(): void {
    if (!this.dialog.open) return;
    showStatus(byId('engineer-link', HTMLElement), linkEntries(this.state.linkStatistics));
    showStatus(byId('engineer-device', HTMLElement), deviceEntries(this.state));
    setText(byId('engineer-log', HTMLElement), this.state.log.at(-1)?.text ?? '');
  }

  private command(name: string): void {
    const chosen = byId('command-class', HTMLSelectElement).value;
    const classIndex = chosen === 'winner' ? chosen : Number(chosen);
    const method = byId('command-method', HTMLSelectElement).value;
    const bootId = this.state.hello?.bootId;
    if (name === 'reboot' && !confirm('Restart the device? It stops acquiring until it is back.')) {
      return;
    }
    void this.ask({ name, classIndex, method, bootId });
  }

  /** Its progress comes as lines of the log. */
  private async update(): Promise<void> {
    const file = byId('firmware-file', HTMLInputElement).files?.[0];
    if (file === undefined) return;
    if (!confirm('Update the device? It stops acquiring until it is back.')) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    await this.ask({ imageBase64: base64Of(bytes) }, FIRMWARE_PATH);
  }

  /** Classes and methods to choose from. */
  private offer(): void {
    const { hello } = this.state;
    const fill = (id: string, options: readonly (readonly [value: string, text: string])[]): void =>
      byId(id, HTMLSelectElement).replaceChildren(
        ...options.map(([value, text]) => {
          const option = element('option', text);
          option.value = value;
          return option;
        }),
      );
    const classes = (hello?.classNames ?? []).map((name, i) => [String(i), name] as const);
    fill('command-class', [['winner', 'the winner'], ...classes]);
    fill(
      'command-method',
      (hello?.methods ?? []).map((name) => [name, name.replaceAll('_', ' ')]),
    );
  }

  /** Whether the device did it; what it said stands in the dialog. */
  private async ask(
    body: Readonly<Record<string, unknown>>,
    path: string = COMMAND_PATH,
  ): Promise<boolean> {
    const said = byId('command-said', HTMLOutputElement);
    setText(said, 'asking …');
    try {
      const answer = (await (await post(path, body)).json()) as {
        said?: string;
        settings?: Readonly<Record<string, SettingValue>>;
        layerMicroseconds?: readonly number[];
      };
      setText(said, answer.said ?? '');
      if (answer.settings !== undefined) this.showSettings(answer.settings);
      if (answer.layerMicroseconds !== undefined) showLayers(answer.layerMicroseconds);
      return true;
    } catch (error) {
      setText(said, error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  private showSettings(settings: Readonly<Record<string, SettingValue>>): void {
    byId('settings', HTMLDivElement).replaceChildren(
      ...Object.entries(settings).map(([setting, { value, least, most }]) => {
        const label = element('label', `${setting.replaceAll('_', ' ')} (${least} to ${most}) `);
        const field = element('input');
        field.type = 'number';
        field.min = String(least);
        field.max = String(most);
        field.value = String(value);
        field.addEventListener('change', () => {
          void this.ask({ name: 'set', setting, value: Number(field.value) }).then((done) => {
            // What the device refuses goes back to what holds.
            if (!done) field.value = String(value);
          });
        });
        label.append(field);
        return label;
      }),
    );
  }
}

/** In the order of `isochrone analyze`. */
function showLayers(microseconds: readonly number[]): void {
  const table = byId('layer-times', HTMLTableElement);
  const total = microseconds.reduce((sum, value) => sum + value, 0);
  const rows = microseconds.map((value, layer) => {
    const row = element('tr');
    const name = element('th', String(layer));
    name.scope = 'row';
    const share = total === 0 ? '–' : `${fixed((100 * value) / total, 1)} %`;
    row.append(name, element('td', fixed(value, 1)), element('td', share));
    return row;
  });
  table.tBodies[0]?.remove();
  table.createTBody().append(...rows);
  table.hidden = false;
}

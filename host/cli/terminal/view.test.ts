import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { synthetic } from '../../monitor/synthetic-events.js';
import type { StreamEvent } from '../../stream/events.js';
import { createTerminalView, type TerminalView } from './view.js';

/** As much of a terminal as the view uses: text, line up, erase. What it holds is what a person would see. */
class FakeTerminal extends EventEmitter {
  readonly screen: string[] = [''];
  columns = 100;
  rows = 40;
  cursorShown = true;
  raw = '';
  private row = 0;

  write(text: string): boolean {
    this.raw += text;
    for (const part of text.split(/(\u001b\[\??[0-9;]*[A-Za-z]|\n|\r)/)) this.interpret(part);
    return true;
  }

  private interpret(part: string): void {
    if (part === '\n') {
      this.row += 1;
      this.screen[this.row] ??= '';
    } else if (part === '\u001b[2K') {
      this.screen[this.row] = '';
    } else if (part === '\u001b[J') {
      this.screen.length = this.row;
      this.screen[this.row] = '';
    } else if (part === '\u001b[?25l' || part === '\u001b[?25h') {
      this.cursorShown = part.endsWith('h');
    } else if (part.startsWith('\u001b[') && part.endsWith('A')) {
      this.row -= Number.parseInt(part.slice(2), 10);
    } else if (!part.startsWith('\u001b') && part !== '\r') {
      this.screen[this.row] = (this.screen[this.row] ?? '') + part;
    }
  }
}

function view(isTTY: boolean): {
  terminal: FakeTerminal;
  view: TerminalView;
  clock: { ms: number };
} {
  const terminal = new FakeTerminal();
  const clock = { ms: 0 };
  const made = createTerminalView({
    stream: terminal as unknown as NodeJS.WriteStream,
    columns: 80,
    isTTY,
    nowMs: () => clock.ms,
  });
  return { terminal, view: made, clock };
}

const LOG: StreamEvent = { kind: 'log', level: 'warning', text: 'hot' };

describe('off a terminal', () => {
  it('prints plain lines: the device once, beats now and then, results in full', () => {
    const { terminal, view: plain, clock } = view(false);
    plain.publish(synthetic.hello());
    plain.publish({ kind: 'link', state: 'streaming', detail: '' });
    plain.publish(synthetic.hello());
    for (let n = 0; n < 20; n += 1) {
      clock.ms = 800 * n;
      plain.publish(synthetic.samples(400 * n, 400));
      plain.publish(synthetic.beat(n));
    }
    plain.publish({ kind: 'gap', firstSampleIndex: 8000, sampleCount: 20, cause: 'link' });
    plain.publish(synthetic.result(1));
    plain.publish(synthetic.result(2));
    plain.publish(synthetic.explanation(2));
    plain.publish(LOG);
    plain.publish(synthetic.result(3));
    plain.publish({ kind: 'end', sampleCount: 8020 });
    plain.close();
    plain.close();
    plain.publish(LOG);
    expect(terminal.raw).not.toContain('\u001b');
    expect(terminal.raw.split('\n').map((line) => line.slice(0, 45))).toEqual([
      'Isochrone: research use only, not a medical d',
      'device mps2-an386  model isochrone-default 1b',
      'link streaming',
      'beat 1  – /min  at 0.4 s',
      'beats 2–8  75 /min  at 6.0 s',
      'beats 9–15  75 /min  at 11.6 s',
      'gap  20 samples from 8000 lost (link)',
      'result 1  window 7.5–17.5 s  MI 0.87 (NORM 0.',
      'result 2  window 12.5–22.5 s  MI 0.87 (NORM 0',
      '  explains MI: gradient × input, adjoint by d',
      '  top leads: V2 QRS +0.41, V3 QRS +0.33, V5 Q',
      '  top segments: mid anteroseptal 0.23 ± 0.05,',
      '  residual 12 %   beats 11   QRS axis frontal',
      '  research use only, not a medical device',
      'warning: hot',
      'result 3  window 17.5–27.5 s  MI 0.87 (NORM 0',
      'end  8020 samples',
      '',
    ]);
    expect(terminal.raw).toContain('HYP 0.05)  calls MI, STTC  (not explained)');
  });

  it('tells what comes to speak against the signal once, that it is over, and why nothing is explained', () => {
    const { terminal, view: plain } = view(false);
    const { electrodes } = synthetic.signal();
    const off = synthetic.signal({ electrodes: { ...electrodes, V2: 'off' } });
    for (const event of [synthetic.signal(), off, off, synthetic.signal()]) plain.publish(event);
    plain.publish(synthetic.measurement(3));
    plain.publish(synthetic.beat(3));
    plain.publish(synthetic.result(1));
    plain.publish({ kind: 'withheld', resultId: 1, reason: 'lead_off' });
    plain.publish(synthetic.unanswered(2, 'unfamiliar'));
    plain.close();
    const lines = terminal.raw.split('\n').slice(1);
    expect(lines.map((line) => line.replace(/.*\(not/, '(not'))).toEqual([
      'signal Electrode off: V2',
      'signal over: Electrode off: V2',
      'beat 1  75 /min  at 2.8 s',
      '  median of 4 beats: HR 75 /min, PR 166 ms, QRS 92 ms, QT 404 ms, QTc (Fridericia) 435 ms, QTc (Bazett) 451 ms',
      '(not explained: an electrode was off in this window)',
      'result 2  window 12.5–22.5 s  no answer: the signal is unlike the data that the network was trained on',
      '',
    ]);
  });
});

describe('on a terminal', () => {
  it('keeps one dashboard below the lines that stay, and gives the cursor back', () => {
    const { terminal, view: dashboard, clock } = view(true);
    expect(terminal.cursorShown).toBe(false);
    dashboard.publish(LOG);
    dashboard.publish(synthetic.hello());
    for (let n = 0; n < 10; n += 1) {
      clock.ms += 800;
      dashboard.publish(synthetic.samples(400 * n, 400));
      dashboard.publish(synthetic.beat(n));
    }
    dashboard.publish(synthetic.signal());
    dashboard.publish(synthetic.measurement(9));
    dashboard.publish(synthetic.result(1));
    dashboard.publish(synthetic.explanation(1));
    dashboard.publish(LOG);
    dashboard.close();
    const { screen } = terminal;
    const text = screen.join('\n');
    expect(screen[0]).toBe('warning: hot');
    expect(screen[1]).toBe(
      'result 1  window 7.5–17.5 s  MI 0.87 (NORM 0.03, STTC 0.41, CD 0.10, HYP 0.05)  calls MI, STTC',
    );
    expect(screen[7]).toBe('warning: hot');
    expect(text.match(/^Isochrone {2}/gm)).toHaveLength(1);
    expect(text).toContain('HR 75 /min   link –   speed 1.00×   lost 0.00 %');
    expect(text).toContain('electrodes all on   signal readable   mains 50.02 Hz');
    expect(text).toContain('median of 8 beats: HR 75 /min, PR 166 ms');
    expect(text).toContain('why MI  Mid anteroseptal 0.23 ± 0.05, basal anteroseptal 0.17 ± 0.03');
    expect(text).toMatch(/^MI {4}█{13}▉ {3}0\.87 ≥ 0\.30 {2}window/m);
    expect(text).toMatch(/^V2 {3}[⠀-⣿]{95}$/m);
    expect(screen.slice(8).every((line) => line.length <= 100)).toBe(true);
    expect(terminal.cursorShown).toBe(true);
    expect(terminal.listenerCount('resize')).toBe(0);
  });

  it('never shows a stale trace', () => {
    const { terminal, view: dashboard, clock } = view(true);
    dashboard.publish(synthetic.samples(0, 2500));
    dashboard.publish(synthetic.beat(1));
    clock.ms = 1900;
    dashboard.publish(LOG);
    expect(terminal.screen.join('\n')).toMatch(/[⠁-⣿]/);
    clock.ms = 2100;
    dashboard.publish(LOG);
    dashboard.close();
    const text = terminal.screen.join('\n');
    expect(text).toContain('NO LIVE SIGNAL  last sample 2.1 s ago');
    expect(text).not.toMatch(/[⠁-⣿]/);
    expect(text).toContain('HR – /min   link stale');
  });

  it('fits a low screen, and starts anew below after a resize', () => {
    const { terminal, view: dashboard } = view(true);
    terminal.rows = 5;
    dashboard.publish(LOG);
    expect(terminal.screen).toHaveLength(1 + 4 + 1);
    terminal.emit('resize');
    dashboard.publish(LOG);
    dashboard.close();
    expect(terminal.screen.join('\n').match(/^Isochrone {2}/gm)).toHaveLength(2);
  });
});

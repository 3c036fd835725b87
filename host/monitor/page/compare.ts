/** Two moments side by side: the pinned one and the one on the screen. */
import { topSegments, capitalised, fixed, signed } from '../explanation-words.js';
import { windowWords } from '../why.js';
import { drawBullsEye } from './bulls-eye.js';
import { byId, element } from './dom.js';
import type { Theme } from './palette.js';
import type { PageState } from './state.js';

/** Rows of the table of changes. */
const CHANGES_SHOWN = 6;

export interface Change {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** Classes by probability and segments by share, largest change first; what either lacks is left out. */
export function changesBetween(before: PageState, after: PageState): Change[] {
  const pairs = (
    from: readonly { name: string; value: number }[],
    to: readonly { name: string; value: number }[],
  ): Change[] =>
    from.flatMap(({ name, value }) => {
      const other = to.find((each) => each.name === name);
      return other === undefined ? [] : [{ name, before: value, after: other.value }];
    });
  const classes = ({ explainedResult: result }: PageState): { name: string; value: number }[] =>
    (result?.classNames ?? []).map((name, i) => ({
      name: `probability of ${name}`,
      value: result?.probabilities[i] ?? Number.NaN,
    }));
  const segments = ({ explanation }: PageState): { name: string; value: number }[] =>
    explanation === undefined
      ? []
      : topSegments(explanation, explanation.segmentScores.length).map(({ name, score }) => ({
          name: `share of ${name}`,
          value: score,
        }));
  return [
    ...pairs(classes(before), classes(after)),
    ...pairs(segments(before), segments(after)),
  ].sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
}

export function showComparison(before: PageState, after: PageState, theme: Theme): void {
  const dialog = byId('compare', HTMLDialogElement);
  if (!dialog.open) dialog.showModal();
  for (const [id, state] of [
    ['before', before],
    ['after', after],
  ] as const) {
    const { explanation, explainedResult } = state;
    drawBullsEye(byId(`compare-${id}`, HTMLCanvasElement), explanation, theme);
    const top = explanation === undefined ? undefined : topSegments(explanation, 1)[0];
    byId(`compare-${id}-words`, HTMLElement).textContent =
      explanation === undefined || top === undefined
        ? 'no explained result yet'
        : `${explanation.className} ${fixed(explainedResult?.probabilities[explanation.classIndex])}, ${top.name}` +
          (explainedResult === undefined ? '' : `, window ${windowWords(explainedResult)}`);
  }
  const table = byId('compare-changes', HTMLTableElement);
  const body = element('tbody');
  for (const { name, before: from, after: to } of changesBetween(before, after).slice(
    0,
    CHANGES_SHOWN,
  )) {
    const row = body.insertRow();
    row.append(
      element('td', capitalised(name)),
      element('td', fixed(from)),
      element('td', fixed(to)),
      element('td', signed(to - from)),
    );
  }
  table.tBodies[0]?.remove();
  table.append(body);
}

/** Where the limits of the alarms about the heart are chosen. */
import { byId, element } from './dom.js';
import { checkedLimits, DEFAULT_LIMITS, LIMIT_RANGES, type HeartLimits } from './limits.js';

const FIELDS: Readonly<Record<keyof HeartLimits, string>> = {
  lowPerMin: 'Slow, beats a minute',
  highPerMin: 'Fast, beats a minute',
  pauseS: 'Pause, seconds',
};

/** `keep` is told each choice that the ranges allow. */
export function makeLimitsDialog(now: HeartLimits, keep: (limits: HeartLimits) => void): void {
  const dialog = byId('limits', HTMLDialogElement);
  const form = byId('limits-form', HTMLFormElement);
  const names = Object.keys(FIELDS) as (keyof HeartLimits)[];
  const fields = names.map((name) => {
    const label = element('label', `${FIELDS[name]} `);
    const field = element('input');
    field.type = 'number';
    field.name = name;
    field.required = true;
    field.min = String(LIMIT_RANGES[name].least);
    field.max = String(LIMIT_RANGES[name].most);
    label.append(
      field,
      element('small', ` ${LIMIT_RANGES[name].least} to ${LIMIT_RANGES[name].most}`),
    );
    form.prepend(label);
    return { name, field };
  });
  const show = (limits: HeartLimits): void => {
    for (const { name, field } of fields) field.value = String(limits[name]);
  };
  let chosen = now;
  byId('limits-open', HTMLButtonElement).addEventListener('click', () => {
    show(chosen);
    dialog.showModal();
  });
  byId('limits-defaults', HTMLButtonElement).addEventListener('click', () => show(DEFAULT_LIMITS));
  byId('limits-close', HTMLButtonElement).addEventListener('click', () => dialog.close());
  form.addEventListener('submit', (event) => {
    // The browser has refused what is out of range.
    event.preventDefault();
    chosen = checkedLimits(
      Object.fromEntries(fields.map(({ name, field }) => [name, field.valueAsNumber])),
    );
    keep(chosen);
    dialog.close();
  });
}

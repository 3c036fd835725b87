/** Firmwares that are broken on purpose, to see that the suite of the bench notices: each a change of one place of the C. */
import { IsochroneError } from '../../codegen/errors.js';

export interface Mutant {
  readonly name: string;
  /** In words. */
  readonly what: string;
  /** A template below firmware-templates/, or the generated network.c. */
  readonly file: string;
  /** What stands there, once. */
  readonly pattern: RegExp;
  readonly replacement: string;
  /** The test, or a part of its name, that is made for it; others may notice too. */
  readonly caughtBy: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'flipped-weight',
    what: 'one bit of one weight is flipped',
    file: 'network.c',
    pattern: /(_weights\[\d+\] = \{\s*)(-?\d+)/,
    replacement: '$1 1 ^ $2',
    caughtBy: 'bit for bit',
  },
  {
    name: 'dropped-sample',
    what: 'one sample in a thousand is left out, and nobody is told',
    file: 'app/iso_app_signal.c',
    pattern: /(iso_afe_event event;\n\s*const iso_afe_event_kind kind = )iso_afe_poll\(&event\);/,
    replacement: `$1iso_afe_poll(&event);
    if (kind == ISO_AFE_SAMPLE && event.sample_index % 1000u == 999u) {
        return true;
    }`,
    caughtBy: 'every sample and every beat',
  },
  {
    name: 'stuck-lead-off',
    what: 'the lead-off bit of V3 never reads off',
    file: 'afe/uart/uart_front_end.c',
    pattern: /(out->contact\.off = )frame->contact_off;/,
    replacement: '$1(uint16_t)(frame->contact_off & ~(1u << 5));',
    caughtBy: 'each electrode',
  },
  {
    name: 'doubled-beat',
    what: 'each beat is told twice, the second 200 ms later',
    file: 'app/iso_app_signal.c',
    pattern: /(\(void\)iso_app_send\(app, ISO_WIRE_BEAT, bytes, )([^;]+)(\);)/,
    replacement: `$1$2$3
    iso_wire_beat again = message;
    again.sample_index += 100u;
    (void)iso_app_send(app, ISO_WIRE_BEAT,
                       iso_wire_encode_beat(&again, app->link.payload, sizeof app->link.payload),
                       $2$3`,
    caughtBy: 'every sample and every beat',
  },
];

/** @throws IsochroneError HIL_MUTANT */
export function mutantNamed(name: string): Mutant {
  const mutant = MUTANTS.find((candidate) => candidate.name === name);
  if (mutant !== undefined) return mutant;
  throw new IsochroneError('HIL_MUTANT', `there is no broken firmware "${name}"`, {
    hint: `Choose one of ${MUTANTS.map((candidate) => candidate.name).join(', ')}.`,
    where: { mutant: name },
  });
}

/** @throws IsochroneError HIL_MUTANT where the source has no such place, or more than one */
export function mutate({ name, file, pattern, replacement }: Mutant, source: string): string {
  const places = source.match(new RegExp(pattern.source, 'g'))?.length ?? 0;
  if (places === 0 || (places > 1 && file !== 'network.c')) {
    throw new IsochroneError('HIL_MUTANT', `${file} has ${places} places for ${name}, not one`, {
      hint: 'The source has changed: change host/hil/mutants.ts with it.',
      where: { mutant: name, file },
    });
  }
  return source.replace(pattern, replacement);
}

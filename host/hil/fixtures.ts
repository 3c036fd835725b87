/** What a device on the bench is wired to; a test asks for what it needs and runs wherever that is met. */
export const FIXTURES = [
  'power',
  'reset',
  'boot',
  'inject',
  'signal',
  'converter',
  'test_signal',
  'contacts',
  'electrodes',
  'button',
  'flash',
  'flash_part',
] as const;
export type Fixture = (typeof FIXTURES)[number];

const FIXTURE_WORDS: Readonly<Record<Fixture, string>> = {
  power: 'its power can be cut',
  reset: 'its reset line can be pulled',
  boot: 'its boot line can be held',
  inject: 'samples can be put in place of its front end',
  signal: 'a source of signal, over a port or on its electrodes',
  converter: 'it samples by a converter of its own',
  test_signal: 'its front end has a test signal of its own',
  contacts: 'the contact of each electrode can be put in with the samples',
  electrodes: 'a switch in each electrode lead',
  button: 'a button for the operator',
  flash: 'an image can be put on it',
  flash_part: 'the writing of an image can be cut off',
};

/** What a test would need of a device that does not have it. */
export function needsText({ needs = [] }: { readonly needs?: readonly Fixture[] }): string {
  return needs.map((fixture) => FIXTURE_WORDS[fixture]).join('; ');
}

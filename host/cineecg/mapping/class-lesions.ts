/** Which lesion a network's class stands for, so that its templates can be asked; by name, since a network says no more. */
import type { TemplateKind } from './pull-back.js';

/**
 * Names of PTB-XL's superclasses and statements and their likes [D]. Ischaemia first: STEMI ends in MI and is an injury. STTC also
 * holds changes that are no ischaemia; the result names what it assumed.
 */
const RULES: readonly (readonly [RegExp, TemplateKind])[] = [
  [/^(STTC|STEMI|ISC\w*|INJ\w*|ischa?emi\w*)$/iu, 'ischaemia'],
  [/^([A-Z]{0,3}MI|scar|infarct\w*)$/iu, 'scar'],
  [/^(PVC|VPB|VES|ectopic\w*)$/iu, 'ectopic'],
];

export function lesionOfClass(className: string): TemplateKind | undefined {
  return RULES.find(([rule]) => rule.test(className))?.[1];
}

/** Which templates the firmware asks for each class of a network: a header beside network.h. */
import { lesionOfClass } from '../cineecg/mapping/class-lesions.js';

/** @param classNames in the order of the network's answer; empty where the model does not name them */
export function classLesionsHeader(classNames: readonly string[]): string {
  const entries = classNames.map((name) => {
    const kind = lesionOfClass(name);
    return kind === undefined ? 'NULL' : `&iso_templates_${kind}`;
  });
  return `/* Generated: do not edit. Classes are known by their names. */
#ifndef CLASS_LESIONS_H
#define CLASS_LESIONS_H

/* Lesion templates of each class, NULL where its name stands for no lesion with a place. */
#define ISO_CLASS_LESIONS {${entries.length === 0 ? 'NULL' : entries.join(', ')}}

#endif
`;
}

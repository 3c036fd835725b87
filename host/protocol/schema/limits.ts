/** Independent leads, in the order I II V1 V2 V3 V4 V5 V6. */
export const LEADS = 8;
export const MAX_CLASSES = 8;
/** Data bytes of one part of something long: with its head it stays below half of the longest payload, so that samples wait no longer for it. */
export const PART_BYTES = 240;
/** Of a firmware image, its signature included (firmware-templates/update/iso_image.h). */
export const IMAGE_HEADER_BYTES = 256;
/** `relevance` is layer-wise relevance propagation. */
export const METHODS = [
  ...['gradient_x_input', 'integrated_gradients', 'smoothgrad'],
  ...['grad_cam', 'occlusion', 'relevance'],
];
/** Parts of the test at the start. `settings`: those that were kept are damaged, the device began with its own. */
export const START_TESTS = ['ram', 'flash', 'answer', 'explanation', 'settings'] as const;
/** What the device's loop does in turn. */
export const DUTIES = [
  ...['link', 'acquire', 'filter', 'beat', 'network', 'explanation', 'report', 'health'],
  ...['long_object', 'update'],
] as const;

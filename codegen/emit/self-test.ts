import type { IntegerType } from '../integer/program.js';
import type { KnownAnswer } from '../interpret/known-answer.js';

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}U`;

/** Declarations for network.h; without an answer the self-test is left out. */
export function selfTestHeader(answer: KnownAnswer | undefined): readonly string[] {
  if (answer === undefined) {
    return ['/* 1: iso_net_self_test is there. */', '#define ISO_NET_SELF_TEST 0'];
  }
  return [
    '/* 1: iso_net_self_test is there. */',
    '#define ISO_NET_SELF_TEST 1',
    '#define ISO_NET_SELF_TEST_PASSED 0',
    '#define ISO_NET_SELF_TEST_ANSWER_DIFFERS 1',
    '#define ISO_NET_SELF_TEST_EXPLANATION_DIFFERS 2',
    '/* Runs the network on a seeded input and compares with what the reference computed when this file was made: a',
    ' * damaged image, a wrong compiler or failing memory shows before a patient does. Uses the input and the arena up. */',
    'uint8_t iso_net_self_test(void);',
  ];
}

/** The function for network.c: see codegen/interpret/known-answer.ts for input and hash. */
export function selfTestSource(answer: KnownAnswer | undefined, input: IntegerType): string {
  if (answer === undefined) return '';
  const bits = input === 'int16' ? 16 : 8;
  const explanation =
    answer.gradient === undefined
      ? ''
      : `    uint32_t saturations = 0;
    const int16_t *gradient = iso_net_explain(0, &saturations);
    const int16_t count = (int16_t)(uint16_t)(saturations & 0xffffU);
    hash = iso_self_test_hash(0x811c9dc5U, gradient, (uint32_t)ISO_NET_INPUT_LENGTH * ISO_NET_INPUT_LEADS);
    if (iso_self_test_hash(hash, &count, 1) != ${hex(answer.gradient)}) {
        return ISO_NET_SELF_TEST_EXPLANATION_DIFFERS;
    }
`;
  return `
/* Known answer. FNV-1a on 16-bit words. */
static uint32_t iso_self_test_hash(uint32_t hash, const int16_t *words, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        hash = (hash ^ (uint16_t)words[i]) * 0x01000193U;
    }
    return hash;
}

uint8_t iso_net_self_test(void) {
    iso_net_input_code *input = iso_net_input();
    uint32_t state = 1;
    for (uint32_t i = 0; i < (uint32_t)ISO_NET_INPUT_LENGTH * ISO_NET_INPUT_LEADS; i++) {
        state = state * 1664525U + 1013904223U;
        input[i] = (iso_net_input_code)((int32_t)(state >> ${32 - bits}) - ${2 ** (bits - 1)});
    }
    int16_t logits[ISO_NET_CLASSES];
    iso_net_forward(logits);
    uint32_t hash = iso_self_test_hash(0x811c9dc5U, logits, ISO_NET_CLASSES);
    if (hash != ${hex(answer.logits)}) {
        return ISO_NET_SELF_TEST_ANSWER_DIFFERS;
    }
${explanation}    return ISO_NET_SELF_TEST_PASSED;
}
`;
}

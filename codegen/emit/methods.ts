/** What network.h says of the methods that explain. */
import { METHODS, SMOOTHGRAD, type ChosenMethod, type Method } from '../explain/methods.js';
import { elementsOf, integerTensor, type IntegerProgram } from '../integer/program.js';
import { floatLiteral } from './c-text.js';

const macro = (method: Method): string =>
  `ISO_NET_METHOD_${method.toUpperCase().replaceAll('-', '_')}`;

/** Which methods were asked for, and how often each asks the network. */
export function methodsHeader(
  methods: readonly ChosenMethod[],
  inputScaleMillivolt: number,
): readonly string[] {
  const count = (wanted: Method): number =>
    methods.find(({ method }) => method === wanted)?.count ?? 0;
  return [
    '/* Methods that explain: bits of ISO_NET_METHODS say which were asked for. */',
    ...METHODS.map((method, bit) => `#define ${macro(method)} ${bit}`),
    `#define ISO_NET_METHODS ${methods.reduce((bits, { method }) => bits | (1 << METHODS.indexOf(method)), 0)}`,
    '/* The same in the order in which they were asked for: the first explains what nobody asks for. */',
    `#define ISO_NET_METHOD_COUNT ${methods.length}`,
    `#define ISO_NET_METHOD_ORDER ${methods.map(({ method }) => macro(method)).join(', ')}`,
    '/* Inputs that each averages over (iso_attribution.h). */',
    `#define ISO_NET_INTEGRATED_GRADIENTS_STEPS ${count('integrated-gradients')}`,
    `#define ISO_NET_SMOOTHGRAD_DRAWS ${count('smoothgrad')}`,
    `#define ISO_NET_SMOOTHGRAD_SEED ${SMOOTHGRAD.seed}u`,
    '/* Standard deviation of its noise, in 1/256 of an input code. */',
    `#define ISO_NET_SMOOTHGRAD_NOISE_256THS ${Math.round((256 * SMOOTHGRAD.noiseMillivolt) / inputScaleMillivolt)}u`,
  ];
}

export function gradCamHeader(program: IntegerProgram): readonly string[] {
  const name = program.explanation?.gradCam;
  if (name === undefined)
    return ['/* 1: iso_net_grad_cam is there. */', '#define ISO_NET_EXPLAINS_CAM 0'];
  const cam = integerTensor(program, name);
  return [
    '/* 1: iso_net_grad_cam is there. */',
    '#define ISO_NET_EXPLAINS_CAM 1',
    `#define ISO_NET_CAM_LENGTH ${elementsOf(cam)}`,
    '/* Logit for one step. */',
    `#define ISO_NET_CAM_SCALE ${floatLiteral(cam.scale)}`,
    '/* After a forward: Grad-CAM of one logit, [ISO_NET_CAM_LENGTH] positions spread evenly over the input, signed. Runs',
    ' * the backward pass only as far as the last convolution. Valid until the next forward or explanation. */',
    'const int16_t *iso_net_grad_cam(uint8_t class_index, uint32_t *saturations);',
  ];
}

/** Behind the last operation that Grad-CAM needs. */
export function gradCamOperations({ operations }: IntegerProgram, gradCam: string): number {
  return operations.findIndex(({ output }) => output === gradCam) + 1;
}

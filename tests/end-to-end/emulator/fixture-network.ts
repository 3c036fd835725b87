import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selfTestHeader } from '../../../codegen/emit/self-test.js';
import { packageRoot } from '../../../codegen/package-root.js';

export const NETWORK = join(
  packageRoot(),
  'tests',
  'end-to-end',
  'emulator',
  'fixtures',
  'network',
);

const METHODS = [
  '#define ISO_NET_METHODS 2',
  '#define ISO_NET_METHOD_COUNT 1',
  '#define ISO_NET_METHOD_ORDER ISO_NET_METHOD_GRADIENT_X_INPUT',
] as const;

/** The fixture network with integrated gradients beside gradient × input. */
export async function networkOfTwoMethods(): Promise<string> {
  const folder = await changedNetwork('two-methods', '');
  const header = await readFile(join(folder, 'network.h'), 'utf8');
  const [bits, count, order] = METHODS;
  if (METHODS.some((line) => !header.includes(line))) throw new Error('the fixture has changed');
  const changed = header
    .replace(bits, '#define ISO_NET_METHODS 6')
    .replace(count, '#define ISO_NET_METHOD_COUNT 2')
    .replace(order, `${order}, ISO_NET_METHOD_INTEGRATED_GRADIENTS`);
  await writeFile(join(folder, 'network.h'), changed);
  return folder;
}

/** The fixture network with something more in front of its forward pass, in a folder of its own. */
export async function changedNetwork(name: string, statements: string): Promise<string> {
  const folder = join(packageRoot(), 'build', 'test', 'emulator', `network-${name}`);
  await mkdir(folder, { recursive: true });
  for (const header of ['network.h', 'class_lesions.h']) {
    await writeFile(join(folder, header), await readFile(join(NETWORK, header)));
  }
  const source = await readFile(join(NETWORK, 'network.c'), 'utf8');
  const start = 'int32_t sums[ISO_NET_CLASSES] = {0, 0};';
  if (!source.includes(start)) throw new Error('the fixture network has changed');
  await writeFile(join(folder, 'network.c'), source.replace(start, `${start}\n${statements}`));
  return folder;
}

/** A network whose self-test ends in a fault: the device dies at each start, before anybody can ask it. */
export async function crashingNetwork(): Promise<string> {
  const folder = await changedNetwork('crashing', '');
  const edit = async (name: string, change: (text: string) => string): Promise<void> => {
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), change(text));
  };
  await edit('network.h', (text) =>
    text.replace('#define ISO_NET_SELF_TEST 0', selfTestHeader({ logits: 0 }).join('\n')),
  );
  await edit(
    'network.c',
    (text) => `${text}\nuint8_t iso_net_self_test(void) {\n    __builtin_trap();\n}\n`,
  );
  return folder;
}

/** What is tested of each family that writes its flash. */
import type { FlashDriver } from './flash-bench.js';

const stm32 = (family: string): Pick<FlashDriver, 'sources' | 'folders'> => ({
  sources: [
    ...['hal/stm32/wait', `hal/${family}/flash`],
    `hal/stm32/test-harness/${family}_flash_model`,
  ],
  folders: ['hal/stm32', `hal/${family}`],
});

/** For drivers that read by memcpy, in which the model must see what is damaged. */
const WATCHED_READS = ['-fno-builtin-memcpy', '-Wl,--wrap=memcpy'];

export const FLASH_DRIVERS = {
  stm32h7: { board: 'nucleo-h743zi', unit: 32, sector: 131_072, ...stm32('stm32h7') },
  stm32u5: {
    ...{ board: 'nucleo-u575zi-q', unit: 16, sector: 8192, ...stm32('stm32u5') },
    flags: WATCHED_READS,
  },
  nrf52: {
    ...{ board: 'nrf52840-dk', unit: 4, sector: 4096, flags: WATCHED_READS },
    sources: [
      ...['hal/nrf52/counter', 'hal/nrf52/flash'],
      'hal/nrf52/test-harness/nrf52_flash_model',
    ],
    folders: ['hal/nrf52', 'hal/nrf52/test-harness'],
  },
} as const satisfies Readonly<Record<string, FlashDriver>>;

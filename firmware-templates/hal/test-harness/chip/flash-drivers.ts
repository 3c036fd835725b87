/** What is tested of each family that writes its flash. */
import type { FlashDriver } from './flash-bench.js';

const stm32 = (family: string): Pick<FlashDriver, 'sources' | 'folders'> => ({
  sources: [
    ...['hal/stm32/wait', 'hal/stm32/flash_controller', `hal/${family}/flash`],
    `hal/stm32/test-harness/${family}_flash_model`,
  ],
  folders: ['hal/stm32', `hal/${family}`],
});

/** A driver that reads by memcpy, in which the model must see what is damaged or stale. */
const watched = (
  parts: Pick<FlashDriver, 'sources' | 'folders'>,
): Required<Pick<FlashDriver, 'sources' | 'folders' | 'flags'>> => ({
  ...parts,
  sources: [...parts.sources, 'hal/test-harness/chip/watched_reads'],
  flags: ['-fno-builtin-memcpy', '-Wl,--wrap=memcpy'],
});

export const FLASH_DRIVERS = {
  stm32f4: {
    ...{ board: 'stm32f407-discovery', unit: 4, sector: 131_072 },
    ...watched(stm32('stm32f4')),
  },
  stm32h7: { board: 'nucleo-h743zi', unit: 32, sector: 131_072, ...stm32('stm32h7') },
  stm32u5: {
    ...{ board: 'nucleo-u575zi-q', unit: 16, sector: 8192 },
    ...watched(stm32('stm32u5')),
  },
  nrf52: {
    ...{ board: 'nrf52840-dk', unit: 4, sector: 4096 },
    ...watched({
      sources: [
        ...['hal/nrf52/counter', 'hal/nrf52/flash'],
        ...['hal/nrf52/test-harness/nrf52_flash_model', 'update/test-harness/power_failure'],
      ],
      folders: ['hal/nrf52', 'update/test-harness'],
    }),
  },
} as const satisfies Readonly<Record<string, FlashDriver>>;

/** Every tool that board files may name in "flashTools" (boards/board.schema.json). */
import { dfuUtil } from './dfu-util.js';
import type { FlashTool } from './flash-tool.js';
import { gdb } from './gdb.js';
import { openocd } from './openocd.js';
import { ssh } from './ssh.js';
import { stFlash } from './st-flash.js';
import { stm32flash } from './stm32flash.js';

export type FlashToolName = 'dfu-util' | 'gdb' | 'openocd' | 'ssh' | 'st-flash' | 'stm32flash';

export const FLASH_TOOLS: Readonly<Record<FlashToolName, FlashTool>> = {
  'dfu-util': dfuUtil,
  gdb,
  openocd,
  ssh,
  'st-flash': stFlash,
  stm32flash,
};

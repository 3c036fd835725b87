/** For which board an image was built: every image carries its board's name (firmware-templates/hal/board_mark.c). */
import { IsochroneError } from '../../codegen/errors.js';

const MARK = Buffer.from('isochrone-board:', 'latin1');

/** Undefined: the image carries no name. */
export function boardOfImage(image: Uint8Array): string | undefined {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  const at = bytes.indexOf(MARK);
  if (at < 0) return undefined;
  const text = bytes.toString('latin1', at + MARK.length, at + MARK.length + 33);
  return /^([a-z0-9-]+)\0/.exec(text)?.[1];
}

/** @throws IsochroneError FLASH_OTHER_BOARD */
export function requireBoard(image: Uint8Array, board: string, file: string): void {
  const found = boardOfImage(image);
  if (found === board) return;
  throw new IsochroneError(
    'FLASH_OTHER_BOARD',
    found === undefined
      ? `${file} does not say for which board it was built`
      : `${file} was built for ${found}, not for ${board}`,
    {
      hint: `Build it for this board: isochrone build --board ${board} --front-end uart.`,
      where: { file, board, ...(found === undefined ? {} : { builtFor: found }) },
    },
  );
}

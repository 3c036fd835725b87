/** What a C source includes: the key of a compiled object needs no header beside these. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const QUOTED = /^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"/gm;

/** Files that are included with quotes, found as gcc finds them. Those in angle brackets come with the compiler. */
export class IncludeTree {
  private readonly texts = new Map<string, Promise<string | undefined>>();

  /** @param folders in the order of -I */
  constructor(private readonly folders: readonly string[]) {}

  /**
   * Paths and texts of all files that `source` includes, through every level, sorted by path; whatever the preprocessor's
   * conditions. A name that is nowhere is left out: the compiler will say so.
   * @param forced names of -include
   */
  async filesOf(
    source: string,
    forced: readonly string[] = [],
  ): Promise<readonly (readonly [path: string, text: string])[]> {
    const found = new Map<string, string>();
    const walk = async (file: string, names: readonly string[]): Promise<void> => {
      for (const name of names) {
        const path = await this.find(name, dirname(file));
        if (path === undefined || found.has(path)) continue;
        found.set(path, (await this.text(path)) ?? '');
        await walk(path, await this.includesOf(path));
      }
    };
    await walk(source, [...forced, ...(await this.includesOf(source))]);
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private async includesOf(file: string): Promise<readonly string[]> {
    const text = (await this.text(file)) ?? '';
    return Array.from(text.matchAll(QUOTED), ([, name]) => name ?? '');
  }

  private async find(name: string, besides: string): Promise<string | undefined> {
    for (const folder of [besides, ...this.folders]) {
      const path = join(folder, name);
      if ((await this.text(path)) !== undefined) return path;
    }
    return undefined;
  }

  private text(file: string): Promise<string | undefined> {
    const known = this.texts.get(file);
    if (known !== undefined) return known;
    const read = readFile(file, 'utf8').catch(() => undefined);
    this.texts.set(file, read);
    return read;
  }
}

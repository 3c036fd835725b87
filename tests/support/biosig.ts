/** BioSig (Debian biosig-tools): a reader of WFDB and EDF+ that has nothing to do with this project. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface BiosigRecord {
  readonly sampleRateHz: number;
  /** In the unit that the file gives. */
  readonly channels: readonly {
    readonly label: string;
    readonly unit: string;
    readonly values: readonly number[];
  }[];
  readonly events: readonly { readonly seconds: number; readonly text: string }[];
}

interface Header {
  readonly Samplingrate: number;
  readonly CHANNEL: readonly { readonly Label: string; readonly PhysicalUnit: string }[];
  readonly EVENT?: readonly { readonly POS: number; readonly Description?: string }[];
}

const run = (args: readonly string[]): string =>
  execFileSync('save2gdf', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** @param path of a `.hea` or `.edf` */
export function readWithBiosig(path: string): BiosigRecord {
  const json = run(['-JSON', path]);
  const header = JSON.parse(json.slice(json.indexOf('{'))) as Header;
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-biosig-'));
  try {
    run(['-f=ASCII', path, join(folder, 'out.asc')]);
    const files = readdirSync(folder)
      .filter((name) => /\.a\d+$/u.test(name))
      .sort();
    return {
      sampleRateHz: header.Samplingrate,
      channels: header.CHANNEL.filter(({ Label }) => Label !== 'EDF Annotations').map(
        ({ Label, PhysicalUnit }, i) => ({
          label: Label,
          unit: PhysicalUnit,
          values: readFileSync(join(folder, files[i] ?? ''), 'utf8')
            .trim()
            .split('\n')
            .map(Number),
        }),
      ),
      events: (header.EVENT ?? []).map(({ POS, Description = '' }) => ({
        seconds: POS,
        text: Description,
      })),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The bench map: which devices there are and what each is wired to. Checked once against its schema, from then on trusted. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import type { Electrode } from '../stream/events.js';
import type { Board } from '../toolchain/board.js';
import { FIXTURES, type Fixture } from './fixtures.js';

/** A switch in a wire. */
export interface RelayWiring {
  readonly pin: number;
  /** NC conducts while the relay rests, so that a rig that is reset leaves its device powered. */
  readonly contact: 'NO' | 'NC';
  readonly activeLow?: boolean;
}

export interface LineWiring {
  readonly pin: number;
}

/** MCP4728s in front of the electrodes. */
export interface DacWiring {
  /** From a chip's output to an electrode. */
  readonly attenuation: number;
  /** Channels A to D of each; RA is on its ground. */
  readonly chips: readonly {
    readonly address: number;
    readonly electrodes: readonly (Exclude<Electrode, 'RA'> | null)[];
  }[];
}

/** What hangs on the pins of a Firmata board. */
export interface RigWiring {
  readonly port: string;
  /** Of its sketch; StandardFirmata's 57600 where it is left out. */
  readonly baudRate?: number;
  readonly dac?: DacWiring;
  readonly power?: RelayWiring;
  readonly reset?: LineWiring;
  readonly boot?: LineWiring;
  readonly electrodes?: Readonly<Partial<Record<Electrode, RelayWiring>>>;
  readonly button?: { readonly pin: number };
}

/** What its samples come from; one that is fed over a port is `uart`. */
export type BenchFrontEnd = 'uart' | 'synthetic' | 'ads1298';

export interface EmulatorEntry {
  readonly name: string;
  readonly kind: 'emulator';
  readonly board: string;
  /** Left out: `uart`. */
  readonly frontEnd?: BenchFrontEnd;
}

export interface BoardEntry {
  readonly name: string;
  readonly kind: 'board';
  readonly board: string;
  /** Address of its link, as everywhere: a path, `serial:NUMBER`, `board:NAME`, `tcp://host:port`. */
  readonly port: string;
  /** Left out: `uart` where there is an injectPort, else what its board file names, else `synthetic`. */
  readonly frontEnd?: BenchFrontEnd;
  readonly injectPort?: string;
  /** One of the tools of its board file, the first that is there where none is named, and where that finds the board. */
  readonly flash?: { readonly tool?: string; readonly port?: string };
  readonly rig?: RigWiring;
}

export type BenchEntry = EmulatorEntry | BoardEntry;

export interface BenchMap {
  /** Path of the file. */
  readonly file: string;
  readonly devices: readonly BenchEntry[];
}

const folder = (): string => join(packageRoot(), 'host', 'hil');

/** Three emulated cores: what there is where no board is. */
export const EMULATED_BENCH = 'emulated';

/** @param nameOrFile `emulated`, or the path of a map @throws IsochroneError HIL_MAP */
export async function loadBenchMap(nameOrFile: string): Promise<BenchMap> {
  const file = nameOrFile === EMULATED_BENCH ? join(folder(), 'emulated.bench.json') : nameOrFile;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw invalid(file, 'cannot be read', cause);
  });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, 'is not JSON', cause);
  }
  const schema = JSON.parse(
    await readFile(join(folder(), 'bench-map.schema.json'), 'utf8'),
  ) as Record<string, unknown>;
  const check = new Ajv({ discriminator: true }).compile(schema);
  if (!check(data)) throw invalid(file, problem(check.errors?.[0]));
  const { devices } = data as { readonly devices: readonly BenchEntry[] };
  checkMeaning(file, devices);
  return { file, devices };
}

/** ajv's own words leave out which property is too much. */
function problem(error: ErrorObject | undefined): string {
  if (error === undefined) return 'is no bench map';
  const { instancePath, message = 'is not valid' } = error;
  const params = error.params as Record<string, unknown>;
  const name = 'additionalProperty' in params ? ` "${String(params['additionalProperty'])}"` : '';
  return `${instancePath || '/'} ${message}${name}`;
}

/** What the schema language cannot say. */
function checkMeaning(file: string, devices: readonly BenchEntry[]): void {
  const twice = (what: string, values: readonly string[]): void => {
    const again = values.find((value, index) => values.indexOf(value) !== index);
    if (again !== undefined) throw invalid(file, `two devices have the ${what} ${again}`);
  };
  const boards = devices.filter((device) => device.kind === 'board');
  twice(
    'name',
    devices.map(({ name }) => name),
  );
  twice(
    'port',
    boards.flatMap(({ port, injectPort }) => [
      port,
      ...(injectPort === undefined ? [] : [injectPort]),
    ]),
  );
  for (const { name, rig, frontEnd = 'uart', injectPort } of boards) {
    if (injectPort !== undefined && frontEnd !== 'uart') {
      throw invalid(file, `${name} has an injectPort, which a front end ${frontEnd} does not read`);
    }
    if (rig === undefined) continue;
    const pins = pinsOf(rig);
    const again = pins.find((pin, index) => pins.indexOf(pin) !== index);
    if (again !== undefined) throw invalid(file, `the rig of ${name} uses pin ${again} twice`);
  }
}

export function pinsOf({
  power,
  reset,
  boot,
  electrodes = {},
  button,
}: RigWiring): readonly number[] {
  return [power, reset, boot, button, ...Object.values(electrodes)].flatMap((wiring) =>
    wiring === undefined ? [] : [wiring.pin],
  );
}

function invalid(file: string, what: string, cause?: unknown): IsochroneError {
  return new IsochroneError('HIL_MAP', `the bench map ${file}: ${what}`, {
    hint: 'Make one with `isochrone hil init`, or compare it with host/hil/bench-map.schema.json.',
    where: { file },
    cause,
  });
}

/** Whether its samples come by a clock of its own, from whatever converts them. */
function convertsItself(entry: BenchEntry): boolean {
  const fed = entry.kind === 'emulator' || entry.injectPort !== undefined;
  return (entry.frontEnd ?? (fed ? 'uart' : 'synthetic')) !== 'uart';
}

/** The front end that its firmware is built with. */
export function frontEndOf(entry: BenchEntry, board: Pick<Board, 'afe'>): BenchFrontEnd {
  if (entry.frontEnd !== undefined) return entry.frontEnd;
  return convertsItself(entry) ? (board.afe?.chip ?? 'synthetic') : 'uart';
}

/** What an entry promises; an emulator is wired to everything but switches and a button. */
export function fixturesOf(entry: BenchEntry): ReadonlySet<Fixture> {
  const converter = convertsItself(entry);
  if (entry.kind === 'emulator') {
    const fed = converter
      ? (['converter', 'test_signal'] as const)
      : (['inject', 'signal', 'contacts'] as const);
    return new Set<Fixture>(['power', 'reset', ...fed, 'flash', 'flash_part']);
  }
  const { rig, injectPort, flash } = entry;
  const met: Readonly<Record<Fixture, boolean>> = {
    power: rig?.power !== undefined,
    reset: rig?.reset !== undefined,
    boot: rig?.boot !== undefined,
    inject: injectPort !== undefined,
    converter,
    test_signal: converter,
    contacts: injectPort !== undefined,
    electrodes: rig?.electrodes !== undefined,
    button: rig?.button !== undefined,
    signal: injectPort !== undefined || rig?.dac !== undefined,
    flash: flash !== undefined,
    flash_part: false,
  };
  return new Set(FIXTURES.filter((fixture) => met[fixture]));
}

/** @throws IsochroneError HIL_DEVICE_UNKNOWN */
export function entryOf(map: BenchMap, name: string): BenchEntry {
  const entry = map.devices.find((device) => device.name === name);
  if (entry !== undefined) return entry;
  throw new IsochroneError('HIL_DEVICE_UNKNOWN', `the bench has no device "${name}"`, {
    hint: `It has ${map.devices.map((device) => device.name).join(', ')}; \`isochrone hil list\` shows them.`,
    where: { device: name, file: map.file },
  });
}

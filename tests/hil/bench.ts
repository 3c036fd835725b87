/** The bench of a run: the device of the map that was asked for, its firmware, and its record. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CompiledNetwork } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork, type GeneratedNetwork } from '../../host/cli/network.js';
import {
  entryOf,
  fixturesOf,
  frontEndOf,
  loadBenchMap,
  type BenchEntry,
  type BenchFrontEnd,
  type BenchMap,
} from '../../host/hil/bench-map.js';
import type { Fixture } from '../../host/hil/fixtures.js';
import { DeviceUnderTest } from '../../host/hil/device.js';
import { Journal } from '../../host/hil/journal.js';
import { mutantNamed, mutate } from '../../host/hil/mutants.js';
import { openTarget } from '../../host/hil/open-target.js';
import type { DeviceRecord, TestRecord } from '../../host/hil/record.js';
import { reserve, type Reservation } from '../../host/hil/reservation.js';
import { settingsFrom, type RunSettings } from '../../host/hil/run-settings.js';
import { backendOf, loadBoard, type Board } from '../../host/toolchain/board.js';
import { buildFirmware, type BuiltImage } from '../../host/toolchain/build-firmware.js';
import { writeWhole } from '../../host/toolchain/write-network.js';

/** Of the emulator's tests. */
const SMALL_NETWORK = join(packageRoot(), 'tests/end-to-end/emulator/fixtures/network');
/** Another run of the suite on the same device, to its end. */
const RESERVATION_WAIT_MS = 120_000;

interface Open {
  readonly device: DeviceUnderTest;
  readonly network: CompiledNetwork;
  readonly image: BuiltImage;
  readonly reservation: Reservation;
}

export class Bench {
  readonly tests: TestRecord[] = [];
  private readonly startedMs = performance.now();
  private opened: Open | undefined;

  private constructor(
    readonly settings: RunSettings,
    private readonly map: BenchMap,
    readonly entry: BenchEntry,
    readonly board: Board,
  ) {}

  static async fromEnvironment(): Promise<Bench> {
    const settings = settingsFrom(process.env);
    const map = await loadBenchMap(settings.bench);
    const entry = entryOf(map, settings.device);
    return new Bench(settings, map, entry, await loadBoard(entry.board));
  }

  get fixtures(): ReadonlySet<Fixture> {
    return fixturesOf(this.entry);
  }

  /** Of the firmware that is built for the device. */
  get frontEnd(): BenchFrontEnd {
    return frontEndOf(this.entry, this.board);
  }

  get device(): DeviceUnderTest {
    return this.open.device;
  }

  get network(): CompiledNetwork {
    return this.open.network;
  }

  get image(): BuiltImage {
    return this.open.image;
  }

  /** Reserves the device, builds its firmware, puts it on the device and switches it on. */
  async start(): Promise<void> {
    const reservation = await reserve(this.map, this.entry, RESERVATION_WAIT_MS);
    try {
      const { network, image } = await this.build();
      const target = await openTarget(this.entry, this.board);
      const device = new DeviceUnderTest({ target, journal: new Journal() });
      this.opened = { device, network, image, reservation };
      if (target.fixtures.has('flash')) await target.flash(image.elfPath);
      await target.rig.rest();
    } catch (error) {
      await reservation.release();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.write();
    await this.opened?.device.close();
    await this.opened?.reservation.release();
  }

  /** The device as it was before a test failed. */
  async recover(): Promise<void> {
    const { device, image } = this.open;
    if (device.stopped) return;
    if (device.target.fixtures.has('flash')) await device.target.flash(image.elfPath);
    if (device.target.fixtures.has('power')) await device.powerCycle(0);
  }

  /** Multiple of real time at which records go in: an emulator takes what a busy machine carries, a front end has its own rate. */
  get speed(): number {
    return this.entry.kind === 'emulator' ? 8 : 1;
  }

  /** The application for any board, with a network of two layers: what counts of it is what it was built for. */
  buildOther(board: Board, name: string): Promise<BuiltImage> {
    return buildFirmware({
      board,
      networkDir: SMALL_NETWORK,
      image: 'app',
      frontEnd: this.frontEnd,
      outDir: join(this.folder, name),
    });
  }

  private get folder(): string {
    const { mutant } = this.settings;
    const name = mutant === undefined ? this.entry.name : `${this.entry.name}-${mutant}`;
    return join(packageRoot(), 'build', 'hil', name);
  }

  private async build(): Promise<{ network: CompiledNetwork; image: BuiltImage }> {
    const { board, folder } = this;
    const generated = generateNetwork(DEFAULT_MODEL, join(folder, 'network'), {
      ramBytes: board.modelArenaBytes,
      target: { backend: backendOf(board), optimize: 'balanced' },
    });
    const replaced = breakFirmware(this.settings.mutant, generated, folder);
    const image = await buildFirmware({
      board,
      networkDir: generated.folder,
      image: 'app',
      frontEnd: this.frontEnd,
      outDir: join(folder, 'image'),
      ...(replaced === undefined ? {} : { replaced }),
    });
    return { network: generated.compiled, image };
  }

  private get open(): Open {
    if (this.opened !== undefined) return this.opened;
    throw new IsochroneError('HIL_NO_POWER', `${this.entry.name} has not been started`, {
      hint: 'Ask for the device inside of a test.',
    });
  }

  private write(): void {
    const { recordFile, mutant } = this.settings;
    if (recordFile === undefined) return;
    const record: DeviceRecord = {
      device: this.entry.name,
      board: this.board.name,
      kind: this.entry.kind,
      core: this.board.core.name,
      ...(this.opened === undefined ? {} : { buildId: this.opened.image.buildId }),
      ...(mutant === undefined ? {} : { mutant }),
      ms: Math.round(performance.now() - this.startedMs),
      tests: this.tests,
    };
    mkdirSync(dirname(recordFile), { recursive: true });
    writeFileSync(recordFile, JSON.stringify(record));
  }
}

/** Changes the network's C in its folder, or gives the template that takes another's place. */
function breakFirmware(
  name: string | undefined,
  network: GeneratedNetwork,
  folder: string,
): ReadonlyMap<string, string> | undefined {
  if (name === undefined) return undefined;
  const mutant = mutantNamed(name);
  if (mutant.file === 'network.c') {
    const source = mutate(mutant, network.compiled.emitted.source);
    writeWhole(join(network.folder, mutant.file), source);
    return undefined;
  }
  const template = join(packageRoot(), 'firmware-templates', mutant.file);
  const broken = join(folder, `${mutant.name}-${basename(mutant.file)}`);
  writeWhole(broken, mutate(mutant, readFileSync(template, 'utf8')));
  return new Map([[mutant.file, broken]]);
}

/** The device's heart in C against the golden model, and its generated tables against their source. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../codegen/testing/random.js';
import { PHASES } from '../stream/events.js';
import { camAttribution, occlusionAttribution, positionScores } from './attribution-map.js';
import { selectBeats, WINDOW_SAMPLES } from './beats.js';
import {
  DEFAULT_HEART_OPTIONS,
  type HeartExplanation,
  type HeartInput,
  type HeartOptions,
  explainHeart,
} from './explain.js';
import { generatedFiles } from './generate-c.js';
import { toHeartAxes } from './geometry.js';
import { INDEPENDENT_IN_TWELVE, VCG_TRANSFORMS } from './matrices.js';
import { readStoredTemplates } from '../templates/files.js';
import { generatedFiles as templateFiles } from '../templates/generate-c.js';
import { LESION_KINDS } from './mapping/pull-back.js';
import { windowChainRule } from './mapping/window-chain-rule.js';
import { phaseRanges } from './path.js';
import { dipoleWindow } from './test-support/dipole.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CORE = join(ROOT, 'firmware-templates/core');
const SUPPORT = join(ROOT, 'host/cineecg/test-support');
const BUILD = join(ROOT, 'build/heart-c-test');
const SOURCES = [
  'iso_geometry.c',
  'iso_heart.c',
  'iso_heart_attribution.c',
  'iso_heart_beats.c',
  'iso_heart_deposit.c',
  'iso_heart_fiducials.c',
  'iso_heart_path.c',
  'iso_heart_residual.c',
  'iso_pull_back.c',
  ...['normal', ...LESION_KINDS].map((name) => `iso_templates_${name}.c`),
  'iso_vcg.c',
];
const STRICT = [
  '-std=c99',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wconversion',
  '-Wshadow',
  '-Wdouble-promotion',
  '-O2',
];

const QEMU_ARGUMENTS = [
  ...['-M', 'mps2-an386', '-kernel', 'heart.elf'],
  ...['-display', 'none', '-monitor', 'none', '-serial', 'none'],
  ...['-semihosting-config', 'enable=on,target=native'],
];

/** Single against double precision: no value may be farther off than this share of its field's largest. */
const BOUND = 1e-4;

interface Case {
  readonly name: string;
  readonly input: HeartInput;
  readonly options: HeartOptions;
}

/** Transform, beats, leads, bits. */
const HEAD_BYTES = 4;

function encode({ input, options }: Case): Buffer {
  const head = Buffer.alloc(HEAD_BYTES + 5 * 4 + 255 * 2);
  head.writeUInt8(VCG_TRANSFORMS.indexOf(options.transform), 0);
  head.writeUInt8(input.rIndex.length, 1);
  head.writeUInt8(input.input.length / WINDOW_SAMPLES, 2);
  head.writeUInt8(8 * input.input.BYTES_PER_ELEMENT, 3);
  [...options.phaseWeight, input.inputScaleMillivolt, input.gradientScale].forEach((value, i) =>
    head.writeFloatLE(value, HEAD_BYTES + 4 * i),
  );
  Array.from(input.rIndex).forEach((r, i) => head.writeUInt16LE(r, HEAD_BYTES + 20 + 2 * i));
  const bytes = (a: Int16Array): Buffer => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
  const codes = Int16Array.from(input.input);
  return Buffer.concat([head, bytes(input.microvolt), bytes(codes), bytes(input.gradient)]);
}

interface DeviceResult {
  readonly status: string;
  readonly beatCount: number;
  readonly topSegment: number;
  readonly pathLength: number;
  readonly fiducials: readonly number[];
  readonly meanBeat: readonly number[];
  readonly attribution: readonly number[];
  readonly leadEvidence: readonly number[];
  readonly scores: readonly number[];
  readonly spread: readonly number[];
  readonly residualShare: number;
  readonly meanQrs: readonly number[];
  readonly meanQrsInHeart: readonly number[];
  /** 80 × (x, y, z, evidence, phase). */
  readonly path: readonly number[];
  /** By each kind of lesion. */
  readonly chainRules: readonly DeviceChainRule[];
  /** Grad-CAM, then occlusion. */
  readonly withoutGradient: readonly DeviceAttribution[];
}

interface DeviceAttribution {
  readonly status: string;
  readonly top: number;
  /** Ranges to occlude; the end of the last, its low byte. */
  readonly waves: readonly [count: number, lastEnd: number];
  readonly attribution: readonly number[];
  readonly leadEvidence: readonly number[];
  readonly scores: readonly number[];
}

interface DeviceChainRule {
  readonly any: boolean;
  readonly top: number;
  readonly scores: readonly number[];
  readonly spread: readonly number[];
}

const RESULT_BYTES =
  4 +
  12 +
  1280 +
  4 * (960 + 36 + 21 + 21 + 1 + 3 + 3 + 400) +
  3 * (2 + 4 * 42) +
  2 * (4 + 4 * (960 + 36 + 21));
const STATUSES = ['ok', 'no-beat', 'no-qrs', 'no-evidence'];

function decode(bytes: Buffer): DeviceResult {
  let at = 4;
  const integers = (n: number): number[] =>
    Array.from({ length: n }, () => bytes.readInt16LE((at += 2) - 2));
  const floats = (n: number): number[] =>
    Array.from({ length: n }, () => bytes.readFloatLE((at += 4) - 4));
  return {
    status: STATUSES[bytes.readUInt8(0)] ?? 'unknown',
    beatCount: bytes.readUInt8(1),
    topSegment: bytes.readUInt8(2),
    pathLength: bytes.readUInt8(3),
    fiducials: integers(6),
    meanBeat: integers(640),
    attribution: floats(960),
    leadEvidence: floats(36),
    scores: floats(21),
    spread: floats(21),
    residualShare: floats(1)[0] ?? NaN,
    meanQrs: floats(3),
    meanQrsInHeart: floats(3),
    path: floats(400),
    chainRules: LESION_KINDS.map(() => ({
      any: bytes.readUInt8((at += 2) - 2) === 1,
      top: bytes.readUInt8(at - 1),
      scores: floats(21),
      spread: floats(21),
    })),
    withoutGradient: [0, 1].map(() => ({
      status: STATUSES[bytes.readUInt8((at += 4) - 4)] ?? 'unknown',
      top: bytes.readUInt8(at - 3),
      waves: [bytes.readUInt8(at - 2), bytes.readUInt8(at - 1)] as const,
      attribution: floats(960),
      leadEvidence: floats(36),
      scores: floats(21),
    })),
  };
}

const NORMAL = { rrSamples: 80, firstR: 40, noiseMicrovolt: 10 } as const;

/** The same window for a network of the eight independent leads. */
function independentLeads({ input, gradient }: HeartInput): Pick<HeartInput, 'input' | 'gradient'> {
  const at = (i: number): number => Math.floor(i / 8) * 12 + (INDEPENDENT_IN_TWELVE[i % 8] ?? 0);
  const length = WINDOW_SAMPLES * 8;
  return {
    input: Int8Array.from({ length }, (_, i) => input[at(i)] ?? 0),
    gradient: Int16Array.from({ length }, (_, i) => gradient[at(i)] ?? 0),
  };
}

/** The largest products that there are, all of one sign. */
function railsOfEight(window: HeartInput): Pick<HeartInput, 'input' | 'gradient' | 'rIndex'> {
  const { gradient } = independentLeads(window);
  return {
    input: Int16Array.from(gradient, () => -32768),
    gradient: gradient.map((_, i) => (i % 3 === 0 ? -32768 : -32767)),
    rIndex: Array.from({ length: 64 }, (_r, i) => 40 + 14 * i),
  };
}

function edgeCases(): Case[] {
  const of = (
    name: string,
    change: Partial<HeartInput>,
    options = DEFAULT_HEART_OPTIONS,
  ): Case => ({
    name,
    input: { ...dipoleWindow({ ...NORMAL, seed: 7 }), ...change },
    options,
  });
  const zeros8 = new Int16Array(WINDOW_SAMPLES * 8);
  const impulse = new Int16Array(WINDOW_SAMPLES * 12);
  impulse[(120 + 20) * 12 + 7] = 32767;
  const slow = dipoleWindow({ ...NORMAL, seed: 8 });
  return [
    of('no beat', { rIndex: [] }),
    of('beats over both borders only', { rIndex: [0, 29, 951, 999] }),
    of('first and last full place', { rIndex: [30, 950] }),
    of('one beat', { rIndex: [120] }),
    of('flat leads', { microvolt: zeros8 }),
    of('isoelectric but for 90 µV of noise', {
      microvolt: Int16Array.from(zeros8, (_v, i) => (i % 3 === 0 ? 45 : -45)),
      rIndex: [100],
    }),
    of('no gradient', { gradient: new Int16Array(WINDOW_SAMPLES * 12) }),
    of('gradient in one beat alone', { gradient: impulse }),
    of('no input', { input: new Int8Array(WINDOW_SAMPLES * 12) }),
    of('eight leads', independentLeads(slow)),
    of('int16 codes', { input: Int16Array.from(slow.input, (v, i) => 250 * v + (i % 7)) }),
    of('int16 rails of eight leads', railsOfEight(slow)),
    of('phases without weight', {}, { ...DEFAULT_HEART_OPTIONS, phaseWeight: [0, 0, 0] }),
    of('P weighted too', {}, { transform: 'kors', phaseWeight: [0.5, -2, 1] }),
    of('rails', {
      microvolt: slow.microvolt.map((v, i) => (v > 50 ? 32767 : i % 2 === 0 ? -32768 : 0)),
      input: slow.input.map((v) => (v > 0 ? 127 : -128)),
      gradient: slow.gradient.map((v) => (v > 0 ? 32767 : -32768)),
    }),
    of('marks in a row and doubled', { rIndex: [100, 100, 101, 102, 103] }),
    of('more marks than are read', { rIndex: Array.from({ length: 255 }, (_r, i) => 30 + 3 * i) }),
  ];
}

function randomCases(count: number): Case[] {
  return Array.from({ length: count }, (_case, seed) => {
    const random = seededRandom(1000 + seed);
    const rrSamples = 35 + Math.floor(random() * 110);
    const input = dipoleWindow({
      seed,
      rrSamples,
      firstR: Math.floor(random() * rrSamples),
      noiseMicrovolt: seed % 4 === 3 ? 600 : 60 * random(),
    });
    return {
      name: `seed ${seed}, RR ${rrSamples}0 ms`,
      input,
      options:
        seed % 2 === 0
          ? DEFAULT_HEART_OPTIONS
          : {
              transform: seed % 4 === 1 ? 'kors' : 'geometric',
              phaseWeight: [random(), random() - 1, random()],
            },
    };
  });
}

function expectClose(found: readonly number[], wanted: readonly number[], what: string): void {
  const largest = Math.max(...wanted.map(Math.abs));
  expect(found.length, what).toBe(wanted.length);
  const worst = Math.max(...found.map((value, i) => Math.abs(value - (wanted[i] ?? NaN))));
  expect(worst, what).toBeLessThanOrEqual(BOUND * largest);
}

function expectSame(device: DeviceResult, golden: HeartExplanation): void {
  const f = golden.fiducials;
  expect(device.fiducials).toEqual([f.pOnset, f.pEnd, f.qrsOnset, f.jPoint, f.tPeak, f.tEnd]);
  expect(device.meanBeat).toEqual(golden.meanBeatMicrovolt.flat());
  expect(device.pathLength).toBe(golden.path.length);
  const points = golden.path.map((_point, i) => device.path.slice(5 * i, 5 * i + 5));
  expect(points.map((p) => PHASES[p[4] ?? 3])).toEqual(golden.path.map((p) => p.phase));
  const positions = points.map((p) => p.slice(0, 3));
  expectClose(positions.flat(), golden.path.map((p) => [...p.frankMm]).flat(), 'path');
  expectClose(
    points.map((p) => p[3] ?? NaN),
    golden.path.map((p) => p.evidence),
    'path evidence',
  );
  expectClose(device.meanQrs, golden.meanQrsMicrovolt, 'mean QRS');
  expectClose(
    device.meanQrsInHeart,
    toHeartAxes(golden.meanQrsMicrovolt),
    'mean QRS in heart axes',
  );
  expectClose(device.attribution, golden.attribution.flat(), 'attribution');
  const { leadEvidence } = golden;
  // Sums of samples of either sign: they are judged against the samples that went in.
  const scaleOfSums = Math.max(...golden.attribution.flat().map(Math.abs));
  device.leadEvidence.forEach((value, i) =>
    expect(Math.abs(value - (leadEvidence.flat()[i] ?? NaN))).toBeLessThanOrEqual(
      BOUND * scaleOfSums,
    ),
  );
  expectClose(device.scores, golden.segmentScores, 'scores');
  const largestScore = Math.max(...golden.segmentScores);
  device.spread.forEach((value, i) =>
    expect(Math.abs(value - (golden.segmentSpread[i] ?? NaN))).toBeLessThanOrEqual(
      BOUND * largestScore,
    ),
  );
  expect(Math.abs(device.residualShare - golden.residualShare)).toBeLessThanOrEqual(BOUND);
  // A tie may fall either way; anything else may not.
  expect(golden.segmentScores[device.topSegment]).toBeGreaterThan(largestScore - BOUND);
}

const TEMPLATES = LESION_KINDS.map((kind) => readStoredTemplates(kind));

/** Amplitudes and evidence are sums of terms of either sign, so that their bound is wider. */
const CHAIN_RULE_BOUND = 1e-3;

function expectSameChainRules(
  device: DeviceResult,
  golden: HeartExplanation,
  input: HeartInput,
): void {
  TEMPLATES.forEach((templates, k) => {
    const found = device.chainRules[k];
    const wanted = windowChainRule(input, golden, templates);
    expect(found?.any, templates.kind).toBe(wanted !== undefined);
    if (wanted === undefined || found === undefined) return;
    for (const [map, by] of [
      [found.scores, wanted.scores],
      [found.spread, wanted.spread],
    ] as const) {
      const worst = Math.max(...map.map((value, i) => Math.abs(value - (by[i] ?? NaN))));
      expect(worst, templates.kind).toBeLessThanOrEqual(
        CHAIN_RULE_BOUND * Math.max(1, ...wanted.spread),
      );
    }
    expect(wanted.scores[found.top]).toBeGreaterThan(Math.max(...wanted.scores) - CHAIN_RULE_BOUND);
  });
}

/** Grad-CAM and occlusion as the harness makes them up, of the gradient's first values. */
function expectSameAttributions(
  device: DeviceResult,
  golden: HeartExplanation,
  { input, gradient, gradientScale, rIndex }: HeartInput,
): void {
  const leads = input.length / WINDOW_SAMPLES;
  const { first, rangeEnd } = selectBeats(rIndex);
  const ranges = phaseRanges(golden.fiducials, rangeEnd);
  const values = Array.from(gradient, (value) => value * gradientScale);
  const attributions = [
    camAttribution(values.slice(0, 250), first, WINDOW_SAMPLES, leads),
    occlusionAttribution(values, ranges, first.length, leads),
  ];
  attributions.forEach((wanted, method) => {
    const found = device.withoutGradient[method];
    const evidence = (t: number): number =>
      wanted.reduce((sum, lead) => sum + Math.abs(lead[t] ?? 0), 0) / leads;
    const scores = positionScores(
      golden.path.map((point, i) => ({ ...point, evidence: evidence(ranges[0][0] + i) })),
    );
    if (found === undefined || scores === undefined) {
      expect(found?.status).toBe('no-evidence');
      return;
    }
    expect(found.status).toBe('ok');
    const waves =
      method === 1 ? [3 * first.length, ((first.at(-1) ?? 0) + ranges[2][1]) & 255] : [0, 0];
    expect(found.waves).toEqual([(waves[0] ?? 0) & 255, waves[1]]);
    expectClose(found.attribution, wanted.flat(), 'attribution');
    const sums = wanted.map((lead) =>
      ranges.map(([begin, end]) => lead.slice(begin, end).reduce((a, b) => a + b, 0)),
    );
    const scale = Math.max(...wanted.flat().map(Math.abs));
    found.leadEvidence.forEach((value, i) =>
      expect(Math.abs(value - (sums.flat()[i] ?? NaN))).toBeLessThanOrEqual(BOUND * scale * 80),
    );
    expectClose(found.scores, scores, 'scores by position');
    expect(scores[found.top]).toBeGreaterThan(Math.max(...scores) - BOUND);
  });
}

describe('the heart in C', () => {
  const harness = join(BUILD, 'heart');

  beforeAll(() => {
    mkdirSync(BUILD, { recursive: true });
    const sources = [
      ...SOURCES.map((name) => join(CORE, name)),
      join(SUPPORT, 'heart_harness.c'),
      join(SUPPORT, 'heart_io_host.c'),
    ];
    execFileSync('gcc', [
      ...STRICT,
      '-ffp-contract=off',
      '-fsanitize=undefined',
      '-fno-sanitize-recover=all',
      `-I${CORE}`,
      ...sources,
      '-o',
      harness,
      '-lm',
    ]);
  });

  const cases = [...edgeCases(), ...randomCases(60)];
  let results: DeviceResult[] = [];
  let output = Buffer.alloc(0);

  beforeAll(() => {
    output = execFileSync(harness, {
      input: Buffer.concat(cases.map(encode)),
      maxBuffer: 1 << 28,
    });
    expect(output.length).toBe(cases.length * RESULT_BYTES);
    results = cases.map((_case, i) => decode(output.subarray(i * RESULT_BYTES)));
  });

  it.each(cases.map((heartCase, i) => ({ ...heartCase, i })))(
    'agrees with the golden model: $name',
    ({ input, options, i }) => {
      const device = results[i];
      const golden = explainHeart(input, options);
      expect(device?.status).toBe(golden.status);
      expect(device?.beatCount).toBe(golden.beatCount);
      if (device === undefined) return;
      if (golden.status === 'ok') {
        expectSame(device, golden);
        expectSameChainRules(device, golden, input);
        expectSameAttributions(device, golden, input);
      } else {
        const { attribution, scores, path, meanBeat } = device;
        expect([...attribution, ...scores, ...path, ...meanBeat].every((v) => v === 0)).toBe(true);
        expect(device.fiducials).toEqual([-1, -1, -1, -1, -1, -1]);
      }
    },
  );

  it('meets every status and both outcomes of each fiducial among its cases', () => {
    expect(new Set(results.map((r) => r.status))).toEqual(new Set(STATUSES));
    for (let k = 0; k < 6; k += 1) {
      const found = results
        .filter((r) => r.status === 'ok')
        .map((r) => (r.fiducials[k] ?? -1) >= 0);
      expect(found).toContain(true);
      if (k !== 2 && k !== 3) expect(found).toContain(false);
    }
  });

  it('compiles for a Cortex-M0 without a warning', () => {
    const sources = SOURCES.map((name) => join(CORE, name));
    const flags = [...STRICT, '-mcpu=cortex-m0', '-mthumb', '-fsyntax-only'];
    execFileSync('arm-none-eabi-gcc', [...flags, ...sources]);
  });

  it('gives the same bits on an emulated Cortex-M4 with its FPU as here', () => {
    const folder = join(BUILD, 'cortex-m4');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'cases.bin'), Buffer.concat(cases.map(encode)));
    const sources = SOURCES.map((name) => join(CORE, name));
    const support = ['heart_harness.c', 'heart_io_cortex_m.c'].map((name) => join(SUPPORT, name));
    const core = ['-mcpu=cortex-m4', '-mthumb', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'];
    const link = ['-nostartfiles', '-T', join(SUPPORT, 'heart_mps2.ld'), '-o', 'heart.elf', '-lm'];
    execFileSync(
      'arm-none-eabi-gcc',
      [...STRICT, ...core, '-ffp-contract=off', `-I${CORE}`, ...sources, ...support, ...link],
      { cwd: folder },
    );
    execFileSync('qemu-system-arm', QEMU_ARGUMENTS, { cwd: folder, timeout: 60_000 });
    expect(readFileSync(join(folder, 'results.bin')).equals(output)).toBe(true);
  });
});

describe('generated tables', () => {
  it.each(Object.entries({ ...generatedFiles(), ...templateFiles() }))(
    '%s is what the generator writes',
    (path, content) => {
      expect(readFileSync(join(ROOT, path), 'utf8')).toBe(content);
    },
  );
});

import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeImages, encodeImages, makeImage, slotContent, type FirmwareImage } from './image.js';
import { makeKeys, rawPublicKey, readPrivateKey, readPublicKey } from './keys.js';
import { parseVersion, versionText } from './version.js';

const pair = generateKeyPairSync('ed25519');
const described = {
  board: 'mps2-an386',
  slotAddress: 0x2100_0000,
  version: parseVersion('1.2.3'),
  oldestAllowed: parseVersion('1.0.0'),
  buildId: 0xfedcba98,
};
const program = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) & 0xff);
const image = makeImage(described, program, pair.privateKey);
const other = makeImage({ ...described, slotAddress: 0x2108_0000 }, program, pair.privateKey);

/** As iso_image.c judges it: the last 64 bytes sign those before. */
const isSignedBy = ({ header }: Pick<FirmwareImage, 'header'>, key: KeyObject): boolean =>
  verify(null, header.subarray(0, 192), key, header.subarray(192));

describe('an image file', () => {
  it('gives back what was put in', () => {
    const [first, second, ...rest] = decodeImages(encodeImages([image, other]), 'file');
    expect(first).toMatchObject(described);
    expect(first?.program).toEqual(program);
    expect(second?.slotAddress).toBe(0x2108_0000);
    expect(rest).toEqual([]);
  });

  it('is refused wherever it is cut, and wherever its program is damaged', () => {
    const bytes = encodeImages([image, other]);
    for (const length of [0, 1, 7, 255, 256, 257, 1255, 1257, bytes.length - 1]) {
      expect(() => decodeImages(bytes.subarray(0, length), 'file')).toThrow(
        expect.objectContaining({ code: 'FIRMWARE_IMAGE_DAMAGED' }) as Error,
      );
    }
    for (const at of [0, 12, 64, 256, 1255, 1256]) {
      const damaged = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte));
      expect(() => decodeImages(damaged, 'file')).toThrow(
        expect.objectContaining({ code: 'FIRMWARE_IMAGE_DAMAGED' }) as Error,
      );
    }
  });

  it('is signed: every byte of the header counts', () => {
    expect(isSignedBy(image, pair.publicKey)).toBe(true);
    expect(isSignedBy(image, generateKeyPairSync('ed25519').publicKey)).toBe(false);
    for (let at = 0; at < image.header.length; at += 1) {
      const header = Uint8Array.from(image.header, (byte, i) => (i === at ? byte ^ 1 : byte));
      expect(isSignedBy({ header }, pair.publicKey)).toBe(false);
    }
  });

  it('lies in a slot with its program at 1024 and erased bytes before it', () => {
    const content = slotContent(image);
    expect(content.length).toBe(1024 + program.length);
    expect(content.subarray(256, 1024).every((byte) => byte === 0xff)).toBe(true);
    expect(content.subarray(1024)).toEqual(Buffer.from(program));
  });
});

describe('versions', () => {
  it.each([
    ['0.0.0', 0],
    ['0.0.65535', 65_535],
    ['0.1.0', 65_536],
    ['1.0.0', 16_777_216],
    ['255.255.65535', 4_294_967_295],
  ])('%s', (text, version) => {
    expect(parseVersion(text)).toBe(version);
    expect(versionText(version)).toBe(text);
  });

  it.each(['', '1', '1.2', '1.2.3.4', '256.0.0', '0.256.0', '0.0.65536', '-1.0.0', 'v1.0.0'])(
    '"%s" is none',
    (text) => {
      expect(() => parseVersion(text)).toThrow(
        expect.objectContaining({ code: 'FIRMWARE_VERSION' }) as Error,
      );
    },
  );
});

describe('keys', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isochrone-keys-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('come in pairs, the private half for its owner alone, and are never overwritten', async () => {
    const files = await makeKeys(join(folder, 'ward'));
    const privateKey = await readPrivateKey(files.privateKey);
    const publicKey = await readPublicKey(files.publicKey);
    expect((await stat(files.privateKey)).mode & 0o777).toBe(0o600);
    expect(isSignedBy(makeImage(described, program, privateKey), publicKey)).toBe(true);
    expect(rawPublicKey(privateKey)).toEqual(rawPublicKey(publicKey));
    expect(rawPublicKey(publicKey)).toHaveLength(32);
    const before = await readFile(files.privateKey, 'utf8');
    await expect(makeKeys(join(folder, 'ward'))).rejects.toMatchObject({ code: 'KEY_EXISTS' });
    expect(await readFile(files.privateKey, 'utf8')).toBe(before);
  });

  it('of another kind, and files that are none, are refused', async () => {
    const file = join(folder, 'key.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const none = readPrivateKey(join(folder, 'none.pem'));
    await expect(none).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
    for (const text of ['', 'no key', privateKey.export({ format: 'pem', type: 'pkcs8' })]) {
      await writeFile(file, text);
      await expect(readPrivateKey(file)).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
    }
  });
});

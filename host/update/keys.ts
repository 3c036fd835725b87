/** The key pair that signs firmware: Ed25519, as PEM files. The public half is built into boot loader and application. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { IsochroneError } from '../../codegen/errors.js';

const RAW_KEY_BYTES = 32;

export interface KeyFiles {
  readonly privateKey: string;
  readonly publicKey: string;
}

/**
 * Writes NAME.private.pem, which its owner alone can read, and NAME.public.pem; never over a file that is there.
 * @throws IsochroneError KEY_EXISTS
 */
export async function makeKeys(name: string): Promise<KeyFiles> {
  const files = { privateKey: `${name}.private.pem`, publicKey: `${name}.public.pem` };
  const pair = generateKeyPairSync('ed25519');
  const privatePem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' });
  const publicPem = pair.publicKey.export({ format: 'pem', type: 'spki' });
  await writeNew(files.privateKey, privatePem, 0o600);
  await writeNew(files.publicKey, publicPem, 0o644);
  return files;
}

async function writeNew(file: string, text: string | Buffer, mode: number): Promise<void> {
  try {
    await writeFile(file, text, { mode, flag: 'wx' });
  } catch (cause) {
    throw new IsochroneError('KEY_EXISTS', `the key file ${file} cannot be written`, {
      hint: 'A key that is there is never overwritten: devices in the field know it. Give another --name.',
      where: { file },
      cause,
    });
  }
}

/** @throws IsochroneError KEY_UNREADABLE */
export async function readPrivateKey(file: string): Promise<KeyObject> {
  return checked(file, () => readFile(file).then((pem) => createPrivateKey(pem)));
}

/** Of either half. @throws IsochroneError KEY_UNREADABLE */
export async function readPublicKey(file: string): Promise<KeyObject> {
  return checked(file, () => readFile(file).then((pem) => createPublicKey(pem)));
}

async function checked(file: string, read: () => Promise<KeyObject>): Promise<KeyObject> {
  let cause: unknown;
  try {
    const key = await read();
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    cause = error;
  }
  throw new IsochroneError('KEY_UNREADABLE', `${file} is no Ed25519 key`, {
    hint: 'Make a pair with `isochrone keys`; images are signed with its private half.',
    where: { file },
    cause,
  });
}

/** The 32 bytes that a device is built with: the end of the key's SubjectPublicKeyInfo (RFC 8410). */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const own = key.type === 'private' ? createPublicKey(key) : key;
  return own.export({ format: 'der', type: 'spki' }).subarray(-RAW_KEY_BYTES);
}

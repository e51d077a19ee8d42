/**
 * Verifies signatures with the platform's WebCrypto, where it has one: quicker than the core, and off its thread.
 *
 * The core says which signatures a claim rests on, and takes these answers for its own: docs/adr/0009-obligations.md. It has read the
 * keys and knows the schemes; what is refused here is what our arithmetic would refuse, which answers where this does not.
 */

const HASHES = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;
/** Octets of the hash, which is how long the salt of RSA-PSS is. */
const SALTS = { sha256: 32, sha384: 48, sha512: 64 } as const;
/** Octets of a coordinate, and of a whole `SubjectPublicKeyInfo`, which ends in the point. */
const CURVES = {
  p256: { name: 'P-256', size: 32, spki: 91 },
  p384: { name: 'P-384', size: 48, spki: 120 },
  p521: { name: 'P-521', size: 66, spki: 158 },
} as const;

type Hash = keyof typeof HASHES;
type Curve = keyof typeof CURVES;

/** How a signature was made; named by the core, never by what is verified. */
export type SignatureScheme = `ecdsa-${Curve}-${Hash}` | `rsa-pkcs1-${Hash}` | `rsa-pss-${Hash}` | 'ed25519' | 'ed25519ph';

/** A signature that has to hold. */
export interface SignatureCheck {
  /** A `SubjectPublicKeyInfo` in DER. */
  readonly key: Uint8Array;
  readonly scheme: SignatureScheme;
  /** What was signed, or its digest. */
  readonly message: Uint8Array;
  /** Whether `message` is but the digest, of which WebCrypto, which hashes for itself, cannot say anything. */
  readonly isDigest: boolean;
  /** In DER for ECDSA. */
  readonly signature: Uint8Array;
}

/** Whether each of them holds; `null` where this platform cannot say. */
export async function verifySignatures(checks: readonly SignatureCheck[]): Promise<(boolean | null)[]> {
  // Not there in old runtimes, and in browsers only for pages that came over https or from this machine.
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  return Promise.all(checks.map((check) => subtle === undefined ? null : answer(subtle, check)));
}

async function answer(subtle: SubtleCrypto, check: SignatureCheck): Promise<boolean | null> {
  const algorithm = check.isDigest ? null : algorithmOf(check.scheme);
  if (algorithm === null) return null;
  // Before anything is waited for: memory of the core, which these may be views of, changes and moves.
  const [key, message, der] = [check.key, check.message, check.signature].map((bytes) => new Uint8Array(bytes)) as
    [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  const { curve } = algorithm;
  const signature = curve === undefined ? der : p1363(der, curve.size);
  if (signature === null) return false;
  try {
    const imported = curve === undefined
      ? await subtle.importKey('spki', key, algorithm.key, false, ['verify'])
      : await subtle.importKey('raw', point(key, curve), algorithm.key, false, ['verify']);
    return (await subtle.verify(algorithm.signature, imported, signature, message)) === true;
  } catch {
    // Unsupported, or a key that this platform does not take, or out of memory: no answer. It must never become a yes, and a no
    // that only means "not here" would make verdicts depend on the platform.
    return null;
  }
}

interface Algorithm {
  readonly key: EcKeyImportParams | RsaHashedImportParams;
  readonly signature: EcdsaParams | RsaPssParams | { readonly name: 'RSASSA-PKCS1-v1_5' };
  /** For ECDSA. */
  readonly curve?: (typeof CURVES)[Curve];
}

/**
 * `null` for what WebCrypto does not have, and for Ed25519 always: implementations differ in what they accept (low-order points,
 * encodings that are not reduced, with or without the cofactor), so that a signature could hold in one browser and not in another.
 * Ed25519ph is in none.
 */
function algorithmOf(scheme: string): Algorithm | null {
  const [family = '', variant = '', name = '', ...rest] = scheme.split('-');
  if (!Object.hasOwn(HASHES, name) || rest.length > 0) return null;
  const hash = HASHES[name as Hash];
  if (family === 'ecdsa' && Object.hasOwn(CURVES, variant)) {
    const curve = CURVES[variant as Curve];
    return { key: { name: 'ECDSA', namedCurve: curve.name }, signature: { name: 'ECDSA', hash }, curve };
  }
  if (family === 'rsa' && variant === 'pkcs1') {
    return { key: { name: 'RSASSA-PKCS1-v1_5', hash }, signature: { name: 'RSASSA-PKCS1-v1_5' } };
  }
  if (family === 'rsa' && variant === 'pss') {
    return { key: { name: 'RSA-PSS', hash }, signature: { name: 'RSA-PSS', saltLength: SALTS[name as Hash] } };
  }
  return null;
}

/** The point of a key that the core has read. Measured: Node takes a third of the time to import it that it takes for the whole. */
function point(key: Uint8Array<ArrayBuffer>, { size, spki }: (typeof CURVES)[Curve]): Uint8Array<ArrayBuffer> {
  if (key.length !== spki) throw new RangeError(`expected a key of ${spki} octets, found ${key.length}`);
  return key.subarray(-(1 + 2 * size));
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** An ECDSA signature as WebCrypto takes it, two numbers side by side; `null` if it is not the one encoding that DER has of two. */
function p1363(der: Uint8Array, size: number): Uint8Array<ArrayBuffer> | null {
  const sequence = element(der, SEQUENCE);
  if (sequence === null || sequence.behind.length > 0) return null;
  const r = element(sequence.contents, INTEGER);
  const s = r && element(r.behind, INTEGER);
  if (r === null || s === null || s.behind.length > 0) return null;
  const signature = new Uint8Array(2 * size);
  for (const [end, { contents }] of [[size, r], [2 * size, s]] as const) {
    const number = unsigned(contents);
    if (number === null || number.length > size) return null;
    signature.set(number, end - number.length);
  }
  return signature;
}

/** The first element of `bytes`, which must be of this type, and what stands behind it. */
function element(bytes: Uint8Array, tag: number): { contents: Uint8Array; behind: Uint8Array } | null {
  const [found, first = 0x80, second = 0] = bytes;
  // In the fewest octets: one below 128, two below 256, and no signature has more.
  const long = first === 0x81 && second >= 0x80;
  if (found !== tag || (first >= 0x80 && !long)) return null;
  const start = long ? 3 : 2;
  const end = start + (long ? second : first);
  return end > bytes.length ? null : { contents: bytes.subarray(start, end), behind: bytes.subarray(end) };
}

/** What an INTEGER of more than zero holds, without the octet that only says that it is positive. */
function unsigned(contents: Uint8Array): Uint8Array | null {
  const [first, second = 0] = contents;
  if (first === undefined || first >= 0x80) return null;
  if (first > 0) return contents;
  // A zero is needed before a high bit and nowhere else; zero itself is in no signature.
  return second >= 0x80 ? contents.subarray(1) : null;
}

/** The digest that a registry's path asks for by content, or null: `/v2/<name>/manifests/<digest>` or `/v2/<name>/blobs/<digest>`. */
export function digestAskedFor(path: string): string | null {
  return /^\/v2\/.+\/(?:manifests|blobs)\/(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/.exec(path)?.[1] ?? null;
}

/** Whether `bytes` are what `digest` names. Hashed by the platform, which is several times faster than wasm. */
export async function matches(digest: string, bytes: Uint8Array): Promise<boolean> {
  const [algorithm, expected] = digest.split(':');
  const hash = await crypto.subtle.digest(algorithm === 'sha512' ? 'SHA-512' : 'SHA-256', bytes);
  return hexadecimal(new Uint8Array(hash)) === expected;
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

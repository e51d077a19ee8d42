/**
 * Answers the core's question which signatures hold: WebCrypto where it can, and where it cannot the arithmetic, which is a module of its
 * own so that whoever never needs it does not download it.
 */

import { cryptoCore } from './core.js';
import { type SignatureCheck, verifySignatures } from './signatures.js';

/** Whether each of them holds. Rejects when that cannot be found out, which says nothing of any of them. */
export async function prove(checks: readonly SignatureCheck[]): Promise<boolean[]> {
  const answers = await verifySignatures(checks);
  const open = checks.filter((_, place) => answers[place] === null);
  if (open.length === 0) return answers as boolean[];
  const found = (await cryptoCore()).verify(open);
  // A module of another version, kept by some cache: whatever it says is no answer to this.
  if (found.length !== open.length || !found.every((answer) => typeof answer === 'boolean')) {
    throw new Error(`expected ${open.length} answers of the arithmetic, found others`);
  }
  const next = found[Symbol.iterator]();
  return answers.map((answer) => answer ?? next.next().value === true);
}

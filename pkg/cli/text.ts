/** The text in a file, byte for byte: what is not UTF-8 is refused, because writing it back would change it. */

import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { FileFailure } from './failure.js';

/** As many bytes as the core reads: `budget::PIN_TEXT_BYTES`. */
const LIMIT = 8 * 1024 * 1024;

export interface Text {
  readonly text: string;
  readonly bytes: Buffer;
  /** Tells whether it is the same when it is read again, so that it need not be kept. */
  readonly fingerprint: string;
}

/** `-` is standard input. */
export async function readText(file: string): Promise<Text> {
  const bytes = await (file === '-' ? readStandardInput() : readFile(file));
  return { text: decode(bytes), bytes, fingerprint: createHash('sha256').update(bytes).digest('base64') };
}

async function readFile(file: string): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    return await collect(handle.createReadStream({ autoClose: false }));
  } catch (error) {
    if (error instanceof FileFailure) throw error;
    throw new FileFailure('file-unreadable', `expected a file that can be read, found ${(error as Error).message}`);
  } finally {
    await handle?.close();
  }
}

let standardInput: Promise<Buffer> | undefined;

/** Kept, because it can be read only once. */
function readStandardInput(): Promise<Buffer> {
  return standardInput ??= collect(process.stdin);
}

/** Whatever its size was said to be, it may go on without end. */
async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > LIMIT) throw new FileFailure('text-too-long', `expected a text of at most ${LIMIT} bytes, found more: split it`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer): string {
  try {
    // The byte order mark is a part of the text, and stays.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FileFailure('text-not-utf8', 'expected a text in UTF-8, found other bytes: it could not be written back as it was');
  }
}

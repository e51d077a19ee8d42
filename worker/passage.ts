/**
 * Content that is too long to be held, on its way from one connection to another: a piece at a time, none before it is asked for, up to
 * a limit, whatever its sender said of its length.
 */
import { Refusal } from './answer';

export class Passage {
  readonly #reader: ReadableStreamBYOBReader;
  readonly #limit: number;
  /** Ends the request whose answer this is. */
  readonly #giveUp: AbortController;
  /** Bytes that came. */
  #passed = 0;
  #isOver = false;

  /** `limit` in bytes. `giveUp` is the signal of the request that this is an answer to. */
  constructor(content: ReadableStream<Uint8Array>, limit: number, giveUp: AbortController) {
    this.#reader = content.getReader({ mode: 'byob' });
    this.#limit = limit;
    this.#giveUp = giveUp;
  }

  /** Its beginning, at most {@link PIECE} bytes, and whether that is all. */
  async beginning(): Promise<{ bytes: Uint8Array; isAll: boolean }> {
    const bytes = (await this.#next()) ?? new Uint8Array();
    return { bytes, isAll: this.#isOver };
  }

  /**
   * All of it, of which `beginning` was read already. If it claims a `length`, whoever reads it hears of an end that is none: of chunks,
   * workerd always writes the last.
   */
  stream(beginning: Uint8Array, length?: number): ReadableStream<Uint8Array> {
    const { readable, writable } = length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length);
    // It ends with the stream, which is told why.
    void this.#pump(writable.getWriter(), beginning).catch(() => {});
    return readable;
  }

  /** A write is over once it was read, so that nothing is read ahead. */
  async #pump(writer: WritableStreamDefaultWriter<Uint8Array>, beginning: Uint8Array): Promise<void> {
    try {
      for (let piece: Uint8Array | undefined = beginning; piece !== undefined; piece = await this.#next()) await writer.write(piece);
      await writer.close();
    } catch (error) {
      this.#giveUp.abort(error);
      await writer.abort(error);
    }
  }

  /** A piece, shorter than {@link PIECE} only if it is the last. */
  async #next(): Promise<Uint8Array | undefined> {
    if (this.#isOver) return undefined;
    const patience = setTimeout(() => this.#giveUp.abort(new DOMException('nothing came for too long', 'TimeoutError')), IDLE);
    try {
      const { value, done } = await this.#reader.readAtLeast(PIECE, new Uint8Array(PIECE));
      const length = value?.byteLength ?? 0;
      this.#passed += length;
      if (this.#passed > this.#limit) throw this.#tooLong();
      this.#isOver = done || length < PIECE;
      return value === undefined || length === 0 ? undefined : value;
    } finally {
      clearTimeout(patience);
    }
  }

  #tooLong(): Refusal {
    const refusal = new Refusal(502, 'response-too-large', `expected at most ${this.#limit} bytes, found more`);
    this.#giveUp.abort(refusal);
    return refusal;
  }
}

/** Bytes that are held. Fewer pieces cost less time; more of them at once, more memory. */
export const PIECE = 256 * 1024;

/** How long a piece may take: at ten kilobytes a second one would come. Milliseconds. */
const IDLE = 25_000;

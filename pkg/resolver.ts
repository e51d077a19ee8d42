/** Asks registries about many images: a few at a time, and with the credentials of each registry asked for once. */

import { type Advisors, type CoreOptions, type Fetch, loaded, type Publishers, type Verify } from './core.js';
import { CheckError, fromCore, isCallersFault } from './errors.js';
import { credentialsFor, toCore } from './options.js';
import { prove } from './prover.js';
import { parseReference } from './reference.js';
import { Advice } from './scan.js';
import { publishersFor } from './trust.js';
import type { Drift, LeftAlone, PinOptions, Resolved, Store } from './types.js';

/** Browsers open six connections to one host; a registry on HTTP/2 is not bothered by two more. */
const AT_ONCE = 8;

/** Why an image got no digest. */
export type Unresolved = Pick<LeftAlone, 'code' | 'message'>;

/** A tag and the digest that a text or a lock has for it. */
export interface Claim {
  readonly reference: string;
  readonly digest: string;
  /** The one whose manifest is pinned, if that is known. */
  readonly platform: string | null;
}

type Question<Answer> = (
  image: string,
  options: CoreOptions,
  fetch: Fetch,
  verify: Verify,
  publishers: Publishers,
  signal: AbortSignal,
  store?: Store,
  advisors?: Advisors,
) => Promise<Answer>;

export class Resolver {
  readonly #options: Omit<PinOptions, 'kind'>;
  readonly #coreOptions: CoreOptions;
  readonly #advice: Advice;
  readonly #signal: AbortSignal;
  /** What is wrong for all images ends the questions about all of them. */
  readonly #end = new AbortController();
  readonly #credentials = new Map<string, ReturnType<typeof credentialsFor>>();

  constructor(options: Omit<PinOptions, 'kind'>) {
    this.#options = options;
    this.#advice = new Advice(options);
    this.#coreOptions = { ...toCore(options), safelistedOnly: loaded().platform.safelistedOnly };
    this.#signal = options.signal === undefined ? this.#end.signal : AbortSignal.any([options.signal, this.#end.signal]);
  }

  /** What each tag names now, or why nobody can say. Throws only what is wrong with the options. */
  resolve(references: readonly string[]): Promise<(Resolved | Unresolved)[]> {
    return this.#all(references, (reference) => reference, async (reference) => {
      try {
        return await this.#ask(loaded().core.resolve, reference, this.#coreOptions);
      } catch (error) {
        if (!(error instanceof CheckError) || isCallersFault(error)) throw error;
        return { code: error.code, message: error.message };
      }
    });
  }

  /** What became of each tag since it was pinned. */
  drift(claims: readonly Claim[]): Promise<Drift[]> {
    return this.#all(claims, ({ reference }) => reference, ({ reference, digest, platform }) => {
      const options = platform === null ? this.#coreOptions : { platform, ...this.#coreOptions };
      return this.#ask(loaded().core.drift, `${reference}@${digest}`, options);
    });
  }

  /** The answers to all questions, in their order, whichever comes first. */
  async #all<Question, Answer>(
    questions: readonly Question[],
    referenceOf: (question: Question) => string,
    ask: (question: Question) => Promise<Answer>,
  ): Promise<Answer[]> {
    const answers: Answer[] = [];
    const waiting = questions.entries();
    let done = 0;
    const askOne = async (place: number, question: Question): Promise<void> => {
      this.#signal.throwIfAborted();
      answers[place] = await ask(question);
      this.#signal.throwIfAborted();
      done += 1;
      this.#tell(done, questions.length, referenceOf(question));
    };
    const askOneAfterAnother = async (): Promise<void> => {
      for (const [place, question] of waiting) await askOne(place, question);
    };
    try {
      if (this.#options.store !== undefined && this.#options.policy !== undefined) {
        // By itself: it renews what all of them trust, and the others find that in the store.
        const { value: first } = waiting.next();
        if (first !== undefined) await askOne(...first);
      }
      await Promise.all(Array.from({ length: AT_ONCE }, askOneAfterAnother));
      return answers;
    } catch (error) {
      this.#end.abort(error);
      throw error;
    }
  }

  #tell(done: number, total: number, reference: string): void {
    try {
      this.#options.onProgress?.({ done, total, reference });
    } catch {
      // What a listener throws is its own affair: it must not change what is found.
    }
  }

  async #ask<Answer>(question: Question<Answer>, image: string, options: CoreOptions): Promise<Answer> {
    const { fetch = loaded().platform.fetch, store } = this.#options;
    const credentials = await this.#credentialsOf(parseReference(image).registry);
    const [asked, send] = [{ ...options, ...credentials }, (request: Request) => fetch(request)];
    const publishers = publishersFor(asked, send, this.#signal, store);
    const advisors = this.#advice.advisors({ options: asked, fetch: send, signal: this.#signal });
    try {
      return await question(image, asked, send, prove, publishers, this.#signal, store, advisors);
    } catch (thrown) {
      throw fromCore(thrown);
    } finally {
      // Whatever is told of this image: what is wrong with the options is wrong for all of them.
      this.#advice.throwFault();
    }
  }

  #credentialsOf(registry: string): ReturnType<typeof credentialsFor> {
    const known = this.#credentials.get(registry) ?? credentialsFor(registry, this.#options);
    this.#credentials.set(registry, known);
    return known;
  }
}

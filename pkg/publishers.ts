/**
 * Who is documented to sign which images: a suggestion for whoever is about to say whose signature is wanted. Nothing here is trusted by
 * itself, and no check looks at it.
 */

import catalogue from './catalogue.js';
import { parseReference } from './reference.js';
import type { ParsedReference, Suggestion } from './types.js';

/**
 * What is documented about the signatures of an image. Asks nobody, and looks at no image.
 *
 * @throws {CheckError} `reference-invalid`
 */
export function suggest(image: string): Suggestion[] {
  const reference = parseReference(image);
  return catalogue.publishers.flatMap(({ images, publisher, require, source, lookedAt, remark }) => {
    const pattern = images.find((pattern) => matches(pattern, reference));
    return pattern === undefined ? [] : [{ publisher, images: pattern, require, source, lookedAt, remark }];
  });
}

/** As a policy matches its `images`. The catalogue has names and `…/*` only, which a test holds against the core. */
function matches(pattern: string, { registry, repository }: ParsedReference): boolean {
  // One spelling for all names of one host, as in the core.
  const name = `${registry.toLowerCase().replace(/:443$/, '')}/${repository}`;
  return pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

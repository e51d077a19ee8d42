/**
 * JSON.parse, except that a key may stand in an object only once.
 *
 * JSON.parse keeps the last of two equal keys and says nothing, so two readers of one policy could see two policies. In a text that
 * is JSON, every string with a colon behind it is a key: if fewer keys were read than were written, one was written twice.
 *
 * @throws {SyntaxError}
 */
export function parseStrictly(text: string): unknown {
  let read = -1; // the reviver sees the root, too
  const value: unknown = JSON.parse(text, function (this: unknown, _key, value) {
    if (!Array.isArray(this)) read += 1;
    return value;
  });
  const strings = text.match(/"(?:[^"\\]|\\.)*"(?:\s*:)?/g) ?? [];
  const written = strings.filter((token) => token.endsWith(':')).length;
  if (written !== read) throw new SyntaxError('a key stands twice in the same object');
  return value;
}

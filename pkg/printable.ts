/** Somebody else's words, so that they are seen as they are. A registry chooses many of them. */

// Control and format characters (escape sequences, bidirectional overrides), line separators, halves of surrogate pairs.
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Writes what a terminal would obey, or not show, as its code point: `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

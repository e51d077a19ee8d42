/** What may reach a terminal. A registry chooses many of the words in a report; it must not choose what the terminal does. */

import { printable, UNPRINTABLE } from '../printable.js';

export { printable };

/** Every text in `value`, made printable. */
export function printableAll<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(printableAll) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, printableAll(part)])) as T;
}

/** The same JSON value, written with JSON's own escapes. `JSON.stringify` leaves DEL, C1 and the format characters as they are. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, (character) =>
    character === '\n' ? character : character.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''));
}

/** Colours that stand for an outcome, next to words that say it too. */
export interface Colours {
  good(text: string): string;
  bad(text: string): string;
  unsure(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
}

/** ECMA-48 select graphic rendition, or nothing at all. */
export function colours(enabled: boolean): Colours {
  const paint = (code: number) => (text: string): string => enabled ? `\u001b[${code}m${text}\u001b[0m` : text;
  return { good: paint(32), bad: paint(31), unsure: paint(33), faint: paint(2), strong: paint(1) };
}

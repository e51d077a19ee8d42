/** Globs: `*`, `?`, `{a,b}`, and `**` for any number of directories. Unlike in a shell, `*` also stands for names with a dot in front. */

import { UsageError } from './usage.js';

/** More alternatives than anybody writes by hand; without a limit `{,}{,}{,}…` doubles them with every three letters. */
const ALTERNATIVES = 256;

export interface Glob {
  /** The directory that the search begins in. */
  base: string;
  /** What the path below it has to be, a name each. */
  pattern: readonly string[];
}

export function isGlob(word: string): boolean {
  return /[*?{]/.test(word);
}

/** One for every combination of alternatives. */
export function readGlobs(word: string): Glob[] {
  return alternatives(word).map((path) => {
    const names = path.split('/');
    const literal = names.findIndex(isGlob);
    // The last name is always looked for, so that what has no star in it is a file that may be missing, like any other alternative.
    const depth = literal === -1 ? names.length - 1 : literal;
    const base = names.slice(0, depth).join('/');
    return { base: base === '' ? (path.startsWith('/') ? '/' : '.') : base, pattern: names.slice(depth).filter((name) => name !== '') };
  });
}

/** The innermost braces first, so that nested ones need no recursion. Braces without a comma are letters. */
function alternatives(word: string): string[] {
  const finished: string[] = [];
  const open = [word];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const braces = [...one.matchAll(/\{([^{}]*)\}/g)].find(([, inside]) => inside!.includes(','));
    if (braces === undefined) {
      finished.push(one);
      continue;
    }
    const [before, after] = [one.slice(0, braces.index), one.slice(braces.index + braces[0].length)];
    open.push(...braces[1]!.split(',').reverse().map((choice) => `${before}${choice}${after}`));
    if (finished.length + open.length > ALTERNATIVES) {
      throw new UsageError(`expected a glob with at most ${ALTERNATIVES} alternatives, found more in '${word}'`);
    }
  }
  return finished;
}

/** Whether the names of a path are as the pattern says. */
export function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return follows(pattern, path, '**', matchesName);
}

function matchesName(pattern: string, name: string): boolean {
  return follows([...pattern], [...name], '*', (one, letter) => one === '?' || one === letter);
}

/**
 * Whether `things` follow the pattern, in which `any` stands for any number of them. What the last `any` takes is extended by one whenever
 * the rest does not fit: the one before it never has to be reconsidered, so no pattern takes more than its length times theirs.
 */
function follows(
  pattern: readonly string[],
  things: readonly string[],
  any: string,
  fits: (pattern: string, thing: string) => boolean,
): boolean {
  let [at, place] = [0, 0];
  let taken: { at: number; place: number } | undefined;
  while (place < things.length) {
    if (pattern[at] === any) {
      taken = { at, place };
      at += 1;
    } else if (at < pattern.length && fits(pattern[at]!, things[place]!)) {
      at += 1;
      place += 1;
    } else if (taken !== undefined) {
      taken.place += 1;
      at = taken.at + 1;
      place = taken.place;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((rest) => rest === any);
}

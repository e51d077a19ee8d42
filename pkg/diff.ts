/** A unified diff of two texts, such as `patch` and `git apply` take it. */

/** Lines around a change by which it is found again, as everybody writes them. */
const CONTEXT = 3;

/** Where in both texts lines differ: from, and up to but without. */
interface Change {
  before: [from: number, to: number];
  after: [from: number, to: number];
}

/**
 * What is to be done to `before` so that it is `after`, in a file called `name`; nothing, if they are equal.
 *
 * Pinning adds and removes no lines, so they are compared one by one. Where their numbers differ, everything between the first and the
 * last difference is one change: right, in linear time, and longer than it had to be.
 */
export function unifiedDiff(before: string, after: string, name: string): string {
  if (before === after) return '';
  const [old, now] = [linesOf(before), linesOf(after)];
  const hunks = hunksOf(changes(old, now)).map((hunk) => writeHunk(hunk, old, now));
  return [`--- ${fileName('a', name)}\n`, `+++ ${fileName('b', name)}\n`, ...hunks].join('');
}

/** With their ends: CRLF stays what it was, and the last one may have none. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function changes(old: readonly string[], now: readonly string[]): Change[] {
  if (old.length === now.length) {
    return runs(old.map((line, place) => line !== now[place]));
  }
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  return [{ before: [start, old.length - end], after: [start, now.length - end] }];
}

/** Neighbouring lines that differ, together. */
function runs(differs: readonly boolean[]): Change[] {
  const found: Change[] = [];
  for (const [place, differ] of differs.entries()) {
    const last = found.at(-1);
    if (!differ) continue;
    if (last?.before[1] === place) last.before[1] = last.after[1] = place + 1;
    else found.push({ before: [place, place + 1], after: [place, place + 1] });
  }
  return found;
}

/** Changes that share context. */
function hunksOf(all: readonly Change[]): Change[][] {
  const hunks: Change[][] = [];
  for (const change of all) {
    const hunk = hunks.at(-1);
    if (hunk !== undefined && change.before[0] - hunk.at(-1)!.before[1] <= 2 * CONTEXT) hunk.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

function writeHunk(hunk: readonly Change[], old: readonly string[], now: readonly string[]): string {
  const [first, last] = [hunk[0]!, hunk.at(-1)!];
  const lead = Math.min(CONTEXT, first.before[0]);
  const tail = Math.min(CONTEXT, old.length - last.before[1]);
  const range = (from: number, to: number): string => {
    const count = to - from;
    // No lines at all stand behind the line before them.
    return `${count === 0 ? from : from + 1}${count === 1 ? '' : `,${count}`}`;
  };
  const before = range(first.before[0] - lead, last.before[1] + tail);
  const after = range(first.after[0] - lead, last.after[1] + tail);
  const lines = [`@@ -${before} +${after} @@\n`];
  const write = (mark: string, from: number, to: number, of: readonly string[]): void => {
    for (const line of of.slice(from, to)) lines.push(mark, line, line.endsWith('\n') ? '' : '\n\\ No newline at end of file\n');
  };
  let copied = first.before[0] - lead;
  for (const { before, after } of hunk) {
    write(' ', copied, before[0], old);
    write('-', ...before, old);
    write('+', ...after, now);
    copied = before[1];
  }
  write(' ', copied, copied + tail, old);
  return lines.join('');
}

// What would end the name or the line, or look like something else: quoted as Git does, byte by byte.
const UNQUOTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}"\\]/gu;

function fileName(side: 'a' | 'b', name: string): string {
  const path = `${side}/${name.replace(/^\/+/, '')}`;
  const quoted = path.replace(UNQUOTABLE, (character) =>
    '"\\'.includes(character)
      ? `\\${character}`
      : [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''));
  if (quoted !== path) return `"${quoted}"`;
  // Without the tab `patch` takes a name to end at its first space.
  return path.includes(' ') ? `${path}\t` : path;
}
